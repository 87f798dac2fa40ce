package counterexample

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

// transactionLogs takes apart what the servers have in their transaction logs.
var transactionLogs = account{
	check: "transaction-logs",
	about: func(a *apart, i int) bool {
		o, e := a.op(i), a.event(i)
		return o != nil && writing(o) || e.Kind == runlog.Txn || e.Kind == runlog.Final || e.Kind == runlog.Tree
	},
	with: withTransaction,
}

// withTransaction keeps, with an acknowledged write, its transaction; with what a
// server held, the transactions that say what that znode is; and the same for all
// that a transaction changed, if a server's tree is held against it.
func withTransaction(a *apart, i int) {
	o, e := a.op(i), a.event(i)
	switch {
	case o != nil:
		for _, k := range a.ofKind[runlog.Txn] {
			if z := a.event(k).Zxid; z != 0 && z == o.Result.Zxid {
				a.keep(k)
			}
		}
	case e.Kind == runlog.Final:
		a.keep(a.treeOf(e.Node))
		a.settled(e.Path)
	case e.Kind == runlog.Tree:
		for _, k := range a.ofKind[runlog.Txn] {
			if a.kept[k] {
				a.todo = append(a.todo, k) // now it matters what it left there
			}
		}
	case e.Kind == runlog.Txn:
		for _, path := range touchedBy(e) {
			a.settled(path)
		}
	}
}

// settled keeps, if any server's tree is part of it, what says what a znode is
// there: the last transactions about it, those that may be dead, and what the
// server held.
func (a *apart) settled(path string) {
	for _, k := range a.ofKind[runlog.Tree] {
		if a.kept[k] {
			a.keepLast(path, a.event(k).Zxid)
		}
	}
	for _, k := range a.ofKind[runlog.Final] {
		if f := a.event(k); f.Path == path && a.kept[a.treeOf(f.Node)] {
			a.keep(k)
		}
	}
}

// keepLast keeps the last change of a znode up to a zxid, its create, the closing
// of the session that owned it, and what less than a quorum has in its logs.
func (a *apart) keepLast(path string, upTo uint64) {
	last, made := -1, -1
	quorum := a.run.Header.Servers/2 + 1
	for _, k := range a.ofKind[runlog.Txn] {
		e := a.event(k)
		switch {
		case upTo != 0 && e.Zxid > upTo:
		case slices.Contains(touchedBy(e), path):
			last = k
			if creates(e, path) {
				made = k
			}
			if len(e.Servers) < quorum {
				a.keep(k)
			}
		case e.Op == "closeSession" && made >= 0 && e.Session == a.event(made).Session:
			a.keep(k)
		}
	}
	a.keep(last)
	a.keep(made)
}

func creates(e *runlog.Event, path string) bool {
	if e.Op == "create" && e.Path == path {
		return true
	}
	return slices.ContainsFunc(e.Parts, func(p runlog.Part) bool { return p.Op == "create" && p.Path == path })
}

// touchedBy are the znodes that a transaction changed.
func touchedBy(e *runlog.Event) []string {
	var list []string
	if e.Path != "" {
		list = append(list, e.Path)
	}
	for _, p := range e.Parts {
		list = append(list, p.Path)
	}
	return list
}
