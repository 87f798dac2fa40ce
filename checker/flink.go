package checker

import "github.com/schismlab/schism/runlog"

// flinks are the checks of runs with a Flink cluster, those that name a cause
// best first. They read what runlog's file flink.go describes, and so judge the
// model's clusters and real ones alike.
var flinks = []Check{oneJobLeader, flinkOffice, flinkInfo, flinkEnded, flinkCheckpoints, flinkPointers, flinkTasks, flinkOutput, flinkConfig, flinkWindows, flinkNoticed, flinkBarrier, flinkRecovery, flinkQuiet}

// hasFlink says whether the run has an event of one of the kinds.
func hasFlink(kinds ...runlog.Kind) func(*Run) bool {
	return func(r *Run) bool { return r.tells(kinds...) }
}

// drained says whether every job was seen to have read all there is, and to have
// completed a checkpoint after that.
func (r *Run) drained() bool {
	jobs, done := map[string]bool{}, map[string]bool{}
	for i := range r.Events {
		switch e := &r.Events[i]; e.Kind {
		case runlog.Drained:
			done[e.Job] = true
		case runlog.JobState, runlog.Checkpoint, runlog.Output:
			jobs[e.Job] = true
		}
	}
	for id := range jobs { // the order does not matter: this asks for all
		if !done[id] {
			return false
		}
	}
	return len(done) > 0
}

// reign is a time in which a process leads by its own word. A process that is
// paused or down leads nobody; when it goes on, it believes what it did.
type reign struct {
	proc, token string
	from, to    int64
}

// reigns are in the order in which they began.
func (r *Run) reigns() []reign {
	var list []reign
	open := map[string]int{} // by process, the reign that has not ended
	asleep := map[string]reign{}
	end := func(proc string, t int64) {
		if i, is := open[proc]; is {
			list[i].to = t
			delete(open, proc)
		}
	}
	for i := range r.Events {
		switch e := &r.Events[i]; e.Kind {
		case runlog.Grant:
			end(e.Proc, e.T)
			open[e.Proc] = len(list)
			list = append(list, reign{e.Proc, e.Token, e.T, never})
		case runlog.Revoke, runlog.Crash, runlog.Exit:
			end(e.Proc, e.T)
			delete(asleep, e.Proc)
		case runlog.Pause:
			if k, is := open[e.Proc]; is {
				asleep[e.Proc] = list[k]
				end(e.Proc, e.T)
			}
		case runlog.Resume:
			if was, is := asleep[e.Proc]; is {
				open[e.Proc] = len(list)
				list = append(list, reign{was.proc, was.token, e.T, never})
				delete(asleep, e.Proc)
			}
		}
	}
	last := int64(0)
	if n := len(r.Events); n > 0 {
		last = r.Events[n-1].T
	}
	for i := range list {
		list[i].to = min(list[i].to, last)
	}
	return list
}

var flinkInfo = Check{
	Name:    "flink-leader-info",
	Doc:     "When nothing changes any more, all components' leader information has one token and one owner, which is the owner of the first latch; and no token comes back that another has followed.",
	Applies: hasFlink(runlog.LeaderInfo),
	Judge:   judgeFlinkInfo,
}

func judgeFlinkInfo(r *Run, _ Budget) Result {
	info := map[string]*runlog.Event{}   // what each component's was last
	there := map[string]bool{}           // and whether it still is
	past := map[string]map[string]bool{} // by component, the tokens that others have followed
	var names []string
	first, changed, changes := "", int64(0), 0
	servers := standing{n: r.Header.Servers}
	settled := func(now int64) *Result {
		if now-changed <= 2*r.Header.Session || !servers.quorum() {
			return nil
		}
		var list []*runlog.Event
		for _, name := range names {
			if there[name] {
				list = append(list, info[name])
			}
		}
		return unsettled(list, first, now)
	}
	for i := range r.Events {
		e := &r.Events[i]
		stirs := ofEnsemble(e)
		if e.Kind != runlog.LeaderInfo && e.Kind != runlog.Latch && e.Kind != runlog.End && !stirs {
			continue
		}
		if bad := settled(e.T); bad != nil {
			return *bad
		}
		if changed = e.T; stirs {
			servers.take(e)
			continue
		}
		switch e.Kind {
		case runlog.Latch:
			if first = ""; len(e.Parts) > 0 {
				first = e.Parts[0].Data
			}
		case runlog.LeaderInfo:
			was := info[e.Path]
			if was != nil && e.Token != "" && e.Zxid > 0 && e.Zxid < was.Zxid {
				continue // read from a server that lags behind the one before
			}
			changes++
			if was == nil {
				past[e.Path] = map[string]bool{}
				names = append(names, e.Path)
			}
			if there[e.Path] = e.Token != ""; e.Token == "" {
				continue // the last one known still counts as the one before
			}
			if past[e.Path][e.Token] {
				return violation("token-returns", "The leader information of %s has the token %s again at %s, after another one: two processes take each other's away.", e.Path, e.Token, when(e.T))
			}
			if was != nil && was.Token != e.Token {
				past[e.Path][was.Token] = true
			}
			info[e.Path] = e
		}
	}
	return ok("The leader information of %s changed %d times, and was consistent whenever it was settled.", plural(len(names), "component"), changes)
}

// ofEnsemble says whether an event is a server's of the ensemble that comes or goes, or a
// link's between two.
func ofEnsemble(e *runlog.Event) bool {
	switch e.Kind {
	case runlog.Start, runlog.Crash, runlog.Pause, runlog.Resume:
		return e.Node > 0 && e.Proc == ""
	case runlog.LinkState:
		return e.Node > 0 && e.Peer > 0 && !e.OfProcess()
	}
	return false
}

// standing is which of n servers are there, and which of them can talk to each other.
type standing struct {
	n    int
	gone map[int]bool
	cut  map[[2]int]bool
}

func (s *standing) take(e *runlog.Event) {
	if s.gone == nil {
		s.gone, s.cut = map[int]bool{}, map[[2]int]bool{}
	}
	if e.Kind == runlog.LinkState {
		s.cut[[2]int{e.Node, e.Peer}] = e.Text == "cut"
		return
	}
	s.gone[e.Node] = e.Kind == runlog.Crash || e.Kind == runlog.Pause
}

// quorum says whether one of the servers that are there could lead: with those that it
// can talk to it is a majority. While there is none nothing can change in ZooKeeper, and
// what was half done stays so.
func (s *standing) quorum() bool {
	for a := range s.n {
		with := 0
		for b := range s.n {
			if !s.gone[a+1] && !s.gone[b+1] && !s.cut[[2]int{a + 1, b + 1}] && !s.cut[[2]int{b + 1, a + 1}] {
				with++
			}
		}
		if 2*with > s.n {
			return true
		}
	}
	return s.n == 0 // nobody says how many there are
}

// unsettled says what is inconsistent in the components' leader information although
// nothing changes, nil if nothing is.
func unsettled(info []*runlog.Event, first string, now int64) *Result {
	for _, e := range info {
		one := info[0]
		var bad Result
		switch {
		case e.Token != one.Token || e.Owner != one.Owner:
			bad = violation("leader-info-differs", "At %s the leader information of %s has token %s of session %#x, that of %s token %s of session %#x, and nothing has changed for long.",
				when(now), one.Path, one.Token, uint64(one.Owner), e.Path, e.Token, uint64(e.Owner))
		case first != "" && e.Owner != 0 && first != hex(e.Owner):
			bad = violation("leader-info-stale", "At %s the leader information of %s belongs to session %#x, but the first latch to session %s, and nothing has changed for long.",
				when(now), e.Path, uint64(e.Owner), first)
		default:
			continue
		}
		return &bad
	}
	return nil
}
