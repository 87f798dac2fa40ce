package counterexample

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/runlog"
)

// ballots is the servers' part of a run on multi-Paxos, up to the event that
// breaks an invariant.
type ballots struct {
	run    *checker.Run
	events []int // those that the watch looks at and that can be taken away
	// known are those that stay and are not told: who led, what was proposed, and
	// what was accepted for the slots before those at stake.
	known  []int
	last   int
	broken *checker.Broken
	stake  uint64        // the first slot at stake, 0 if the invariant is about ballots
	before map[int]place // by Apply event what its server had applied until then
	names  map[uint64]string
	asked  int
}

// ofBallots is the counterexample of an invariant of multi-Paxos, nil if the watch
// of its invariants finds none broken.
func ofBallots(run *checker.Run) *Counterexample {
	v := newBallots(run)
	if v == nil {
		return nil
	}
	core := append(ddmin(v.owners(), v.holds), v.last)
	if !v.holds(core[:len(core)-1]) {
		return nil
	}
	shown := v.surround(core)
	return &Counterexample{
		Check: "invariants", Signature: v.broken.Name, Verdict: checker.Violation,
		Ops: len(shown), Of: len(v.events) + len(v.known) + 1, Minimal: v.asked < maxAsked, Judgements: v.asked, Story: v.tell(shown),
	}
}

func newBallots(run *checker.Run) *ballots {
	v := &ballots{run: run, before: map[int]place{}, names: map[uint64]string{multi.NoOp{}.Digest(): "a no-op"}}
	watch := checker.NewPaxosInvariants(run.Header.Servers)
	applied := map[int]place{}
	for i := range run.Events {
		e := &run.Events[i]
		if e.Kind == runlog.Apply || e.Kind == runlog.Restore {
			v.before[i] = applied[e.Node]
			applied[e.Node] = placeOf(e)
		}
		if v.broken = watch.Observe(e); v.broken != nil {
			v.last = i
			break
		}
	}
	if v.broken == nil {
		return nil
	}
	if e := &run.Events[v.last]; e.Kind == runlog.Apply || e.Kind == runlog.Restore {
		v.stake = e.Zxid
		if strings.HasSuffix(v.broken.Name, "PrimaryOrder") {
			v.stake-- // the slot before it is what the value was not made for
		}
	}
	v.sort()
	return v
}

// sort tells what can be taken away from what stays.
func (v *ballots) sort() {
	writing := map[int]bool{} // by server: it is writing for a slot before those at stake
	for i := range v.run.Events[:v.last] {
		e := &v.run.Events[i]
		accepts := e.Text == paxos.AcceptedBallot.String()
		switch e.Kind {
		case runlog.Role, runlog.Propose:
			v.known = append(v.known, i)
		case runlog.Write:
			if !accepts && e.Text != paxos.PromisedBallot.String() {
				continue
			}
			writing[e.Node] = accepts && e.Zxid < v.stake
			v.put(i, writing[e.Node])
		case runlog.Synced:
			if accepts || e.Text == paxos.PromisedBallot.String() {
				v.put(i, writing[e.Node])
			}
		case runlog.Send:
			if e.Msg == paxos.Accepted.String() || e.Msg == paxos.Promise.String() || e.Msg == paxos.Prepare.String() {
				v.put(i, false)
			}
		case runlog.Crash, runlog.Apply, runlog.Restore:
			v.put(i, false)
		}
	}
}

func (v *ballots) put(i int, known bool) {
	if known {
		v.known = append(v.known, i)
	} else {
		v.events = append(v.events, i)
	}
}

// owners are the events of those servers that are needed.
func (v *ballots) owners() []int {
	of := func(nodes []int) []int {
		return slices.DeleteFunc(slices.Clone(v.events), func(i int) bool { return !slices.Contains(nodes, v.run.Events[i].Node) })
	}
	var nodes []int
	for n := range v.run.Header.Servers {
		nodes = append(nodes, n+1)
	}
	return of(ddmin(nodes, func(some []int) bool { return v.holds(of(some)) }))
}

// holds asks whether these events make the watch say the same of the last one, and
// nothing before it.
func (v *ballots) holds(some []int) bool {
	if v.asked >= maxAsked {
		return false
	}
	v.asked++
	watch := checker.NewPaxosInvariants(v.run.Header.Servers)
	all := slices.Concat(some, v.known, []int{v.last})
	slices.Sort(all)
	applied := map[int]place{}
	for _, i := range all {
		e := &v.run.Events[i]
		if before, is := v.before[i]; is && e.Kind == runlog.Apply && applied[e.Node] != before {
			watch.Observe(&runlog.Event{Kind: runlog.Restore, Node: e.Node, Zxid: before.zxid, Chain: before.chain})
		}
		if e.Kind == runlog.Apply || e.Kind == runlog.Restore {
			applied[e.Node] = placeOf(e)
		}
		broken := watch.Observe(e)
		if i == v.last {
			return broken != nil && broken.Name == v.broken.Name && broken.Why == v.broken.Why
		}
		if broken != nil {
			return false
		}
	}
	return false
}

// surround adds, as far as there is room, who proposed and accepted what for the
// slots at stake, and in which ballots the last leaders led.
func (v *ballots) surround(core []int) []int {
	at := &v.run.Events[v.last]
	type extra struct{ rank, index int }
	var extras []extra
	seen := map[string]bool{}
	for i := range v.run.Events[:v.last] {
		e := &v.run.Events[i]
		if slices.Contains(core, i) {
			continue
		}
		mine := e.Zxid != 0 && e.Zxid >= v.stake && e.Zxid <= at.Zxid && v.stake != 0
		rank := 0
		switch {
		case e.Kind == runlog.Propose && mine:
			rank = 1
		case e.Kind == runlog.Write && mine && e.Text == paxos.AcceptedBallot.String():
			rank = 2
		case e.Kind == runlog.Role && e.Text == "serving" && e.Msg == "leading":
			rank = 3
		case e.Kind == runlog.Crash:
			rank = 4
		case v.stake == 0 && e.Node == at.Node && e.Kind == runlog.Write && strings.HasPrefix(e.Text, "promised"):
			rank = 2
		}
		// The same value in the same ballot is told once of each server.
		key := fmt.Sprint(e.Kind, e.Node, e.Zxid, e.Epoch, e.Chain)
		if rank > 0 && (rank > 2 || !seen[key]) {
			seen[key] = true
			extras = append(extras, extra{rank, i})
		}
	}
	slices.SortFunc(extras, func(a, b extra) int { return cmp.Or(a.rank-b.rank, b.index-a.index) })
	shown := slices.Clone(core)
	for _, x := range extras[:min(len(extras), max(0, Small-len(core)))] {
		shown = append(shown, x.index)
	}
	slices.Sort(shown)
	return shown
}

func (v *ballots) tell(shown []int) Story {
	st := Story{}
	if v.stake > 1 {
		st.Given = append(st.Given, fmt.Sprintf("the slots up to %d are chosen", v.stake-1))
	}
	for _, i := range shown {
		e := &v.run.Events[i]
		long, short := v.text(e)
		st.Moments = append(st.Moments, Moment{e.T, i + 1, long})
		st.Spans = append(st.Spans, Span{fmt.Sprintf("n%d", e.Node), e.T, e.T, false, short, "server"})
	}
	st.Broken = upper(v.broken.Why) + ". " + ballotPromises[v.broken.Name]
	return st
}

// upper begins a sentence, unless it begins with the name of a server or process.
func upper(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if s == "" || strings.ContainsAny(word, "0123456789") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// value names the values at stake by letters, as they come.
func (v *ballots) value(digest uint64) string {
	if v.names[digest] == "" {
		v.names[digest] = "value " + string(rune('A'+(len(v.names)-1)%26))
	}
	return v.names[digest]
}

// text tells an event of a server, in a sentence and in a picture's words.
func (v *ballots) text(e *runlog.Event) (long, short string) {
	accepted := fmt.Sprintf("%s for slot %d in ballot %d", v.valueOf(e), e.Zxid, e.Epoch)
	if e.Epoch == uint32(multi.Chosen) {
		accepted = fmt.Sprintf("%s for slot %d, as it has learned that this is chosen", v.valueOf(e), e.Zxid)
	}
	switch e.Kind {
	case runlog.Role:
		return fmt.Sprintf("n%d begins to lead with ballot %d, having applied the slots up to %d.", e.Node, e.Epoch, e.Zxid), fmt.Sprintf("leads ballot %d", e.Epoch)
	case runlog.Propose:
		return fmt.Sprintf("n%d proposes %s.", e.Node, accepted), fmt.Sprintf("proposes %s, slot %d", v.value(e.Chain), e.Zxid)
	case runlog.Write:
		if e.Text == paxos.AcceptedBallot.String() {
			return fmt.Sprintf("n%d begins to write to its disk that it accepts %s.", e.Node, accepted), fmt.Sprintf("accepts %s, slot %d, ballot %d", v.value(e.Chain), e.Zxid, e.Epoch)
		}
		return fmt.Sprintf("n%d begins to write to its disk that it promises ballot %d.", e.Node, e.Epoch), fmt.Sprintf("promises ballot %d", e.Epoch)
	case runlog.Synced:
		return fmt.Sprintf("What n%d was writing is on its disk.", e.Node), "on disk"
	case runlog.Send:
		return v.sent(e)
	case runlog.Apply:
		return fmt.Sprintf("n%d applies slot %d, as one applies what is chosen.", e.Node, e.Zxid), fmt.Sprintf("applies slot %d", e.Zxid)
	case runlog.Restore:
		return fmt.Sprintf("n%d takes over the state up to slot %d.", e.Node, e.Zxid), fmt.Sprintf("holds slots to %d", e.Zxid)
	}
	return fmt.Sprintf("n%d crashes.", e.Node), "crashes"
}

// valueOf is the value that an event is about; "a value" where it does not say.
func (v *ballots) valueOf(e *runlog.Event) string {
	if e.Chain == 0 {
		return "a value"
	}
	return v.value(e.Chain)
}

func (v *ballots) sent(e *runlog.Event) (long, short string) {
	switch e.Msg {
	case paxos.Promise.String():
		return fmt.Sprintf("n%d tells n%d that it promises ballot %d.", e.Node, e.Peer, e.Epoch), fmt.Sprintf("says: promise %d", e.Epoch)
	case paxos.Prepare.String():
		return fmt.Sprintf("n%d asks n%d to promise ballot %d, and so promises it itself.", e.Node, e.Peer, e.Epoch), fmt.Sprintf("asks for %d", e.Epoch)
	}
	return fmt.Sprintf("n%d tells n%d that it has accepted the value of slot %d in ballot %d.", e.Node, e.Peer, e.Zxid, e.Epoch), fmt.Sprintf("says: accepted %d", e.Zxid)
}

// ballotPromises say what each invariant of multi-Paxos is for.
var ballotPromises = map[string]string{
	"Agreement":           "Servers must apply the same value in each slot. From here on they hold different data.",
	"Validity":            "Only what some client asked for, or a no-op, may be accepted.",
	"OneValuePerBallot":   "A ballot belongs to one leader, who proposes one value in a slot. With two, a quorum for the ballot says nothing.",
	"PromiseKept":         "Who has promised a ballot may accept nothing in a lower one: the new leader has asked what was accepted, and relies on it that this was all.",
	"DurableBeforeAnswer": "A promise must be on disk before it is given: who forgets it in a crash breaks it, and two leaders may have their values chosen in one slot.",
	"LearnedIsChosen":     "Only what a quorum has accepted in one ballot may be applied: anything less may be lost with a crash, after clients were told that it was done.",
	"NoGap":               "Slots must be applied one after the other, none left out.",
	"LocalPrimaryOrder":   "A leader makes each value for the state after the one it proposed before. ZooKeeper relies on that: an update says a result, and makes no sense on another state.",
	"GlobalPrimaryOrder":  "A new leader makes its first value for the state that it began with. On another state the update makes no sense.",
}
