package checker

import (
	"fmt"
	"slices"
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
	// kinds is how many events of each kind there are.
	kinds [1 << 8]int

	// What several checks ask for, worked out when the first does.
	asked   [][]effect      // see effects
	gone    map[string]bool // see deleted
	numbers []given         // see given
	values  *valuesJudged   // see judgeValues

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
	finals []*runlog.Event // the same in the order of the log
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
	for i := range events {
		r.kinds[events[i].Kind]++
	}
	return r, r.gatherTrees()
}

// tells says whether the log has an event of one of the kinds.
func (r *Run) tells(kinds ...runlog.Kind) bool {
	return slices.ContainsFunc(kinds, func(k runlog.Kind) bool { return r.kinds[k] > 0 })
}

// gatherTrees collects the final reads. A server whose Tree event is missing
// was not read to the end, and says nothing.
func (r *Run) gatherTrees() error {
	if !r.tells(runlog.Final, runlog.Tree) {
		return nil
	}
	open := map[int]*tree{}
	size := r.kinds[runlog.Final] / max(1, r.kinds[runlog.Tree])
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Final && e.Kind != runlog.Tree {
			continue
		}
		t := open[e.Node]
		if t == nil {
			t = &tree{node: e.Node, znodes: make(map[string]*runlog.Event, size), finals: make([]*runlog.Event, 0, size)}
			open[e.Node] = t
		}
		t.at = e.T
		if e.Kind == runlog.Final {
			if t.znodes[e.Path] != nil {
				return fmt.Errorf("event %d: a second final read of %s on n%d", i+1, e.Path, e.Node)
			}
			t.znodes[e.Path] = e
			t.finals = append(t.finals, e)
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
