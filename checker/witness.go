package checker

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/checker/witness"
	"github.com/schismlab/schism/runlog"
)

var witnessed = Check{
	Name:    "witness",
	Doc:     "The order that the zxids name explains every answer and keeps the times of the writes; reads may lag. The order is a certificate, which is verified.",
	Applies: func(r *Run) bool { return r.witness() != nil },
	Judge:   judgeWitness,
}

// witness judges a run by its zxids, and verifies the certificate, once; nil if
// the answers have no zxids.
func (r *Run) witness() *witness.Result {
	if !r.judged {
		r.judged = true
		if witness.Applies(r.History) {
			in := r.input()
			if r.byZxid = witness.Judge(in); r.byZxid.Certificate != nil {
				r.unsound = r.byZxid.Certificate.Verify(in)
			}
		}
	}
	return r.byZxid
}

// input is the history with the final reads.
func (r *Run) input() witness.Input {
	in := witness.Input{Ops: r.History}
	for i := range r.trees {
		t := &r.trees[i]
		f := witness.Final{Node: t.node, Zxid: t.zxid, Call: r.done + 1, Ret: max(t.at, r.done+1), Znodes: t.finals}
		in.Finals = append(in.Finals, f)
	}
	return in
}

// proved says whether the zxids alone have settled what may be settled: there
// is a certificate of at least ZooKeeper's contract.
func (r *Run) proved() (witness.Grade, bool) {
	w := r.witness()
	if w == nil || w.Grade < witness.Ordered || r.unsound != nil {
		return witness.Broken, false
	}
	return w.Grade, true
}

func judgeWitness(r *Run, b Budget) Result {
	w := r.witness()
	if r.unsound != nil {
		return unknown("The order of the zxids was found to be %v, but its certificate does not hold: %v. One of the two is at fault, and both are parts of this program.", w.Grade, r.unsound)
	}
	switch {
	case w.Grade == witness.Linearizable:
		return ok("In the order of their zxids %s are linearizable%s. A certificate of %d steps was verified.", plural(len(r.History), "call"), lostText(w), len(w.Certificate.Order))
	case w.Grade == witness.Ordered:
		return Result{Verdict: Permitted, Why: r.lag(w) + lesson}
	}
	return r.confirm(w, b)
}

func lostText(w *witness.Result) string {
	if w.Applied+w.Open == 0 {
		return ""
	}
	return fmt.Sprintf("; of %s without an answer %d must have taken effect", plural(w.Applied+w.Open, "write"), w.Applied)
}

// lag tells of stale reads.
func (r *Run) lag(w *witness.Result) string {
	s := &w.Stale
	if s.Worst < 0 {
		return "The writes keep to real time, but not all reads."
	}
	text := fmt.Sprintf("%s, ordered by its zxid, %s stale. The stalest is %s: its server had not applied the last %s that had been acknowledged",
		plural(s.Reads, "read"), map[bool]string{true: "is", false: "are"}[s.Reads == 1], describe(&r.History[s.Worst]), plural(s.Lag, "transaction"))
	if s.Missed < 0 {
		return text + "."
	}
	return fmt.Sprintf("%s. It misses %s, by %.1f ms.", text, describe(&r.History[s.Missed]), float64(s.Behind)/1e6)
}

// confirm asks whether the values contradict every order, too, or only the
// zxids do.
func (r *Run) confirm(w *witness.Result, b Budget) Result {
	found := r.judgeValues(b)
	if len(w.Breaches) == 0 {
		panic(fmt.Sprintf("checker: a history of grade %v without a breach", w.Grade))
	}
	first := &w.Breaches[0]
	about := strings.TrimSpace(" " + top(first.Path))
	switch {
	case found.Verdict == Violation && found.Signature != sessionOrder:
		return violation(strings.TrimSpace("witness "+about), "%s The values contradict every order, too: %s", first.Why, found.Why)
	case found.Verdict == Unknown:
		if first.Guessed {
			return unknown("%s Which writes without an answer took effect had to be guessed, so that is no proof. %s", first.Why, found.Why)
		}
		return violation(strings.TrimSpace("witness "+about), "%s Whether another order explains the values is not known: %s", first.Why, found.Why)
	case first.Guessed && found.Verdict.Passes():
		found.Why = "By the values: " + found.Why + " The order of the zxids was not found: which writes without an answer took effect had to be guessed."
		return found
	}
	return violation(strings.TrimSpace("zxids-only "+about), "%s Only the zxids say so: another order explains the values. Then the zxids in the answers are not the order in which the writes took effect.", first.Why)
}

// promise is the check of one promise about zxids.
func promise(p witness.Promise, doc, kept string) Check {
	return Check{
		Name: string(p), Doc: doc,
		Applies: func(r *Run) bool { return r.witness() != nil },
		Judge: func(r *Run, _ Budget) Result {
			w := r.witness()
			if b := w.Breach(p); b != nil && !b.Guessed {
				return violation(strings.TrimSpace(string(p)+" "+top(b.Path)), "%s", b.Why)
			}
			return ok("%s", kept)
		},
	}
}

// Promises about zxids, each with a check of its own name.
var promises = []Check{
	promise(witness.UniqueZxids, "No zxid stands for two transactions.", "No two transactions have the same zxid."),
	promise(witness.WriteOrder, "A write that is called after another was answered has the higher zxid.", "The writes' zxids keep to the order of time."),
	promise(witness.SessionFIFO, "Within a session the zxids of the answers never go back, over reconnects, too.", "Every session's zxids rise."),
	promise(witness.Replay, "Writes replayed in the order of their zxids give the answers that they gave, to the last field of a Stat.", "Every write's answer is what the replay gives."),
	promise(witness.PrefixReads, "A read shows the tree as of the zxid in its answer, and nothing of the future.", "Every read shows the prefix that it names."),
	promise(witness.Durable, "The final reads hold every transaction up to their zxid.", "The final reads are what the replay gives."),
	promise(witness.Owned, "Nothing succeeds in a session that is over.", "Nothing succeeded in a session that was over."),
}

// freshSync is a promise that many expect and ZooKeeper does not make.
var freshSync = Check{
	Name:    string(witness.FreshSync),
	Doc:     "A read after a sync sees what was acknowledged before the sync was called. With two leaders ZooKeeper does not promise that.",
	Applies: func(r *Run) bool { return r.witness() != nil && r.synced() },
	Judge: func(r *Run, _ Budget) Result {
		i := r.witness().StaleSync
		if i < 0 {
			return ok("Every read after a sync saw what had been acknowledged before the sync.")
		}
		return Result{Verdict: Permitted, Why: fmt.Sprintf("A stale sync: %s came after a sync of its session, and yet of a state older than a write that had been acknowledged before that sync. ZooKeeper's sync asks the leader alone, and one that was deposed does not know it yet (ZOOKEEPER-1675).", describe(&r.History[i]))}
	},
}

func (r *Run) synced() bool {
	for i := range r.History {
		if o := &r.History[i]; o.Op == "sync" && o.Out == runlog.OK {
			return true
		}
	}
	return false
}
