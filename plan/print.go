package plan

import (
	"strconv"
	"strings"
)

const header = "schism plan 1"

// String is the plan's text form; Parse reads it back to an equal plan.
func (p *Plan) String() string {
	b := &printer{}
	b.line(0, header)
	b.field("scenario", p.Scenario)
	b.line(0, "seed", strconv.FormatUint(p.Seed, 10))
	b.field("protocol", p.Protocol)
	b.field("variant", p.Variant)
	b.field("bug", p.Bug)
	t := &p.Topology
	b.line(0, "servers", itoa(t.Servers))
	if t.Observers > 0 {
		b.line(0, "observers", itoa(t.Observers))
	}
	if t.Spares > 0 {
		b.line(0, "spares", itoa(t.Spares))
	}
	b.line(0, "tick", t.Tick.String())
	b.line(0, "init-limit", itoa(t.InitLimit))
	b.line(0, "sync-limit", itoa(t.SyncLimit))
	b.line(0, "session-timeout", t.SessionTimeout.String())
	b.line(0, "settle", t.Settle.String())
	n := &t.Net
	b.line(0, "net", "delay", n.Delay.String(), "jitter", n.Jitter.String(), "loss", ppm(n.Loss), "dup", ppm(n.Dup), "slow", ppm(n.Slow), n.SlowBy.String())
	b.line(0, "disk", "sync", t.Disk.Sync.String(), "jitter", t.Disk.Jitter.String())
	if t.DataDisk != (Disk{}) {
		b.line(0, "data-disk", "sync", t.DataDisk.Sync.String(), "jitter", t.DataDisk.Jitter.String())
	}
	if p.Flink != (Flink{}) {
		b.line(0, p.Flink.words()...)
	}
	b.line(0, "setup")
	for _, c := range p.Setup {
		b.line(1, c.String())
	}
	for _, c := range p.Clients {
		if c.Server > 0 {
			b.line(0, "client", c.Name, ServerName(c.Server))
		} else {
			b.line(0, "client", c.Name)
		}
		for _, call := range c.Calls {
			b.line(1, call.String())
		}
	}
	b.line(0, "steps")
	for _, s := range p.Steps {
		b.line(1, s.String())
	}
	return b.String()
}

type printer struct{ strings.Builder }

func (b *printer) line(indent int, words ...string) {
	for range indent {
		b.WriteByte('\t')
	}
	b.WriteString(strings.Join(words, " "))
	b.WriteByte('\n')
}

func (b *printer) field(name, value string) {
	if value != "" {
		b.line(0, name, value)
	}
}

// ppm prints parts per million: 25000ppm. A percent sign would need fractions.
func ppm(n int) string { return itoa(n) + "ppm" }

// String is the call as it stands in a plan: +12ms set /r "v" seen.
func (c Call) String() string { return "+" + c.After.String() + " " + c.Action() }

// Action is the call without its pause: set /r "v" seen.
func (c Call) Action() string {
	w := []string{c.Op.String()}
	if c.Op != Multi {
		w = append(w, c.Path)
	}
	switch c.Op {
	case Create:
		w = append(w, c.Value.String())
		w = appendIf(w, c.Ephemeral, "ephemeral")
		w = appendIf(w, c.Sequential, "sequential")
	case Set:
		w = append(w, c.Value.String(), versionWord(c.Version))
	case Delete, Check:
		w = append(w, versionWord(c.Version))
	case AddWatch:
		w = appendIf(w, c.Recursive, "recursive")
	case Multi:
		w = append(w, "{")
		for i, p := range c.Parts {
			w = appendIf(w, i > 0, ";")
			w = append(w, p.Action())
		}
		w = append(w, "}")
	}
	return strings.Join(appendIf(w, c.Watch, "watch"), " ")
}

func appendIf(words []string, cond bool, word string) []string {
	if cond {
		return append(words, word)
	}
	return words
}

// String is "text" in quotes, seen+5, or figures n1.
func (v Value) String() string {
	if v.Figures > 0 {
		return "figures " + ServerName(v.Figures)
	}
	if !v.Seen {
		return strconv.Quote(v.Text)
	}
	if v.Delta < 0 {
		return "seen" + strconv.FormatInt(v.Delta, 10)
	}
	return "seen+" + strconv.FormatInt(v.Delta, 10)
}

func versionWord(v int32) string {
	switch v {
	case AnyVersion:
		return "any"
	case SeenVersion:
		return "seen"
	}
	return strconv.Itoa(int(v))
}

// String is the step as it stands in a plan.
func (s Step) String() string { return s.When.String() + " " + s.Text() }

// Text is the step without its moment: cut L -- others.
func (s Step) Text() string {
	w := []string{s.Action.String()}
	arrow := "->"
	if s.Both {
		arrow = "--"
	}
	switch s.Action {
	case Name:
		w = append(w, s.As, targets(s.A))
	case Await:
		w = append(w, s.awaited()...)
	case Cut:
		w = append(w, targets(s.A), arrow, targets(s.B))
	case Slow:
		w = append(w, targets(s.A), arrow, targets(s.B), "delay", s.Link.Delay.String(), "jitter", s.Link.Jitter.String(), "loss", ppm(s.Link.Loss))
	case Heal:
		if len(s.A) > 0 {
			w = append(w, targets(s.A), arrow, targets(s.B))
		}
	case Savepoint, Cancel, Stop, Submit, Rescale:
	case Jobs:
		w = append(w, itoa(s.Count))
	case Erase:
		w = append(w, s.Path)
	case Stall, Unstall:
		w = append(w, s.Disk, targets(s.A))
	case Reconfig:
		w = append(w, s.changes()...)
	case Jump:
		w = append(w, targets(s.A), "by", s.By.String())
	default:
		w = append(w, targets(s.A))
	}
	if len(s.Except) > 0 {
		w = append(w, "except", targets(s.Except))
	}
	if s.Action == Await {
		w = append(w, "within", s.Within.String())
	}
	return strings.Join(w, " ")
}

// changes are what a Reconfig step asks for.
func (s Step) changes() []string {
	var w []string
	for _, c := range []struct {
		word string
		who  []string
	}{{addWord, s.A}, {observeWord, s.Observe}, {removeWord, s.B}} {
		if len(c.who) > 0 {
			w = append(w, c.word, targets(c.who))
		}
	}
	return w
}

func (s Step) awaited() []string {
	switch s.For {
	case Calls, Checkpoints, Outputs, Alerts, Pointers:
		return []string{s.For.String(), itoa(s.Count)}
	case Expired, Saved:
		return []string{s.For.String(), targets(s.A)}
	}
	return []string{s.For.String()}
}

func targets(t []string) string { return strings.Join(t, ",") }

// String is the moment as it stands before a step.
func (m Moment) String() string {
	switch m.Kind {
	case At:
		return "at " + m.D.String()
	case When:
		return "when " + m.Point.String() + ":"
	}
	return "+" + m.D.String()
}

// String is the point as it stands in a plan: n2 sends ACK to n1 #3.
func (p Point) String() string {
	w := []string{p.Who, p.Verb}
	w = appendIf(w, p.What != "", p.What)
	if p.Peer != "" {
		w = append(w, "with", p.Peer)
	}
	return strings.Join(append(w, "#"+itoa(p.N)), " ")
}
