package checker

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/runlog"
)

var membership = Check{
	Name:    "membership",
	Doc:     "A list of a group shows who has joined and not left. It may lag, by six times tick times initLimit at most, also behind the end of a member's session; nobody's own membership lags.",
	Applies: hasAny(runlog.OpMembers),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(r.things(runlog.OpJoin, runlog.OpPart, runlog.OpMembers), "group", func(t *thing) Result {
			return newGroup(t, l).judge(r.soon())
		})
	},
}

// stay is a member's time in a group.
type stay struct {
	join *runlog.Operation
	// parts is when it first asked to leave, and left when it was gone: it was
	// told so, or heard that its session had ended. never: it did not.
	parts, left int64
	// told: it left by a part that was answered, in the session in which it joined.
	told bool
}

// group is what a history says about one group.
type group struct {
	thing
	lives lives
	stays map[string][]*stay // by name
	names []string           // in the order of the log
}

func newGroup(t *thing, l lives) *group {
	g := &group{thing: *t, lives: l, stays: map[string][]*stay{}}
	last := map[int]map[string]*stay{} // by client and name
	for _, o := range t.ops {
		mine := last[o.Client]
		if mine == nil {
			mine = map[string]*stay{}
			last[o.Client] = mine
		}
		switch {
		case o.Op == runlog.OpJoin && o.Out != runlog.Fail:
			s := &stay{join: o, parts: never, left: l.ended(o.Client, o.Call)}
			if g.stays[o.Data] == nil {
				g.names = append(g.names, o.Data)
			}
			g.stays[o.Data], mine[o.Data] = append(g.stays[o.Data], s), s
		case o.Op == runlog.OpPart && mine[o.Data] != nil:
			s := mine[o.Data]
			s.parts = min(s.parts, o.Call)
			if o.Out == runlog.OK {
				s.told = o.Ret < s.left
				s.left = min(s.left, o.Ret)
			}
		}
	}
	return g
}

func (g *group) judge(soon int64) Result {
	worst := Result{}
	for _, o := range g.ops {
		if o.Op != runlog.OpMembers || o.Out != runlog.OK {
			continue
		}
		found := g.list(o, soon)
		if found.Verdict > worst.Verdict {
			worst = found
		}
	}
	return worst
}

// list judges one list: those it shows, then those it does not.
func (g *group) list(o *runlog.Operation, soon int64) Result {
	what := "membership " + top(g.path)
	lag := Result{}
	for _, name := range o.Result.Kids {
		s := g.latest(name, o.Ret)
		switch {
		case s == nil:
			return violation(what, "%s shows %q, who had not joined.", upper(describe(o)), name)
		case s.left >= o.Call:
		case s.left < o.Call-soon || s.told && s.join.Client == o.Client && g.lives.ended(o.Client, s.left) > o.Ret:
			return violation(what, "%s shows %q, who was gone since %s.", upper(describe(o)), name, when(s.left))
		default:
			lag = lagging("%s shows %q, who was gone since %s.", upper(describe(o)), name, when(s.left))
		}
	}
	for _, name := range g.names {
		if slices.Contains(o.Result.Kids, name) {
			continue
		}
		s := g.present(name, o)
		switch {
		case s == nil:
		case s.join.Ret < o.Call-soon || s.join.Client == o.Client:
			return violation(what, "%s does not show %q, who was a member since %s.", upper(describe(o)), name, describe(s.join))
		default:
			lag = lagging("%s does not show %q, who was a member since %s.", upper(describe(o)), name, describe(s.join))
		}
	}
	return lag
}

func lagging(format string, args ...any) Result {
	return Result{Verdict: Permitted, Why: fmt.Sprintf(format, args...) + lesson}
}

// latest is, of the stays under a name that had begun by a time, the one that
// lasted longest; nil if there is none.
func (g *group) latest(name string, by int64) *stay {
	var best *stay
	for _, s := range g.stays[name] {
		if s.join.Call <= by && (best == nil || s.left > best.left) {
			best = s
		}
	}
	return best
}

// present is a stay under a name that certainly was, all the time that o took.
func (g *group) present(name string, o *runlog.Operation) *stay {
	for _, s := range g.stays[name] {
		joined := s.join.Out == runlog.OK && s.join.Ret < o.Call && s.parts > o.Ret
		if joined && (s.join.Client == o.Client && s.left > o.Ret || g.lives.outlived(s.join.Client, s.join.Call, o.Ret)) {
			return s
		}
	}
	return nil
}
