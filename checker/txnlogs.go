package checker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var transactionLogs = Check{
	Name:    "transaction-logs",
	Doc:     "What the servers have in their transaction logs is one order: no zxid stands for two transactions, each acknowledged write is there as it was asked for, and replayed it gives the final trees. What less than a quorum has in its logs may be dead: nothing is said of its znodes.",
	Applies: func(r *Run) bool { return len(r.written()) > 0 },
	Judge:   judgeTransactionLogs,
}

// written are the transactions that the servers have in their logs, by zxid.
func (r *Run) written() []*runlog.Event {
	if r.txns == nil && r.tells(runlog.Txn) {
		for i := range r.Events {
			if e := &r.Events[i]; e.Kind == runlog.Txn {
				r.txns = append(r.txns, e)
			}
		}
	}
	return r.txns
}

func judgeTransactionLogs(r *Run, _ Budget) Result {
	txns := r.written()
	byZxid := make(map[uint64]*runlog.Event, len(txns))
	for _, e := range txns {
		if old := byZxid[e.Zxid]; old != nil {
			return violation("transaction-logs two-for-one", "Under zxid %#x, %s.", e.Zxid, both(old, e))
		}
		byZxid[e.Zxid] = e
	}
	acknowledged := 0
	for i := range r.History {
		o := &r.History[i]
		if !transacted(o) || o.Result.Zxid == 0 {
			continue
		}
		acknowledged++
		if why := missing(o, byZxid[o.Result.Zxid]); why != "" {
			return violation("transaction-logs lost "+top(firstPath(o)), "%s was acknowledged with zxid %#x, %s", describe(o), o.Result.Zxid, why)
		}
	}
	doubtful := r.doubtful(txns)
	for i := range r.trees {
		if why := replayed(txns, &r.trees[i], doubtful); why != "" {
			return violation("transaction-logs replay", "Server n%d's tree is not what the logs give: %s", r.trees[i].node, why)
		}
	}
	return ok("%s in the servers' logs, among them all %d acknowledged writes; replayed they give the trees of %s.",
		plural(len(txns), "transaction"), acknowledged, plural(len(r.trees), "server"))
}

// transacted says whether an answered call was a transaction that changed something.
func transacted(o *runlog.Operation) bool {
	switch o.Op {
	case opSet, opCreate, opDelete, opMulti:
		return o.Out == runlog.OK
	}
	return false
}

func both(a, b *runlog.Event) string {
	return fmt.Sprintf("%s %s, and %s %s", servers(a.Servers), noted(a), servers(b.Servers), noted(b))
}

func servers(ns []int) string {
	names := make([]string, len(ns))
	for i, n := range ns {
		names[i] = fmt.Sprintf("n%d", n)
	}
	return strings.Join(names, ", ")
}

func noted(e *runlog.Event) string {
	text := "has a " + e.Op
	if len(e.Servers) > 1 {
		text = "have a " + e.Op
	}
	if e.Path != "" {
		text += " of " + e.Path
	}
	if e.Data != "" {
		text += fmt.Sprintf(" with %q", e.Data)
	}
	return fmt.Sprintf("%s by session %#x", text, uint64(e.Session))
}

// missing says in which way a transaction is not that of the call, "" if it is.
func missing(o *runlog.Operation, e *runlog.Event) string {
	switch {
	case e == nil:
		return "and no server has a transaction of that zxid in its log."
	case e.Op != o.Op || o.Op != opMulti && !concerns(o, e) || o.Op == opMulti && !sameParts(o, e):
		return "under which " + servers(e.Servers) + " " + noted(e) + "."
	case o.Result.Session != 0 && e.Session != o.Result.Session:
		return fmt.Sprintf("but its session is %#x: %s %s.", uint64(o.Result.Session), servers(e.Servers), noted(e))
	}
	return ""
}

// concerns: the path of a sequential create is in its answer.
func concerns(o *runlog.Operation, e *runlog.Event) bool {
	path := o.Path
	if o.Op == opCreate && o.Result.Path != "" {
		path = o.Result.Path
	}
	return e.Path == path && (o.Op == opDelete || e.Data == o.Data)
}

func sameParts(o *runlog.Operation, e *runlog.Event) bool {
	return slices.EqualFunc(o.Parts, e.Parts, func(a, b runlog.Part) bool {
		return a.Op == b.Op && (b.Op == opDelete || b.Op == opCheck || a.Data == b.Data) && strings.HasPrefix(b.Path, a.Path)
	})
}

// firstPath is what a call is about.
func firstPath(o *runlog.Operation) string {
	if o.Path == "" && len(o.Parts) > 0 {
		return o.Parts[0].Path
	}
	return o.Path
}

// doubtful are the znodes of which the logs do not say what became of them. A
// server that is sent a snapshot keeps what it had in its log, although that was
// never committed; so a transaction in the logs of a minority that nobody was
// told of may be dead.
func (r *Run) doubtful(txns []*runlog.Event) map[string]bool {
	quorum := r.serversSeen(txns)/2 + 1
	told := map[uint64]bool{}
	for i := range r.History {
		told[r.History[i].Result.Zxid] = true
	}
	paths, sessions := map[string]bool{}, map[int64]bool{}
	for _, e := range txns {
		if len(e.Servers) >= quorum || told[e.Zxid] {
			continue
		}
		paths[e.Path] = true
		for i := range e.Parts {
			paths[e.Parts[i].Path] = true
		}
		if e.Op == closeSession {
			sessions[e.Session] = true
		}
	}
	for _, e := range txns {
		if sessions[e.Session] && e.Mode != "" {
			paths[e.Path] = true
		}
	}
	return paths
}

func (r *Run) serversSeen(txns []*runlog.Event) int {
	most := r.Header.Servers
	for _, e := range txns {
		most = max(most, slices.Max(e.Servers))
	}
	return most
}

const closeSession = "closeSession"

// replayed compares a tree with the transactions up to its zxid, "" if it is
// what they give, but for what is doubtful. Where a server's snapshot has
// replaced a part of its log, some other server has that part.
func replayed(txns []*runlog.Event, t *tree, doubtful map[string]bool) string {
	got := contents{data: map[string]string{}, owner: map[string]int64{}}
	for _, e := range txns {
		if t.zxid != 0 && e.Zxid > t.zxid {
			break
		}
		got.apply(e)
	}
	for _, e := range t.finals {
		path := e.Path
		data, there := got.data[path]
		switch {
		case doubtful[path]:
		case !there:
			return fmt.Sprintf("it has %s, %s, which no transaction has left there.", path, holds(e))
		case data != e.Data:
			return fmt.Sprintf("%s is %s, and the last transaction about it wrote %q.", path, holds(e), data)
		}
		delete(got.data, path)
	}
	left := make([]string, 0, len(got.data))
	for path := range got.data {
		// Flink's own znodes are not among the final reads.
		if !doubtful[path] && !plan.FlinkPath(path) {
			left = append(left, path)
		}
	}
	if len(left) == 0 {
		return ""
	}
	return fmt.Sprintf("it lacks %s, which the transactions have left there.", slices.Min(left))
}

// contents is the least of a tree that transactions need, since they say results.
type contents struct {
	data  map[string]string
	owner map[string]int64 // of ephemeral znodes
}

func (t *contents) apply(e *runlog.Event) {
	switch e.Op {
	case opMulti:
		for i := range e.Parts {
			p := &e.Parts[i]
			t.change(p.Op, p.Path, p.Data, p.Mode, e.Session)
		}
	case closeSession:
		for path, owner := range t.owner {
			if owner == e.Session {
				delete(t.data, path)
				delete(t.owner, path)
			}
		}
	default:
		t.change(e.Op, e.Path, e.Data, e.Mode, e.Session)
	}
}

func (t *contents) change(op, path, data, mode string, session int64) {
	switch op {
	case opCreate, opSet:
		t.data[path] = data
		if op == opCreate && mode != "" {
			t.owner[path] = session
		}
	case opDelete:
		delete(t.data, path)
		delete(t.owner, path)
	}
}
