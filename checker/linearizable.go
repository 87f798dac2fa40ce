package checker

import (
	"fmt"
	"sort"

	"github.com/schismlab/schism/checker/meter"
	"github.com/schismlab/schism/checker/witness"
	"github.com/schismlab/schism/runlog"
)

var linearizable = Check{
	Name:    "linearizable",
	Doc:     "There is one order of all calls, keeping to their times, that explains every answer. ZooKeeper promises that for writes; for reads only what the check sequential says.",
	Applies: hasAny(opGet, opSet, opCreate, opDelete, opExists, opChildren, opMulti),
	Judge:   judgeLinearizable,
}

func judgeLinearizable(r *Run, b Budget) Result {
	switch grade, proved := r.proved(); {
	case proved && grade == witness.Linearizable:
		return ok("The check witness has found one order that explains every answer, and its certificate holds.")
	case proved:
		return Result{Verdict: Permitted, Why: "The check witness has found one order of the writes and the final reads, with reads that may lag, and its certificate holds." + lesson}
	}
	return r.judgeValues(b)
}

// valuesJudged is what a search by values has found, with which budget.
type valuesJudged struct {
	budget Budget
	result Result
}

// judgeValues searches for an order by values alone, as if there were no zxids.
// Two checks ask for it, and the search is made once.
func (r *Run) judgeValues(b Budget) Result {
	if v := r.values; v == nil || v.budget != b {
		r.values = &valuesJudged{b, r.searchValues(b)}
	}
	return r.values.result
}

func (r *Run) searchValues(b Budget) Result {
	m := meter.Start(b)
	defer m.Close()
	problems := r.problems()
	var worst Result
	ops := 0
	for _, p := range problems {
		ops += len(p.ops)
		found := r.judgeProblem(p, b, m)
		if found.Verdict > worst.Verdict {
			worst = found
		}
		if worst.Verdict == Violation || m.Stopped() {
			break
		}
	}
	if worst.Verdict == OK {
		return ok("One order explains every answer: %s in %s that share no znode.", plural(ops, "operation"), plural(len(problems), "part"))
	}
	return worst
}

func (r *Run) judgeProblem(p *problem, b Budget, m *meter.Meter) Result {
	if p.estimate().memory > b.Memory {
		return judgeBeginning(p, b, m)
	}
	switch p.search(m) {
	case found:
		return Result{}
	case stopped:
		return undecided(p, m)
	}
	strict := p.writesOnly()
	switch strict.search(m) {
	case stopped:
		return undecided(strict, m)
	case none:
		return violation("linearizable-writes "+p.about(), "%s", strict.why(m))
	}
	if broken := sequential.Judge(r, Budget{}); broken.Verdict == Violation {
		return broken
	}
	return Result{Verdict: Permitted, Why: p.stale(m)}
}

func undecided(p *problem, m *meter.Meter) Result {
	return unknown("The search for an order was given up at %s. %s. Nothing was proved, neither way.", p.estimate(), m.Reason())
}

// culprit finds the first answer with which no order is left, nil if the
// budget does not last. Up to an earlier answer there is one, up to a later
// one there is none, so halving finds it.
func (p *problem) culprit(m *meter.Meter) *operation {
	at := p.answered()
	i := sort.Search(len(at), func(i int) bool { return !m.Stopped() && p.until(at[i]).search(m) == none })
	if i == len(at) || m.Stopped() {
		return nil
	}
	for _, o := range p.ops {
		if !o.vague && o.ret == at[i] {
			return o
		}
	}
	return nil
}

// why tells in sentences why the writes have no order.
func (p *problem) why(m *meter.Meter) string {
	intro := fmt.Sprintf("No order of the writes to %s and the final reads explains the answers", p.about())
	o := p.culprit(m)
	if o == nil {
		return intro + "."
	}
	text := fmt.Sprintf("%s. Up to %s there is one; then came %s, and none is left.", intro, when(o.ret-1), o.about())
	if w := p.before(o); w != nil {
		text += fmt.Sprintf(" The last write acknowledged before that was called: %s.", w.about())
	}
	return text + " ZooKeeper promises that each write takes effect once, between its call and its answer, and stays."
}

// before is the last acknowledged write that was answered before o was called
// and that touches a znode of o.
func (p *problem) before(o *operation) *operation {
	mine := map[string]bool{}
	for path := range o.touched {
		mine[path] = true
	}
	var last *operation
	for _, w := range p.ops {
		if w == o || w.kind != writes || w.vague || w.refused != "" || w.ret >= o.call || last != nil && w.ret <= last.ret {
			continue
		}
		for i := range w.parts {
			if mine[w.parts[i].path] && w.parts[i].kind != opCheck {
				last = w
			}
		}
	}
	return last
}

const lesson = " ZooKeeper allows that: a server answers reads from its own copy, which may lag. A client that must not read an old value calls sync first."

// stale tells of the first read that was older than a write acknowledged
// before it was called.
func (p *problem) stale(m *meter.Meter) string {
	byCall := append([]*operation(nil), p.ops...)
	sort.SliceStable(byCall, func(i, j int) bool { return byCall[i].call < byCall[j].call })
	for _, o := range byCall {
		if o.kind != reads && o.kind != looks || o.vague {
			continue
		}
		if w := p.before(o); w != nil && p.older(o, w) {
			return fmt.Sprintf("A stale read: %s is older than %s, which had been acknowledged before.", o.about(), w.about()) + lesson
		}
	}
	if o := p.culprit(m); o != nil {
		return fmt.Sprintf("The reads of %s fit into no single order with the writes: the first that does not is %s.", p.about(), o.about()) + lesson
	}
	return fmt.Sprintf("The reads of %s fit into no single order with the writes.", p.about()) + lesson
}

// older says whether the read o certainly shows a state before the write w.
func (p *problem) older(o, w *operation) bool {
	for i := range w.parts {
		e := &w.parts[i]
		if e.path != o.path {
			continue
		}
		switch {
		case e.kind == opDelete:
			return o.refused == ""
		case o.refused != "":
			return true
		case e.kind == opSet && e.version > 0 && p.slots[e.cell] != nil:
			return o.version < e.version
		}
	}
	return false
}

// plain says whether o is a read that was answered from a server's own copy.
func plain(o *runlog.Operation) bool {
	return o.Op == opGet || o.Op == opExists || o.Op == opChildren
}
