package plan

import (
	"fmt"
	"slices"
)

// invalid is what is wrong with a plan, and the item where it stands: a word
// of the first lines, or what callItem, clientItem and stepItem give.
type invalid struct {
	item string
	msg  string
}

func (e *invalid) Error() string { return e.msg }

func wrong(item, format string, args ...any) *invalid {
	return &invalid{item, fmt.Sprintf(format, args...)}
}

func clientItem(i int) string       { return "client " + itoa(i) }
func callItem(client, i int) string { return "call " + itoa(client) + " " + itoa(i) }
func stepItem(i int) string         { return "step " + itoa(i) }

// Validate says what makes p impossible to carry out or to print, nil if
// nothing does. A valid plan's text parses back to an equal plan, but for the
// version of a call that has no guard, which comes back as AnyVersion.
func (p *Plan) Validate() error {
	if err := p.validate(); err != nil {
		return err
	}
	return nil
}

func (p *Plan) validate() *invalid {
	switch {
	case p.Scenario == "" || !word(p.Scenario):
		return wrong("scenario", "the plan names no scenario: want a line such as \"scenario leader-crash\"")
	case !word(p.Protocol):
		return wrong("protocol", "protocol %q: want one word", p.Protocol)
	case !word(p.Variant):
		return wrong("variant", "variant %q: want one word", p.Variant)
	case !word(p.Bug):
		return wrong("bug", "bug %q: want one word", p.Bug)
	}
	if err := p.Topology.validate(); err != nil {
		return err
	}
	if err := p.Flink.validate(); err != nil {
		return err
	}
	for i, c := range p.Setup {
		if err := c.validate(); err != "" {
			return wrong(callItem(0, i), "setup call %q: %s", c, err)
		}
	}
	for i := range p.Clients {
		if err := p.validateClient(i); err != nil {
			return err
		}
	}
	return p.validateSteps()
}

func (t *Topology) validate() *invalid {
	switch {
	case t.Servers < 1 || t.Servers > MaxServers:
		return wrong("servers", "servers %d: want 1 to %d", t.Servers, MaxServers)
	case t.Observers < 0 || t.Observers >= t.Servers:
		return wrong("observers", "observers %d: want 0 to %d, so that one of %d servers votes", t.Observers, t.Servers-1, t.Servers)
	case t.Spares < 0 || t.Spares+t.Observers >= t.Servers:
		return wrong("spares", "spares %d: want 0 to %d, so that one of %d servers votes at first", t.Spares, t.Servers-t.Observers-1, t.Servers)
	case t.Tick < Millisecond || t.Tick > 60*Second:
		return wrong("tick", "tick %v: want 1ms to 60s", t.Tick)
	case t.InitLimit < 1:
		return wrong("init-limit", "init-limit %d: want at least 1 tick", t.InitLimit)
	case t.SyncLimit < 1:
		return wrong("sync-limit", "sync-limit %d: want at least 1 tick", t.SyncLimit)
	case t.SessionTimeout < 2*t.Tick || t.SessionTimeout > 20*t.Tick:
		return wrong("session-timeout", "session-timeout %v: ZooKeeper grants 2 to 20 ticks, that is %v to %v", t.SessionTimeout, 2*t.Tick, 20*t.Tick)
	case t.Settle < 0:
		return wrong("settle", "settle %v: want no negative duration", t.Settle)
	case t.Net.Delay < 0 || t.Net.Jitter < 0 || t.Net.SlowBy < 0:
		return wrong("net", "net: want no negative duration")
	case !share(t.Net.Loss) || !share(t.Net.Dup) || !share(t.Net.Slow):
		return wrong("net", "net: a share is 0ppm to 1000000ppm")
	case t.Disk.Sync < 0 || t.Disk.Jitter < 0:
		return wrong("disk", "disk: want no negative duration")
	case t.DataDisk.Sync < 0 || t.DataDisk.Jitter < 0:
		return wrong("data-disk", "data-disk: want no negative duration")
	}
	return nil
}

func share(ppm int) bool { return ppm >= 0 && ppm <= 1_000_000 }

func (p *Plan) validateClient(i int) *invalid {
	c := &p.Clients[i]
	if c.Name != ClientName(i+1) {
		return wrong(clientItem(i), "client %d is named %q: want %s", i+1, c.Name, ClientName(i+1))
	}
	if c.Server < 0 || c.Server > p.Topology.Servers {
		return wrong(clientItem(i), "client %s connects to n%d, but there are %d servers", c.Name, c.Server, p.Topology.Servers)
	}
	for j, call := range c.Calls {
		if err := call.validate(); err != "" {
			return wrong(callItem(i+1, j), "%s calls %q: %s", c.Name, call, err)
		}
		if n := call.Value.Figures; n > p.Topology.Servers {
			return wrong(callItem(i+1, j), "%s calls %q: there are %d servers", c.Name, call, p.Topology.Servers)
		}
	}
	return nil
}

// validate says what is wrong with a call, "" if nothing is. Parse gives most
// of these answers with better words; this is for plans made by a program.
func (c Call) validate() string {
	if c.After < 0 {
		return "a pause is not negative"
	}
	if c.Op != Multi {
		return c.validateSingle(false)
	}
	if len(c.Parts) == 0 {
		return "a multi has at least one part"
	}
	for _, p := range c.Parts {
		if p.After != 0 || p.Watch {
			return "a part of a multi has no pause and no watch of its own"
		}
		if err := p.validateSingle(true); err != "" {
			return err
		}
	}
	if c.Path != "" || c.Watch {
		return "a multi has no path and no watch of its own"
	}
	return ""
}

func (c Call) validateSingle(part bool) string {
	guarded := c.Op == Set || c.Op == Delete || c.Op == Check
	switch {
	case c.Op < Get || c.Op > RemoveWatches || c.Op == Multi, part && !c.Op.Writes() && c.Op != Check:
		return c.Op.String() + " cannot stand here"
	case !validPath(c.Path):
		return "no path: want /name or /name/name, without white space"
	case c.Version < SeenVersion, !guarded && c.Version != AnyVersion && c.Version != 0:
		return "a version that cannot stand here"
	case c.Watch && c.Op != Get && c.Op != Exists && c.Op != Children:
		return "only get, exists and children leave a watch"
	case c.Recursive && c.Op != AddWatch:
		return "only addWatch watches what is below a znode"
	case (c.Ephemeral || c.Sequential) && c.Op != Create:
		return "only create makes ephemeral or sequential znodes"
	case c.Value != Value{} && c.Op != Set && c.Op != Create, c.Value.Seen && c.Value.Text != "", !c.Value.Seen && c.Value.Delta != 0,
		c.Value.Figures < 0 || c.Value.Figures > 0 && c.Value != FiguresOf(c.Value.Figures):
		return "a value that cannot stand here"
	case len(c.Parts) > 0:
		return "only a multi has parts"
	}
	return ""
}

// validateSteps checks that every name is given before it is used, and that
// numbered servers and clients exist.
func (p *Plan) validateSteps() *invalid {
	named := map[string]bool{}
	for i, s := range p.Steps {
		uses := [][]string{s.A, s.B, s.Observe, s.Except}
		if s.When.Kind == When {
			uses = append(uses, []string{s.When.Point.Who, s.When.Point.Peer})
		}
		for _, ts := range uses {
			for _, t := range ts {
				if err := p.validateTarget(t, named); err != "" {
					return wrong(stepItem(i), "step %q: %s", s, err)
				}
			}
		}
		if s.When.D < 0 || s.Link.Delay < 0 || s.Link.Jitter < 0 || s.Within < 0 || s.Count < 0 {
			return wrong(stepItem(i), "step %q: a negative number", s)
		}
		if s.Action < Name || s.Action > Await || s.Action == Await && (s.For < HasLeader || s.For > Pointers) {
			return wrong(stepItem(i), "step %q: no such action", s)
		}
		if p.Flink.Application && s.handsIn() {
			return wrong(stepItem(i), "step %q: a cluster in application mode takes no job beside its own", s)
		}
		if s.forFlink() && p.Flink == (Flink{}) {
			return wrong(stepItem(i), "step %q is about Flink, but the plan has no line \"flink …\"", s)
		}
		if s.endsJob() && p.Flink.Jobs != 0 {
			return wrong(stepItem(i), "step %q: want a cluster with one job, but the plan's has %d", s, p.Flink.Jobs)
		}
		if s.Action == Erase && (!validPath(s.Path) || !FlinkPath(s.Path)) {
			return wrong(stepItem(i), "step %q: want a znode of Flink's own, such as %s/leader: what clients make is judged, and nobody else may touch it", s, FlinkRoot)
		}
		if err := s.validateSides(); err != "" {
			return wrong(stepItem(i), "step %q: %s", s, err)
		}
		if s.Action == Reconfig && len(s.A)+len(s.B)+len(s.Observe) == 0 || s.Action != Reconfig && len(s.Observe) > 0 {
			return wrong(stepItem(i), "step %q: want servers to add, observe or remove, and only of a reconfig", s)
		}
		if (s.Action == Stall || s.Action == Unstall) != (s.Disk == LogDisk || s.Disk == DataDisk) {
			return wrong(stepItem(i), "step %q: only stall and unstall name a disk, log or data", s)
		}
		if s.Action == Name {
			named[s.As] = true
		}
	}
	return nil
}

// validateSides checks that clients stand where clients are meant, and servers
// where servers are.
func (s Step) validateSides() string {
	forClients := s.Action == Silence || s.Action == Unsilence || s.Action == Await && s.For == Expired
	for _, ts := range [][]string{s.A, s.B, s.Observe} {
		for _, t := range ts {
			if forClients && ServerNumber(t) > 0 {
				return t + " is a server: want clients, such as c1"
			}
			if s.Action.onServersOnly() && (ProcessNumber(t) > 0 || slices.Contains(flinkWords, t) && t != ZooKeeperWord) {
				return t + " is a process of Flink: want servers, such as n1"
			}
			if !forClients && ClientNumber(t) >= 0 {
				return t + " is a client: want servers, such as n1"
			}
		}
	}
	return ""
}

// onServersOnly says that a does what only servers of the ensemble know.
func (a Action) onServersOnly() bool {
	return a == Reconfig || a == Bar || a == Unbar || a == Stall || a == Unstall || a == Jump || a == Silence || a == Unsilence
}

func (p *Plan) validateTarget(t string, named map[string]bool) string {
	switch {
	case t == "":
	case validName(t) && !named[t]:
		return "no step before it gives the name " + t
	case ServerNumber(t) > p.Topology.Servers:
		return fmt.Sprintf("%s does not exist, there are %d servers", t, p.Topology.Servers)
	case ClientNumber(t) > len(p.Clients):
		return fmt.Sprintf("%s does not exist, there are %d clients", t, len(p.Clients))
	}
	return p.Flink.validateProcess(t)
}

// word says whether s comes back from a plan's text as one word.
func word(s string) bool {
	for _, c := range s {
		if c <= ' ' || c >= 0x7f || c == '"' {
			return false
		}
	}
	return true
}
