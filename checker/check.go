package checker

import (
	"fmt"
	"time"

	"github.com/schismlab/schism/checker/meter"
	"github.com/schismlab/schism/checker/witness"
	"github.com/schismlab/schism/runlog"
)

// Run is what is judged: a log and the history in it.
type Run struct {
	Header  runlog.Header
	Events  []runlog.Event
	History runlog.History

	trees []tree
	// done is when the clients had stopped: no call is made later.
	done int64

	// byZxid is what the zxids say, if judged and they say anything; unsound is
	// why its certificate does not hold.
	byZxid  *witness.Result
	unsound error
	judged  bool

	txns []*runlog.Event // see written
}

// tree is what one server held at the end.
type tree struct {
	node   int
	at     int64 // when the last of it was read
	zxid   uint64
	znodes map[string]*runlog.Event
	paths  []string // in the order of the log
}

// NewRun gathers a run from its log. It fails on a log that no world writes.
func NewRun(h runlog.Header, events []runlog.Event) (*Run, error) {
	history, err := runlog.NewHistory(events)
	if err != nil {
		return nil, err
	}
	r := &Run{Header: h, Events: events, History: history}
	for i := range history {
		r.done = max(r.done, history[i].Call)
		if ret := history[i].Ret; ret < never {
			r.done = max(r.done, ret)
		}
	}
	return r, r.gatherTrees()
}

// gatherTrees collects the final reads. A server whose Tree event is missing
// was not read to the end, and says nothing.
func (r *Run) gatherTrees() error {
	open := map[int]*tree{}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Final && e.Kind != runlog.Tree {
			continue
		}
		t := open[e.Node]
		if t == nil {
			t = &tree{node: e.Node, znodes: map[string]*runlog.Event{}}
			open[e.Node] = t
		}
		t.at = e.T
		if e.Kind == runlog.Final {
			if t.znodes[e.Path] != nil {
				return fmt.Errorf("event %d: a second final read of %s on n%d", i+1, e.Path, e.Node)
			}
			t.znodes[e.Path] = e
			t.paths = append(t.paths, e.Path)
			continue
		}
		t.zxid = e.Zxid
		r.trees = append(r.trees, *t)
		delete(open, e.Node)
	}
	return nil
}

// never is the return time of an operation without one.
const never = 1<<63 - 1

// Budget bounds what a check may cost. A check that would need more says
// unknown.
type Budget = meter.Budget

// DefaultBudget is meant for one run on a developer's machine.
var DefaultBudget = Budget{Time: 30 * time.Second, Memory: 1 << 30}

// Check judges one promise.
type Check struct {
	Name string
	// Doc is the promise, in a sentence.
	Doc string
	// Applies says whether the run has anything that this check is about.
	Applies func(*Run) bool
	Judge   func(*Run, Budget) Result
}

// All is every check. Those that name a cause best come first.
func All() []Check {
	list := []Check{invariants, durable, serversAgree, transactionLogs, counter, bank, set, sequence, ephemerals, sequential}
	list = append(list, recipes...)
	list = append(list, flinks...)
	list = append(list, promises...)
	return append(list, freshSync, watches, witnessed, linearizable, recovery, served)
}

// Judge asks those of the checks that apply.
func Judge(run *Run, checks []Check, b Budget) []Result {
	var results []Result
	for _, c := range checks {
		if !c.Applies(run) {
			continue
		}
		r := c.Judge(run, b)
		r.Name = c.Name
		results = append(results, r)
	}
	return results
}
