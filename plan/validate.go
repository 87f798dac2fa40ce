package plan

import "fmt"

// Validate says what makes p impossible to carry out, nil if nothing does.
func (p *Plan) Validate() error {
	t := &p.Topology
	switch {
	case p.Scenario == "" || !word(p.Scenario):
		return fmt.Errorf("the plan names no scenario: want a line such as \"scenario leader-crash\"")
	case t.Servers < 1 || t.Servers > MaxServers:
		return fmt.Errorf("servers %d: want 1 to %d", t.Servers, MaxServers)
	case t.Tick < Millisecond || t.Tick > 60*Second:
		return fmt.Errorf("tick %v: want 1ms to 60s", t.Tick)
	case t.InitLimit < 1 || t.SyncLimit < 1:
		return fmt.Errorf("init-limit %d, sync-limit %d: want at least 1 tick", t.InitLimit, t.SyncLimit)
	case t.SessionTimeout < 2*t.Tick || t.SessionTimeout > 20*t.Tick:
		return fmt.Errorf("session-timeout %v: ZooKeeper grants 2 to 20 ticks, that is %v to %v", t.SessionTimeout, 2*t.Tick, 20*t.Tick)
	case t.Settle < 0 || t.Net.Delay < 0 || t.Net.Jitter < 0 || t.Net.SlowBy < 0 || t.Disk.Sync < 0 || t.Disk.Jitter < 0:
		return fmt.Errorf("a duration of the topology is negative")
	}
	for i, c := range p.Clients {
		if c.Name != ClientName(i+1) {
			return fmt.Errorf("client %d is named %q: want %s", i+1, c.Name, ClientName(i+1))
		}
		if c.Server > t.Servers {
			return fmt.Errorf("client %s connects to n%d, but there are %d servers", c.Name, c.Server, t.Servers)
		}
	}
	return p.validateSteps()
}

// validateSteps checks that every name is given before it is used, and that
// numbered servers and clients exist.
func (p *Plan) validateSteps() error {
	named := map[string]bool{}
	for _, s := range p.Steps {
		uses := [][]string{s.A, s.B, s.Except}
		if s.When.Kind == When {
			uses = append(uses, []string{s.When.Point.Who, s.When.Point.Peer})
		}
		for _, ts := range uses {
			for _, t := range ts {
				if err := p.validateTarget(t, named); err != nil {
					return fmt.Errorf("step %q: %w", s, err)
				}
			}
		}
		if s.When.D < 0 || s.Link.Delay < 0 || s.Link.Jitter < 0 || s.Within < 0 || s.Count < 0 {
			return fmt.Errorf("step %q: a negative number", s)
		}
		if s.Action == Name {
			named[s.As] = true
		}
	}
	return nil
}

func (p *Plan) validateTarget(t string, named map[string]bool) error {
	switch {
	case t == "":
	case validName(t) && !named[t]:
		return fmt.Errorf("no step before it gives the name %s", t)
	case ServerNumber(t) > p.Topology.Servers:
		return fmt.Errorf("%s does not exist, there are %d servers", t, p.Topology.Servers)
	case ClientNumber(t) > len(p.Clients):
		return fmt.Errorf("%s does not exist, there are %d clients", t, len(p.Clients))
	}
	return nil
}

func word(s string) bool {
	for _, c := range s {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
