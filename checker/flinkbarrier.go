package checker

import (
	"sort"

	"github.com/schismlab/schism/runlog"
)

var flinkBarrier = Check{
	Name: "flink-barrier",
	Doc: "Jobs that meet at a barrier go on from a round only when every task of every job has arrived there, each with a checkpoint that is complete; " +
		"each puts out that it has passed every round, once and in order; and rounds go on after the last fault.",
	Applies: func(r *Run) bool {
		return r.Header.Parties > 0 && hasFlink(runlog.Grant, runlog.Arrived, runlog.Passed)(r)
	},
	Judge: judgeFlinkBarrier,
}

// arrival is the first of a party at a round.
type arrival struct {
	event *runlog.Event
	index int
}

// jobRounds is what a log tells of the barrier.
type jobRounds struct {
	size    int // parties
	names   []string
	arrived map[int]map[string]arrival // by round and party
}

func (r *Run) jobRounds() *jobRounds {
	m := &jobRounds{size: r.Header.Parties, arrived: map[int]map[string]arrival{}}
	known := map[string]bool{}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Arrived && e.Kind != runlog.Passed {
			continue
		}
		if p := runlog.Party(e.Path); !known[p] {
			known[p] = true
			m.names = append(m.names, p)
		}
		if e.Kind == runlog.Passed {
			continue
		}
		at := m.arrived[e.Num]
		if at == nil {
			at = map[string]arrival{}
			m.arrived[e.Num] = at
		}
		if was, is := at[runlog.Party(e.Path)]; !is || e.Czxid < was.event.Czxid {
			at[runlog.Party(e.Path)] = arrival{e, i}
		}
	}
	sort.Strings(m.names)
	return m
}

// missing is who had not arrived at a round when something happened that all must
// have preceded: by the transactions that made both, or else by the log's order. It is
// "" if all had.
func (m *jobRounds) missing(round int, e *runlog.Event, index int) string {
	came, late := 0, ""
	for _, name := range m.names {
		a, is := m.arrived[round][name]
		switch {
		case is && (e.Czxid > 0 && a.event.Czxid < e.Czxid || e.Czxid == 0 && a.index < index):
			came++
		case late == "":
			late = name
		}
	}
	if came >= m.size {
		return ""
	}
	if late == "" {
		return "another one"
	}
	return runlog.PartyText(late)
}

func judgeFlinkBarrier(r *Run, _ Budget) Result {
	m := r.jobRounds()
	type checkpoint struct {
		job  string
		ckpt int64
	}
	complete := map[checkpoint]bool{} // those that the log tells of: whether somebody saw them to be
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind == runlog.Pointer || e.Kind == runlog.Checkpoint {
			is := e.Kind == runlog.Pointer || e.Text == runlog.Completed || e.Text == runlog.Restored
			complete[checkpoint{e.Job, e.Ckpt}] = complete[checkpoint{e.Job, e.Ckpt}] || is
		}
	}
	last := map[string]int{} // the round that a party has passed, by the output
	passes := 0
	for i := range r.Events {
		e := &r.Events[i]
		switch e.Kind {
		case runlog.Arrived:
			if done, told := complete[checkpoint{e.Job, e.Ckpt}]; told && !done {
				return violation("barrier arrival-without-checkpoint", "%s says in ZooKeeper that it has arrived at round %d of the barrier with checkpoint %d (%s), but that was never complete: others go on from what it takes back.",
					runlog.PartyText(e.Path), e.Num, e.Ckpt, when(e.T))
			}
			// Of a round that nobody is known to have arrived at, the log does not tell.
			if who := m.missing(e.Num-1, e, i); m.arrived[e.Num-1] != nil && who != "" {
				return violation("barrier too-early", "%s has arrived at round %d of the barrier (%s), and so passed round %d, before %s had arrived there.", runlog.PartyText(e.Path), e.Num, when(e.T), e.Num-1, who)
			}
		case runlog.Passed:
			passes++
			p := runlog.Party(e.Path)
			switch who := m.missing(e.Num, e, i); {
			case e.Num <= last[p]:
				return violation("barrier passed-twice", "The output says that %s has passed round %d of the barrier, and says so of round %d before that.", runlog.PartyText(p), e.Num, last[p])
			case e.Num > last[p]+1 && (last[p] > 0 || m.arrivedBefore(p, e.Num)):
				return violation("barrier skipped", "The output says that %s has passed round %d of the barrier after round %d: it has skipped what is between.", runlog.PartyText(p), e.Num, last[p])
			case who != "":
				return violation("barrier too-early", "%s has passed round %d of the barrier, by its output from checkpoint %d, before %s had arrived there.", runlog.PartyText(p), e.Num, e.Ckpt, who)
			}
			last[p] = e.Num
		}
	}
	if bad := r.roundsGoOn(m); bad != nil {
		return *bad
	}
	return ok("%s of %d tasks, each passed when all had arrived, with checkpoints that were complete; the output says so %s, none twice and none skipped.",
		plural(len(m.whole()), "round"), m.size, plural(passes, "time"))
}

// arrivedBefore says whether a party has arrived at a round before another one.
func (m *jobRounds) arrivedBefore(party string, round int) bool {
	for n := 1; n < round; n++ {
		if _, is := m.arrived[n][party]; is {
			return true
		}
	}
	return false
}

// whole are the rounds that all have arrived at, in their order.
func (m *jobRounds) whole() []int {
	var list []int
	for n := range m.arrived {
		if m.completed(n) >= 0 {
			list = append(list, n)
		}
	}
	sort.Ints(list)
	return list
}

// completed is when the last one arrived at a round, as far as somebody saw, -1 if not
// all have.
func (m *jobRounds) completed(round int) int64 {
	at := m.arrived[round]
	if len(at) < m.size || len(at) == 0 {
		return -1
	}
	t := int64(0)
	for _, name := range m.names {
		if a, is := at[name]; is {
			t = max(t, a.event.T)
		}
	}
	return t
}

// roundsGoOn says what is wrong with the rounds after the last fault, nil if nothing
// is.
func (r *Run) roundsGoOn(m *jobRounds) *Result {
	healed, end := int64(-1), int64(0)
	for i := range r.Events {
		if e := &r.Events[i]; e.Kind == runlog.Ready && e.Text == ReadyEnd {
			healed = e.T
		}
		end = r.Events[i].T
	}
	var bad Result
	if healed < 0 {
		bad = unknown("Nobody proved that the last fault was healed.")
		return &bad
	}
	before, since := healed, 0
	for _, n := range m.whole() {
		t := m.completed(n)
		if t <= healed {
			continue
		}
		if since++; t-before > r.grace() {
			bad = violation("barrier slow", "All had arrived at round %d of the barrier at %s, %s after %s: it may take %s.", n, when(t), when(t-before), sinceWhat(since), when(r.grace()))
			return &bad
		}
		before = t
	}
	switch late := end - before; {
	case late > r.grace():
		bad = violation("barrier stands", "All faults were healed at %s, but for %s, since %s, no further round of the barrier has been completed, after %s.",
			when(healed), when(late), when(before), plural(len(m.whole()), "round"))
	case since == 0:
		bad = unknown("No round of the barrier was completed in the %s after the last fault was healed, which is less than the %s that a recovery may take.", when(late), when(r.grace()))
	default:
		return nil
	}
	return &bad
}

func sinceWhat(since int) string {
	if since == 1 {
		return "all faults were healed"
	}
	return "the round before"
}
