package checker

import (
	"fmt"
	"slices"
	"sort"
	"strconv"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/runlog"
)

// draws is what a simulation draws from: rapid in properties, a fixed stream in
// benchmarks.
type draws func(n int) int

func rapidDraws(t *rapid.T) draws {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "d") }
}

// shape says what a simulated history looks like.
type shape struct {
	clients, calls, paths int
	// lost is how many of a hundred writes get no answer; late is how much later
	// than its call such a write may take effect.
	lost, late int
	deletes    bool
	multis     bool
}

// moment is when a call takes effect.
type moment struct {
	at    int64
	op    *runlog.Operation
	never bool
}

// simulate draws a history that is linearizable because it was made so: each
// call takes effect on one tree at a random moment between its call and its
// return, or later, or never, if its answer is lost.
func simulate(s shape, draw draws) *Run {
	var moments []*moment
	free := make([]int64, s.clients+1)
	setup := int64(0)
	for p := range s.paths {
		o := &runlog.Operation{Op: opCreate, Path: path(p), Data: "0", Version: -1, Call: setup, Ret: setup + 1, Num: p}
		moments = append(moments, &moment{at: setup, op: o})
		setup += 2
	}
	for n := range s.calls {
		c := 1 + n%s.clients
		o := drawn(s, draw, n)
		o.Client, o.Num = c, n/s.clients
		o.Call = max(free[c], setup) + int64(draw(20))
		took := int64(1 + draw(100))
		o.Ret = o.Call + took
		free[c] = o.Ret + 1
		m := &moment{at: o.Call + int64(draw(int(took)+1)), op: o}
		if draw(100) < s.lost {
			o.Out = runlog.Unknown
			m.at, m.never = o.Call+int64(draw(max(s.late, 1))), draw(2) == 0
		}
		moments = append(moments, m)
	}
	sort.SliceStable(moments, func(i, j int) bool { return moments[i].at < moments[j].at })
	tree := map[string]cell{}
	for _, m := range moments {
		if !m.never {
			takeEffect(tree, m.op)
		}
	}
	return asRun(moments, tree, s.paths)
}

func path(i int) string { return "/reg/" + strconv.Itoa(i) }

func drawn(s shape, draw draws, n int) *runlog.Operation {
	o := &runlog.Operation{Path: path(draw(s.paths)), Version: -1, Data: strconv.Itoa(n)}
	switch k := draw(10); {
	case k < 4:
		o.Op, o.Data = opGet, ""
	case k < 5:
		o.Op, o.Data = opExists, ""
	case k < 6 && s.deletes:
		o.Op, o.Data = []string{opCreate, opDelete}[draw(2)], ""
		o.Version = int32(draw(3)) - 1
	case k < 7 && s.multis:
		o.Op, o.Data, o.Path = opMulti, "", ""
		from := draw(s.paths)
		for i := range 2 {
			to := from
			if i > 0 && s.paths > 2 { // as money moves; with few paths let it be the same one
				to = (from + 1 + draw(s.paths-1)) % s.paths
			} else if i > 0 {
				to = draw(s.paths)
			}
			o.Parts = append(o.Parts, runlog.Part{Op: opSet, Path: path(to), Data: fmt.Sprint(n, ".", i), Version: int32(draw(4)) - 1})
		}
	default:
		o.Op = opSet
		if draw(3) == 0 {
			o.Version = int32(draw(5))
		}
	}
	return o
}

// takeEffect is a znode tree of its own, apart from the checker's model: what
// both agree on is not one mistake made twice.
func takeEffect(tree map[string]cell, o *runlog.Operation) {
	lost := o.Out == runlog.Unknown
	out := runlog.Event{Out: runlog.OK}
	c := tree[o.Path]
	switch {
	case o.Op == opMulti:
		before := map[string]cell{}
		for p, c := range tree {
			before[p] = c
		}
		for _, p := range o.Parts {
			part := &runlog.Operation{Op: p.Op, Path: p.Path, Data: p.Data, Version: p.Version}
			takeEffect(tree, part)
			out.Parts = append(out.Parts, runlog.Part{Op: p.Op, Path: p.Path, Version: part.Result.Version, Err: part.Result.Err})
			if part.Out == runlog.Fail {
				out.Out, out.Err = runlog.Fail, part.Result.Err
				clear(tree)
				for p, c := range before {
					tree[p] = c
				}
				break
			}
		}
	case o.Op == opCreate && c.exists:
		out.Out, out.Err = runlog.Fail, errNodeExists
	case o.Op == opCreate:
		tree[o.Path] = cell{exists: true, data: o.Data}
	case !c.exists:
		out.Out, out.Err = runlog.Fail, errNoNode
	case (o.Op == opSet || o.Op == opDelete) && o.Version >= 0 && o.Version != c.version:
		out.Out, out.Err = runlog.Fail, errBadVersion
	case o.Op == opDelete:
		delete(tree, o.Path)
	case o.Op == opSet:
		c.data, c.version = o.Data, c.version+1
		tree[o.Path] = c
		out.Version = c.version
	case o.Op == opGet:
		out.Data, out.Version = c.data, c.version
	case o.Op == opExists:
		out.Version = c.version
	}
	if !lost {
		o.Out, o.Result = out.Out, out
	}
}

// asRun writes the history down as a world would, with final reads of two
// servers, and reads it back as a run.
func asRun(moments []*moment, tree map[string]cell, paths int) *Run {
	var ops []*runlog.Operation
	end := int64(0)
	for _, m := range moments {
		ops = append(ops, m.op)
		end = max(end, m.op.Ret, m.at)
	}
	var events []runlog.Event
	for _, o := range ops {
		call := runlog.Event{T: o.Call, Kind: runlog.Call, Client: o.Client + 1, Num: o.Num, Op: o.Op, Path: o.Path, Data: o.Data, Version: o.Version, Parts: o.Parts}
		ret := o.Result
		ret.T, ret.Kind, ret.Client, ret.Num, ret.Out = o.Ret, runlog.Ret, o.Client+1, o.Num, o.Out
		events = append(events, call, ret)
	}
	slices.SortStableFunc(events, func(a, b runlog.Event) int { return int(a.T - b.T) })
	events = append(events, runlog.Event{T: end + 1, Kind: runlog.Done})
	for node := 1; node <= 2; node++ {
		for p := range paths {
			if c, there := tree[path(p)]; there {
				events = append(events, runlog.Event{T: end + 2, Kind: runlog.Final, Node: node, Path: path(p), Data: c.data, Version: c.version})
			}
		}
		events = append(events, runlog.Event{T: end + 2, Kind: runlog.Tree, Node: node})
	}
	events = append(events, runlog.Event{T: end + 3, Kind: runlog.End})
	run, err := NewRun(runlog.Header{}, events)
	if err != nil {
		panic(err)
	}
	return run
}

// refusal is an error that the operation of an answer can get at all.
func refusal(r *Run, ret *runlog.Event, draw draws) string {
	i := slices.IndexFunc(r.History, func(o runlog.Operation) bool { return o.Client == ret.Client-1 && o.Num == ret.Num })
	switch r.History[i].Op {
	case opCreate:
		return errNodeExists
	case opSet, opDelete, opMulti:
		return []string{errNoNode, errBadVersion}[draw(2)]
	}
	return errNoNode
}

// mutate changes one answer, so that the history may be wrong; it says how.
func mutate(r *Run, draw draws) string {
	var rets []int
	for i := range r.Events {
		if e := &r.Events[i]; e.Kind == runlog.Ret && e.Out != runlog.Unknown || e.Kind == runlog.Final {
			rets = append(rets, i)
		}
	}
	e := &r.Events[rets[draw(len(rets))]]
	how := ""
	switch draw(4) {
	case 0:
		e.Data, how = strconv.Itoa(draw(10)), "another value"
	case 1:
		e.Version, how = e.Version+int32(draw(3))-1, "another version"
	case 2:
		if e.Kind == runlog.Ret {
			e.Out, e.Err, e.Parts, how = runlog.OK, "", nil, "an acknowledgement"
		}
	case 3:
		if e.Kind == runlog.Ret {
			e.Out, e.Err, e.Parts, how = runlog.Fail, refusal(r, e, draw), nil, "a refusal"
		}
	}
	changed, err := NewRun(r.Header, r.Events)
	if err != nil {
		panic(err)
	}
	*r = *changed
	return how
}
