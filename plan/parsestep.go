package plan

import (
	"slices"
	"strconv"
	"strings"
)

// step reads one step: its moment, its action, its targets.
func (r *reader) step() (Step, error) {
	var s Step
	if err := r.moment(&s.When); err != nil {
		return s, err
	}
	w := r.next()
	i := slices.Index(actionNames[:], w)
	if i < 1 {
		return s, r.errorf("unknown step %q: want one of %s", w, strings.Join(actionNames[1:], ", "))
	}
	s.Action = Action(i)
	if err := r.body(&s); err != nil {
		return s, err
	}
	if r.accept("except") {
		if err := r.targets(&s.Except); err != nil {
			return s, err
		}
	}
	if s.Action == Await {
		if err := firstError(r.expect("within"), r.duration(&s.Within)); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (r *reader) body(s *Step) error {
	switch s.Action {
	case Name:
		if s.As = r.next(); !validName(s.As) {
			return r.errorf("%q is no name for a server: want a capital letter first, such as L or Old", s.As)
		}
		return r.targets(&s.A)
	case Cut:
		return r.sides(s)
	case Heal:
		if len(r.words) > 0 && r.words[0] != "except" {
			return r.sides(s)
		}
		return nil
	case Slow:
		return firstError(r.sides(s), r.expect("delay"), r.duration(&s.Link.Delay),
			r.expect("jitter"), r.duration(&s.Link.Jitter), r.expect("loss"), r.ppm(&s.Link.Loss))
	case Jump:
		return firstError(r.targets(&s.A), r.expect("by"), r.duration(&s.By))
	case Reconfig:
		return r.changes(s)
	case Savepoint, Cancel, Stop, Submit, Rescale:
		return nil
	case Jobs:
		return r.number(&s.Count)
	case Erase:
		s.Path = r.next()
		return nil
	case Stall, Unstall:
		if s.Disk = r.next(); s.Disk != LogDisk && s.Disk != DataDisk {
			return r.errorf("%q is no disk: want %s or %s", s.Disk, LogDisk, DataDisk)
		}
	case Await:
		return r.event(s)
	}
	return r.targets(&s.A)
}

// changes reads add A, observe B, remove C, of which one is enough.
func (r *reader) changes(s *Step) error {
	for _, c := range []struct {
		word string
		into *[]string
	}{{addWord, &s.A}, {observeWord, &s.Observe}, {removeWord, &s.B}} {
		if !r.accept(c.word) {
			continue
		}
		if err := r.targets(c.into); err != nil {
			return err
		}
	}
	if len(s.A)+len(s.B)+len(s.Observe) == 0 {
		return r.errorf("a reconfig that changes nothing: want add n4, observe n5 and remove L, in that order, or some of them")
	}
	return nil
}

// sides reads A -> B or A -- B.
func (r *reader) sides(s *Step) error {
	if err := r.targets(&s.A); err != nil {
		return err
	}
	switch w := r.next(); w {
	case "--":
		s.Both = true
	case "->":
	default:
		return r.errorf("got %q, want -> (one way) or -- (both ways)", w)
	}
	return r.targets(&s.B)
}

func (r *reader) event(s *Step) error {
	w := r.next()
	i := slices.Index(eventNames[:], w)
	if i < 1 {
		return r.errorf("cannot await %q: want one of %s", w, strings.Join(eventNames[1:], ", "))
	}
	s.For = Event(i)
	switch s.For {
	case Calls, Checkpoints, Outputs, Alerts, Pointers:
		return r.number(&s.Count)
	case Expired, Saved:
		return r.targets(&s.A)
	}
	return nil
}

func (r *reader) targets(into *[]string) error {
	w := r.next()
	for t := range strings.SplitSeq(w, ",") {
		if !validTarget(t) {
			return r.errorf("%q is no target: want n1, c1, jm1, tm1, a name such as L, or leader, follower, all, others, "+strings.Join(flinkWords, ", ")+", joined by commas", w)
		}
		*into = append(*into, t)
	}
	return nil
}

func validTarget(t string) bool {
	return t == Leader || t == Follower || t == All || t == Others || ServerNumber(t) > 0 || ClientNumber(t) > 0 ||
		ProcessNumber(t) > 0 || slices.Contains(flinkWords, t) || validName(t)
}

// validName says whether s can be given to a server: a capital first, so that
// it is never taken for a word of the plan.
func validName(s string) bool {
	for i, c := range s {
		upper, rest := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !upper && (i == 0 || !rest) {
			return false
		}
	}
	return s != ""
}

func (r *reader) moment(m *Moment) error {
	w := r.next()
	switch {
	case w == "at":
		m.Kind = At
		return r.duration(&m.D)
	case w == "when":
		m.Kind = When
		return r.point(&m.Point)
	case strings.HasPrefix(w, "+"):
		d, err := ParseDuration(w[1:])
		if err != nil {
			return r.errorf("%v", err)
		}
		m.D = d
		return nil
	}
	return r.errorf("got %q, want a moment: at 2s, +500ms, or when n2 sends ACK #1:", w)
}

// point reads WHO VERB [WHAT] [with PEER] #N: up to its colon.
func (r *reader) point(p *Point) error {
	if p.Who = r.next(); !validTarget(p.Who) {
		return r.errorf("%q is no server", p.Who)
	}
	if p.Verb = r.next(); !slices.Contains(pointVerbs, p.Verb) {
		return r.errorf("%q cannot be seen: want one of %s", p.Verb, strings.Join(pointVerbs, ", "))
	}
	if len(r.words) > 0 && r.words[0] != "with" && r.words[0][0] != '#' {
		p.What = r.next()
	}
	if r.accept("with") {
		if p.Peer = r.next(); !validTarget(p.Peer) {
			return r.errorf("%q is no server", p.Peer)
		}
	}
	w := r.next()
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(w, "#"), ":"))
	if err != nil || n < 1 || w[0] != '#' || !strings.HasSuffix(w, ":") {
		return r.errorf("got %q, want which time it is, with a colon: #1:", w)
	}
	p.N = n
	return nil
}

// ParseStep reads one step from its text, such as "+1s cut L -- others".
func ParseStep(text string) (Step, error) {
	r := &reader{file: "step", line: 1}
	if err := r.split(text); err != nil {
		return Step{}, err
	}
	s, err := r.step()
	if err != nil {
		return s, err
	}
	return s, r.end()
}
