package checker

import "github.com/schismlab/schism/runlog"

// flinkOffice is about clusters that tolerate suspended connections. Such a leader
// gives up its office when its session is lost, and then begins another one. Who
// is granted leadership again in the session that it had gave it up for nothing,
// and with it restarted every job.
var flinkOffice = Check{
	Name:    "flink-office",
	Doc:     "Where suspended connections are tolerated, a leader keeps its office for as long as its session lives: it is not granted leadership a second time in one session.",
	Applies: func(r *Run) bool { return r.Header.Tolerant && hasFlink(runlog.LeaderInfo)(r) },
	Judge:   judgeFlinkOffice,
}

func judgeFlinkOffice(r *Run, _ Budget) Result {
	tokens := map[int64]*runlog.Event{} // by session, the information with the token that it gave
	granted, revoked := map[string]*runlog.Event{}, map[string]*runlog.Event{}
	for i := range r.Events {
		e := &r.Events[i]
		switch e.Kind {
		case runlog.Grant:
			granted[e.Token] = e
		case runlog.Revoke:
			revoked[e.Token] = e
		case runlog.LeaderInfo:
			if e.Token == "" || e.Owner == 0 {
				continue
			}
			was := tokens[e.Owner]
			if was == nil {
				tokens[e.Owner] = e
				continue
			}
			first, second, end := granted[was.Token], granted[e.Token], revoked[was.Token]
			if was.Token != e.Token && first != nil && second != nil && end != nil && first.Proc == second.Proc {
				return violation("office-given-up", "%s gave up leadership at %s and was granted it again at %s, in the same session %#x: its connection was suspended, which it should tolerate, and all jobs were restarted.",
					second.Proc, when(end.T), when(second.T), uint64(e.Owner))
			}
		}
	}
	return ok("Leadership was granted once in each of %s.", plural(len(tokens), "session"))
}

// KeepsOffice is flinkOffice for a cluster that is not told to tolerate suspended
// connections, and held to it all the same: what FLINK-10052 asks for. It is a check
// of that incident alone; Flink promises nothing of the kind by default.
var KeepsOffice = Check{
	Name:    flinkOffice.Name,
	Doc:     "A leader keeps its office for as long as its session lives, whether it is told to or not.",
	Applies: func(r *Run) bool { return !r.Header.Tolerant && hasFlink(runlog.LeaderInfo)(r) },
	Judge:   judgeFlinkOffice,
}
