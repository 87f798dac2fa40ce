package dataset

import "github.com/schismlab/schism/runlog"

// kept says which kinds of event a history holds: what clients and anybody who
// asks the servers can see, and the faults. What the model alone sees, messages,
// votes, disks and its own watch of the invariants, is left out: a history is to
// be judged by what it shows.
func kept(k runlog.Kind) bool {
	switch k {
	case runlog.Call, runlog.Ret, runlog.Conn, runlog.Lost, runlog.Expired, runlog.Watch,
		runlog.Start, runlog.Crash, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.Step, runlog.Await,
		runlog.Ready, runlog.Begin, runlog.Done, runlog.Txn, runlog.Final, runlog.Tree, runlog.End:
		return true
	}
	return false
}

// Keep is the part of a log that a history holds, its events numbered anew. A
// cause that was left out is left away.
func Keep(events []runlog.Event) []runlog.Event {
	number := make([]int64, len(events)+1)
	var part []runlog.Event
	for i := range events {
		e := events[i]
		if !kept(e.Kind) {
			continue
		}
		if e.Cause = max(0, e.Cause); int(e.Cause) < len(number) {
			e.Cause = number[e.Cause]
		}
		part = append(part, e)
		number[i+1] = int64(len(part))
	}
	return part
}

// invariant is the first invariant that the model saw broken from inside, "" if
// none was.
func invariant(events []runlog.Event) string {
	for i := range events {
		if events[i].Kind == runlog.Violated {
			return events[i].Msg
		}
	}
	return ""
}
