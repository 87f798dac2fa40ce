package counterexample

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

// recipeAccounts take apart what applications did with locks, queues and the like.
var recipeAccounts = []*account{
	{check: "mutual-exclusion", about: ofOps(runlog.OpAcquire, runlog.OpRelease, runlog.OpUse), with: withTenure, beside: besideExpired},
	{check: "election", about: ofOps(runlog.OpElect, runlog.OpResign), with: withTenure, beside: besideExpired},
	{check: "queue", about: ofOps(runlog.OpEnqueue, runlog.OpDequeue), with: withQueued},
	{check: "barrier", about: aboutClients, with: withRound},
	{check: "membership", about: aboutClients, with: withMember, edit: onlyMembers},
	{check: "shared-counter", about: ofOps(runlog.OpAdd, runlog.OpRead), with: withAdditions, bundle: additions},
	{check: "cache-convergence", about: aboutCache, with: withCache, stays: lastCall},
}

func ofOps(names ...string) func(*apart, int) bool {
	return func(a *apart, i int) bool {
		o := a.op(i)
		return o != nil && slices.Contains(names, o.Op)
	}
}

// aboutClients: that a client was answered shows that its session lived.
func aboutClients(a *apart, i int) bool { o := a.op(i); return o != nil && o.Client != 0 }

// sessions keeps the ends of a client's sessions: without them they would last.
func (a *apart) sessions(client int) {
	for _, k := range a.ofKind[runlog.Expired] {
		if a.event(k).Client == client+1 {
			a.keep(k)
		}
	}
}

// same calls some with every call of the same object that has one of the names.
func (a *apart) same(o *runlog.Operation, some func(*runlog.Operation), names ...string) {
	for op := range a.run.History {
		if n := &a.run.History[op]; n.Path == o.Path && slices.Contains(names, n.Op) {
			some(n)
		}
	}
}

// withTenure keeps how a client's time as holder or leader began and ended.
func withTenure(a *apart, i int) {
	o := a.op(i)
	if o == nil || o.Op == runlog.OpUse {
		return
	}
	a.sessions(o.Client)
	begins := o.Op == runlog.OpAcquire || o.Op == runlog.OpElect
	var before, after *runlog.Operation
	a.same(o, func(n *runlog.Operation) {
		switch {
		case n.Client != o.Client || n.Num == o.Num:
		case n.Num < o.Num:
			before = n
		case after == nil:
			after = n
		}
	}, runlog.OpAcquire, runlog.OpRelease, runlog.OpElect, runlog.OpResign)
	if begins && after != nil {
		a.keep(callOf(after))
	}
	if !begins && before != nil {
		a.keep(callOf(before))
	}
}

// besideExpired tells of clients that lost their connections.
func besideExpired(a *apart, i int) int {
	e := a.event(i)
	if e.Kind == runlog.Lost && i > a.first && i < a.last() {
		return 1
	}
	return 0
}

// withQueued keeps an item's whole way through its queue, and what may have taken
// any item.
func withQueued(a *apart, i int) {
	o := a.op(i)
	item := func(o *runlog.Operation) string {
		if o.Op == runlog.OpEnqueue {
			return o.Data
		}
		return o.Result.Data
	}
	a.same(o, func(n *runlog.Operation) {
		lost := n.Op == runlog.OpDequeue && n.Out == runlog.Unknown
		if lost || item(n) == item(o) && n.Out != runlog.Fail {
			a.keep(callOf(n))
		}
	}, runlog.OpEnqueue, runlog.OpDequeue)
}

// withRound keeps all who come to a round of a barrier and leave it.
func withRound(a *apart, i int) {
	o := a.op(i)
	if o == nil {
		return
	}
	a.sessions(o.Client)
	if o.Op != runlog.OpEnter && o.Op != runlog.OpLeave {
		return
	}
	a.same(o, func(n *runlog.Operation) {
		if n.Data == o.Data {
			a.keep(callOf(n))
		}
	}, runlog.OpEnter, runlog.OpLeave)
}

// withMember keeps all of a member's comings and goings.
func withMember(a *apart, i int) {
	o := a.op(i)
	if o == nil {
		return
	}
	a.sessions(o.Client)
	if o.Op != runlog.OpJoin && o.Op != runlog.OpPart {
		return
	}
	a.same(o, func(n *runlog.Operation) {
		if n.Data == o.Data {
			a.keep(callOf(n))
		}
	}, runlog.OpJoin, runlog.OpPart)
}

// onlyMembers leaves out of a list those whose comings and goings are left out.
func onlyMembers(a *apart, e *runlog.Event) {
	if e.Kind != runlog.Ret || e.Kids == nil {
		return
	}
	var kids []string
	for _, kid := range e.Kids {
		joined, kept := false, false
		for op := range a.run.History {
			if n := &a.run.History[op]; n.Op == runlog.OpJoin && n.Data == kid {
				joined, kept = true, kept || a.kept[callOf(n)]
			}
		}
		if kept || !joined {
			kids = append(kids, kid)
		}
	}
	e.Kids = kids
}

// withAdditions keeps all additions: the sum is made of them.
func withAdditions(a *apart, i int) {
	o := a.op(i)
	if o == nil {
		return
	}
	a.sessions(o.Client)
	a.same(o, func(n *runlog.Operation) { a.keep(callOf(n)) }, runlog.OpAdd)
}

// additions bundles those that show no sum, or are not needed for what they show.
func additions(e *runlog.Event) string {
	if e.Kind == runlog.Call && e.Op == runlog.OpAdd {
		return e.Path
	}
	return ""
}

func aboutCache(a *apart, i int) bool {
	o := a.op(i)
	if o == nil {
		e := a.event(i)
		return e.Kind == runlog.Final && a.cached(e.Path)
	}
	return o.Op == runlog.OpCached || a.writes(i, a.cached)
}

func (a *apart) cached(path string) bool {
	for op := range a.run.History {
		if o := &a.run.History[op]; o.Op == runlog.OpCached && o.Path == path {
			return true
		}
	}
	return false
}

// withCache keeps the last that a client's cache showed, whether the client was
// connected to the end, and, of what a server held then, all writes to it.
func withCache(a *apart, i int) {
	o, e := a.op(i), a.event(i)
	switch {
	case e.Kind == runlog.Final:
		a.keep(a.treeOf(e.Node))
		for _, c := range a.changes[e.Path] {
			a.keep(callOf(&a.run.History[c.op]))
		}
	case o == nil || o.Op != runlog.OpCached:
	default:
		a.sessions(o.Client)
		var last *runlog.Operation
		a.same(o, func(n *runlog.Operation) {
			if n.Client == o.Client && n.Out != runlog.Unknown {
				last = n
			}
		}, runlog.OpCached)
		if last != nil {
			a.keep(callOf(last))
		}
		a.connection(o.Client)
	}
}

// lastCall keeps the one that was answered last: with it the clients' work ends.
func lastCall(a *apart) {
	last, at := -1, int64(0)
	for op := range a.run.History {
		if o := &a.run.History[op]; o.Out != runlog.Unknown && o.Ret > at {
			last, at = callOf(o), o.Ret
		}
	}
	a.keep(last)
}

// connection keeps the last word of a client's connection before the clients
// stopped.
func (a *apart) connection(client int) {
	last := -1
	for _, kind := range []runlog.Kind{runlog.Conn, runlog.Lost, runlog.Expired} {
		for _, k := range a.ofKind[kind] {
			if done := a.ofKind[runlog.Done]; a.event(k).Client == client+1 && (len(done) == 0 || k < done[0]) {
				last = max(last, k)
			}
		}
	}
	a.keep(last)
}
