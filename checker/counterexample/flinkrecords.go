package counterexample

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

// This file is about what a job puts out: records, versions of the configuration,
// windows and alerts.

// withRecord keeps of a record that was put out all that appended it. Where the job
// is said to have read all there is, or to be over, it keeps of what was appended all that was put
// out, too: else that would be missed.
func withRecord(a *apart, i int) {
	if a.event(i).Kind == runlog.Output {
		for _, k := range a.ofData[a.event(i).Data] {
			if a.event(k).Kind != runlog.Output && a.writes(k, underInput) {
				a.keep(k)
			}
		}
	}
	a.keepThere(i)
	ends := slices.Clone(a.ofKind[runlog.Drained])
	for _, k := range a.ofKind[runlog.JobState] {
		if a.event(k).EndsJob() {
			ends = append(ends, k)
		}
	}
	if !slices.ContainsFunc(ends, func(k int) bool { return a.kept[k] }) {
		return
	}
	calls := []int{i}
	if slices.Contains(ends, i) {
		calls = calls[:0]
		for k := range a.kept { // the order does not matter: what is kept is a set
			calls = append(calls, k)
		}
	}
	for _, k := range calls {
		if o := a.op(k); o != nil {
			a.keepOutputs(o)
		}
	}
}

// keepThere keeps, of a call that was not answered, what shows that it took effect all
// the same: its records as the first server that was read at the end holds them.
func (a *apart) keepThere(i int) {
	o, trees := a.op(i), a.ofKind[runlog.Tree]
	if o == nil || o.Out != runlog.Unknown || len(trees) == 0 {
		return
	}
	data := map[string]bool{}
	for _, c := range changesOf(o) {
		data[c.data] = underInput(c.path)
	}
	for _, k := range a.ofKind[runlog.Final] {
		if e := a.event(k); e.Node == a.event(trees[0]).Node && data[e.Data] && underInput(e.Path) {
			a.keep(k)
			a.keep(trees[0])
		}
	}
}

// keepOutputs keeps what was put out of all that a call appended.
func (a *apart) keepOutputs(o *runlog.Operation) {
	for _, c := range changesOf(o) {
		for _, k := range a.ofData[c.data] {
			if a.event(k).Kind == runlog.Output {
				a.keep(k)
			}
		}
	}
}

// withConfig keeps of a version who wrote it, and of what a server held at the end, or
// was written where the job has read all there is, the last that was put out.
func withConfig(a *apart, i int) {
	switch e := a.event(i); e.Kind {
	case runlog.Config:
		for _, k := range a.ofData[e.Data] {
			if a.writes(k, isConfig) {
				a.keep(k)
			}
		}
	case runlog.Final:
		a.keep(a.treeOf(e.Node))
		a.keepLastOf(runlog.Config)
	case runlog.Call, runlog.Drained:
		if kept := func(k int) bool { return a.kept[k] }; slices.ContainsFunc(a.ofKind[runlog.Call], kept) && slices.ContainsFunc(a.ofKind[runlog.Drained], kept) {
			a.keepLastOf(runlog.Config)
		}
	}
}

// keepLastOf keeps the last event of a kind, if there is one.
func (a *apart) keepLastOf(k runlog.Kind) {
	if all := a.ofKind[k]; len(all) > 0 {
		a.keep(all[len(all)-1])
	}
}

// withSamples keeps the samples that make up a window, as the first server that was
// read at the end holds them, and one of a later window, without which it would be
// open still; of an alert, all that led to it.
func withSamples(a *apart, i int) {
	e := a.event(i)
	trees := a.ofKind[runlog.Tree]
	if e.Kind != runlog.Window && e.Kind != runlog.Alert || len(trees) == 0 {
		return
	}
	node, length := a.event(trees[0]).Node, a.run.Header.Window/1e6
	a.keep(trees[0])
	after := -1
	for _, k := range a.ofKind[runlog.Final] {
		f := a.event(k)
		if f.Node != node || !strings.HasPrefix(f.Path, e.Path+"/") || length == 0 {
			continue
		}
		s, err := figures.Parse(f.Data)
		if w := figures.WindowOf(s.At, length); err == nil && (w == e.Num || w < e.Num && e.Kind == runlog.Alert) {
			a.keep(k)
		} else if err == nil && w > e.Num && (after < 0 || f.Czxid < a.event(after).Czxid) {
			after = k
		}
	}
	a.keep(after)
}
