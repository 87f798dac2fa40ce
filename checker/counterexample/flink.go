package counterexample

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// flinkAccounts take runs of a Flink cluster apart. Of two promises that one mistake
// broke, the one that is nearer to the mistake comes first: a job that runs again counts
// its checkpoints anew, and puts out what was put out.
var flinkAccounts = []*account{
	{
		check:  "one-job-leader",
		about:  ofKinds(runlog.Grant),
		with:   withReign,
		beside: besideLeaders,
	},
	{
		check: "flink-office",
		about: ofKinds(runlog.Grant, runlog.Revoke, runlog.LeaderInfo), beside: besideLeaders,
	},
	{
		check: "flink-leader-info",
		about: ofKinds(runlog.LeaderInfo, runlog.Latch),
		with:  withState, silent: occasion, beside: besideLeaders,
	},
	{
		check: "flink-ended",
		about: func(a *apart, i int) bool {
			e := a.event(i)
			return e.Kind == runlog.JobState || e.Kind == runlog.Checkpoint && (e.Text == runlog.Triggered || e.Text == runlog.Restored)
		},
		with: withGrants, silent: func(e *runlog.Event) bool { return e.Kind == runlog.Grant }, beside: besideLeaders,
	},
	{
		check: "flink-checkpoints",
		about: ofKinds(runlog.Counter, runlog.Checkpoint), beside: besideLeaders,
		with: withGrants, silent: func(e *runlog.Event) bool { return e.Kind == runlog.Grant },
	},
	{
		check: "flink-pointers",
		about: ofKinds(runlog.Pointer), beside: besideCheckpoint,
	},
	{
		check: "flink-tasks",
		about: ofKinds(runlog.Grant, runlog.Tasks, runlog.JobState),
		with:  withTasks, beside: besideLeaders,
	},
	{
		check: "flink-exactly-once",
		about: func(a *apart, i int) bool {
			k := a.event(i).Kind
			return k == runlog.Output || k == runlog.Drained || a.event(i).EndsJob() || a.writes(i, underInput)
		},
		with: withRecord, beside: besideRecord,
	},
	{
		check: "flink-config",
		about: func(a *apart, i int) bool {
			e := a.event(i)
			return e.Kind == runlog.Config || e.Kind == runlog.Drained || e.Kind == runlog.Final && e.Path == plan.ConfigPath || a.writes(i, isConfig)
		},
		with: withConfig, beside: besideRecord,
	},
	{
		check: "flink-windows",
		about: ofKinds(runlog.Window, runlog.Alert),
		with:  withSamples, beside: besideRecord,
	},
	{
		check: "flink-barrier",
		about: ofKinds(runlog.Arrived, runlog.Passed),
		with:  withMeeting, stays: staysMet, beside: besideRound,
	},
	{
		check: "flink-recovery",
		about: func(a *apart, i int) bool {
			e := a.event(i)
			return e.Kind == runlog.Grant || e.Kind == runlog.JobState || completes(e)
		},
		with: withRecovered, stays: staysRecovered, beside: besideRecovery, closing: sinceThen,
	},
	{
		check: "flink-quiet",
		about: ofKinds(runlog.Grant, runlog.LeaderInfo, runlog.Latch, runlog.Watches),
		with:  withQuiet, silent: func(e *runlog.Event) bool { return occasion(e) || e.Kind == runlog.Revoke }, bundle: rewritten, beside: besideLeaders,
	},
}

func ofKinds(kinds ...runlog.Kind) func(*apart, int) bool {
	return func(a *apart, i int) bool {
		for _, k := range kinds {
			if a.event(i).Kind == k {
				return true
			}
		}
		return false
	}
}

func completes(e *runlog.Event) bool {
	return e.Kind == runlog.Checkpoint && e.Text == runlog.Completed
}

// withReign keeps, of a process that leads, all up to where its leadership ends:
// without it it would lead longer.
func withReign(a *apart, i int) {
	e := a.event(i)
	if e.Kind != runlog.Grant {
		return
	}
	end, ends := a.ends(i)
	if ends {
		a.keep(end)
	} else {
		end = len(a.run.Events)
	}
	for k := i + 1; k < end; k++ {
		if n := a.event(k); n.Proc == e.Proc && (n.Kind == runlog.Pause || n.Kind == runlog.Resume) {
			a.keep(k)
		}
	}
	for k := i - 1; k >= 0; k-- { // it may be paused already, and heard late
		n := a.event(k)
		if n.Proc != e.Proc || n.Kind != runlog.Pause && n.Kind != runlog.Resume && n.Kind != runlog.Crash && n.Kind != runlog.Exit {
			continue
		}
		if n.Kind == runlog.Pause {
			a.keep(k)
		}
		break
	}
}

// withGrants keeps who led when a checkpoint was complete, or tasks were started: what
// one says that was deposed counts less. And it keeps what says that a number is a
// savepoint's.
func withGrants(a *apart, i int) {
	e := a.event(i)
	if !completes(e) && (e.Kind != runlog.Checkpoint || e.Text != runlog.Restored) {
		return
	}
	for _, k := range a.ofKind[runlog.Grant] {
		a.keep(k)
	}
	for _, k := range a.ofKind[runlog.Checkpoint] {
		if n := a.event(k); n.Text == runlog.Triggered && n.Mode == runlog.SavepointMode && n.Ckpt == e.Ckpt && n.Job == e.Job {
			a.keep(k)
		}
	}
}

// withState keeps what ZooKeeper held when leader information or the election was
// changed, and lets no time pass without a change that did not in the run. A token
// that comes back needs no such thing: it does in any part.
func withState(a *apart, i int) {
	if k := a.event(i).Kind; a.want.Signature == "token-returns" || k != runlog.LeaderInfo && k != runlog.Latch {
		return
	}
	changes := slices.Concat(a.ofKind[runlog.LeaderInfo], a.ofKind[runlog.Latch])
	slices.Sort(changes)
	at, _ := slices.BinarySearch(changes, i)
	state, known := map[string]bool{}, map[string]bool{}
	for k := at; k >= 0; k-- {
		e := a.event(changes[k])
		// An entry without a token is no news to the check: the one before counts.
		if !state[e.Path] || !known[e.Path] && e.Token != "" {
			a.keep(changes[k])
		}
		state[e.Path], known[e.Path] = true, known[e.Path] || e.Token != "" || e.Kind == runlog.Latch
	}
	if at > 0 {
		// The earliest change from which it is not long to this one, or else the last.
		k := at - 1
		for k > 0 && a.event(i).T-a.event(changes[k-1]).T <= 2*a.run.Header.Session {
			k--
		}
		a.keep(changes[k])
	}
	a.keep(changes[len(changes)-1]) // the run's end judges it
	for k := range a.run.Events {
		if n := a.event(k); occasion(n) && !n.OfProcess() {
			a.keep(k) // while the ensemble has no quorum nothing can change
		}
	}
}

// writes says whether a call may write a znode of some kind.
func (a *apart) writes(i int, some func(path string) bool) bool {
	o := a.op(i)
	if o == nil {
		return false
	}
	for _, c := range changesOf(o) {
		if some(c.path) {
			return true
		}
	}
	return false
}

func underInput(path string) bool { return strings.HasPrefix(path, plan.InputRoot+"/") }
func isConfig(path string) bool   { return path == plan.ConfigPath }

// withMeeting keeps, of a task that passes a round, all that had arrived there, and,
// where that is the question, of one that arrives what became of the checkpoint with
// which it came. Of the rounds between two that
// are in the part nothing may be missed, and of those outside of it nothing is asked.
func withMeeting(a *apart, i int) {
	e := a.event(i)
	if e.Kind == runlog.Arrived {
		a.keepCheckpoint(e)
	} else if e.Kind == runlog.Passed {
		a.keepArrivals(e.Num)
	}
	first := e.Num // the first round at which it is in the part
	for _, k := range slices.Concat(a.ofKind[runlog.Arrived], a.ofKind[runlog.Passed]) {
		if n := a.event(k); a.kept[k] && n.Kind == runlog.Arrived && (n.Num == e.Num-1 || n.Num == e.Num+1) && e.Kind == runlog.Arrived {
			a.keepArrivals(min(n.Num, e.Num))
		} else if a.kept[k] && sameParty(n, e) {
			first = min(first, n.Num)
		}
	}
	last := 0 // up to which it has passed them
	for _, k := range a.ofKind[runlog.Passed] {
		if n := a.event(k); a.kept[k] && sameParty(n, e) {
			last = max(last, n.Num)
		}
	}
	for _, k := range a.ofKind[runlog.Passed] {
		if n := a.event(k); sameParty(n, e) && n.Num >= first && n.Num < last {
			a.keep(k)
		}
	}
}

func sameParty(x, y *runlog.Event) bool {
	return runlog.PartyText(x.Path) == runlog.PartyText(y.Path)
}

// keepArrivals keeps, of all that have arrived at a round, the first time that they did.
func (a *apart) keepArrivals(round int) {
	first := map[string]int{}
	for _, k := range a.ofKind[runlog.Arrived] {
		e := a.event(k)
		if e.Num != round {
			continue
		}
		who := runlog.PartyText(e.Path)
		if was, is := first[who]; !is || e.Czxid < a.event(was).Czxid {
			first[who] = k
		}
	}
	for _, k := range first { // the order does not matter: what is kept is a set
		a.keep(k)
	}
}

// keepCheckpoint keeps what became of the checkpoint of an arrival.
func (a *apart) keepCheckpoint(e *runlog.Event) {
	if s := a.want.Signature; s != "" && s != "barrier arrival-without-checkpoint" {
		return
	}
	for _, kind := range []runlog.Kind{runlog.Pointer, runlog.Checkpoint} {
		for _, k := range a.ofKind[kind] {
			if c := a.event(k); c.Job == e.Job && c.Ckpt == e.Ckpt && c.Text != runlog.Subsumed && c.Text != runlog.Discarded {
				a.keep(k)
			}
		}
	}
}

// staysMet keeps what proves that rounds go on: when the ensemble was healthy, and who
// arrived after that. Where something else is broken, nobody asks for it.
func staysMet(a *apart) {
	healed := -1
	for _, i := range a.ofKind[runlog.Ready] {
		if a.event(i).Text == readyEnd {
			healed = i
		}
	}
	if s := a.want.Signature; healed < 0 || s != "" && s != "barrier stands" && s != "barrier slow" {
		return
	}
	a.keep(healed)
	for _, i := range a.ofKind[runlog.Arrived] {
		if i > healed {
			a.keepArrivals(a.event(i).Num)
		}
	}
}

// besideRound tells who else arrived at the round at stake, and what jobs were
// restored from meanwhile.
func besideRound(a *apart, i int) int {
	e, at := a.event(i), a.event(a.last())
	switch {
	case i > a.last():
		return 0
	case e.Kind == runlog.Arrived && (e.Num == at.Num || e.Num == at.Num-1 && at.Kind == runlog.Arrived):
		return 1
	case e.Kind == runlog.Checkpoint && e.Text == runlog.Restored && i > a.first && e.Ckpt > 0:
		return 2
	case troubles(e) && i > a.first:
		return 3
	}
	return 0
}

// treeOf is the event that ends what a server was read of at the end, -1 if none.
func (a *apart) treeOf(node int) int {
	for _, i := range a.ofKind[runlog.Tree] {
		if a.event(i).Node == node {
			return i
		}
	}
	return -1
}

// staysRecovered keeps what would prove that the job has recovered.
func staysRecovered(a *apart) {
	job, done := -1, -1
	for i := range a.run.Events {
		switch e := a.event(i); {
		case e.Kind == runlog.Ready && e.Text == readyEnd:
			a.keep(i)
		case e.Kind == runlog.JobState:
			job = i
		case completes(e):
			done = i
		case e.Kind == runlog.Grant:
			if _, ends := a.ends(i); !ends {
				a.keep(i)
			}
		}
	}
	a.keep(job)
	a.keep(done)
}

// readyEnd is the Text of the Ready event that proves the ensemble healthy at the
// end.
const readyEnd = "end"

// ends is the event that ends a leadership, false if it lasts to the end.
func (a *apart) ends(grant int) (int, bool) {
	for k := grant + 1; k < len(a.run.Events); k++ {
		if n := a.event(k); n.Proc == a.event(grant).Proc && (n.Kind == runlog.Revoke || n.Kind == runlog.Crash || n.Kind == runlog.Exit || n.Kind == runlog.Grant) {
			return k, true
		}
	}
	return 0, false
}

// withQuiet keeps all that is counted: how often one component's information was
// written, in how many leaderships, and the first and last count of a server's
// watches.
func withQuiet(a *apart, i int) {
	e := a.event(i)
	switch e.Kind {
	case runlog.Latch:
		for k := range a.run.Events {
			if n := a.event(k); n.Kind == runlog.Latch || occasion(n) {
				a.keep(k)
			}
		}
	case runlog.LeaderInfo:
		for k := range a.run.Events {
			if n := a.event(k); n.Kind == runlog.Grant || n.Kind == runlog.Revoke || occasion(n) {
				a.keep(k)
			}
		}
		for _, k := range a.ofKind[runlog.LeaderInfo] {
			if a.event(k).Path == e.Path {
				a.keep(k)
			}
		}
	case runlog.Watches:
		first, last := -1, -1
		for _, k := range a.ofKind[runlog.Watches] {
			if a.event(k).Node != e.Node {
				continue
			}
			if last = k; first < 0 {
				first = k
			}
		}
		a.keep(first)
		a.keep(last)
	}
}

func rewritten(e *runlog.Event) string {
	switch e.Kind {
	case runlog.LeaderInfo:
		return e.Path
	case runlog.Latch:
		return "candidates"
	}
	return ""
}

// occasion says whether an event gives candidates a reason to enter the election
// anew. All stay, so that none is missed.
func occasion(e *runlog.Event) bool {
	switch e.Kind {
	case runlog.Start, runlog.Crash, runlog.Exit, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.Ready:
		return true
	}
	return false
}

// withTasks keeps, of what a TaskManager runs, when it ended, and by whose leave it
// ran; and when the tasks of each leader began to run.
func withTasks(a *apart, i int) {
	e := a.event(i)
	for _, k := range a.ofKind[runlog.Grant] {
		if a.event(k).Token == e.Token {
			a.keep(k)
		}
	}
	if e.Kind != runlog.Tasks {
		return
	}
	before := ""
	for _, k := range a.ofKind[runlog.JobState] {
		if n := a.event(k); n.Text == runlog.JobRunning && n.Token != before {
			before = n.Token
			a.keep(k)
		}
	}
	for k := i + 1; k < len(a.run.Events); k++ {
		n := a.event(k)
		if n.Proc != e.Proc {
			continue
		}
		switch n.Kind {
		case runlog.Pause, runlog.Resume:
			a.keep(k)
		case runlog.Tasks, runlog.Crash, runlog.Exit:
			a.keep(k)
			return
		}
	}
}

// withRecovered lets no time pass without a checkpoint that did not in the run, and
// keeps how leaderships ended.
func withRecovered(a *apart, i int) {
	withReign(a, i)
	if !completes(a.event(i)) {
		return
	}
	// The earliest from which it is not long to this one, or else the last.
	best := -1
	for _, k := range a.ofKind[runlog.Checkpoint] {
		if n := a.event(k); k < i && completes(n) && (best < 0 || a.event(i).T-a.event(best).T > a.grace()) {
			best = k
		}
	}
	a.keep(best)
}

// grace is how long a cluster may take to recover, as the check reckons.
func (a *apart) grace() int64 { return 4*a.run.Header.Session + 20e9 }

// troubles says whether an event is a fault, or the end of one, that a reader asks
// for first.
func troubles(e *runlog.Event) bool {
	if e.Kind == runlog.Step {
		word, _, _ := strings.Cut(e.Text, " ")
		return word != "name" && word != "await"
	}
	return e.Kind == runlog.Crash && e.Proc != "" && e.Text != ""
}

// besideLeaders are the faults and changes of leadership up to what was broken.
func besideLeaders(a *apart, i int) int {
	e := a.event(i)
	switch {
	case i > a.last():
		return 0
	case troubles(e):
		return 1
	case e.Kind == runlog.Revoke || e.Kind == runlog.Grant || e.Kind == runlog.Exit:
		return 2
	}
	return 0
}

// besideCheckpoint tells what else became of the checkpoint at stake.
func besideCheckpoint(a *apart, i int) int {
	e, at := a.event(i), a.event(a.last())
	switch {
	case i > a.last():
		return 0
	case e.Kind == runlog.Checkpoint && e.Ckpt == at.Ckpt && e.Job == at.Job, e.Kind == runlog.Pointer && e.Path == at.Path:
		return 1
	case troubles(e), e.Kind == runlog.Revoke:
		return 2
	}
	return 0
}

// besideRecord tells, of what was put out, which checkpoints its attempts began
// from and which were complete.
func besideRecord(a *apart, i int) int {
	e := a.event(i)
	if i > a.last() {
		return 0
	}
	switch e.Kind {
	case runlog.Checkpoint:
		if e.Text == runlog.Restored && i > a.first && a.earlier(i, func(n *runlog.Event) bool { return n.Kind == runlog.Checkpoint && n.Text == runlog.Restored }) < 2 {
			return 1
		}
		for k := range a.core { // the order does not matter: is there one
			if o := a.event(k); o.Ckpt == e.Ckpt && (o.Kind == runlog.Output || o.Kind == runlog.Config) && e.Text != runlog.Subsumed && e.Text != runlog.Discarded {
				return 2
			}
		}
	case runlog.Step, runlog.Crash:
		if troubles(e) && i > a.first && a.earlier(i, troubles) < 2 {
			return 3
		}
	}
	return 0
}

// earlier counts some events between the first that suffices and another one.
func (a *apart) earlier(i int, some func(*runlog.Event) bool) int {
	n := 0
	for k := a.first + 1; k < i; k++ {
		if some(a.event(k)) {
			n++
		}
	}
	return n
}

// besideRecovery tells what became of the checkpoints after the last that was
// complete, and the last faults.
func besideRecovery(a *apart, i int) int {
	e := a.event(i)
	switch {
	case e.Kind == runlog.Checkpoint && i > a.lastComplete() && (e.Text == runlog.Triggered || e.Text == runlog.Declined || e.Text == runlog.Restored):
		return 2
	case troubles(e), e.Kind == runlog.Revoke || e.Kind == runlog.Grant:
		return 1
	}
	return 0
}

func (a *apart) lastComplete() int {
	last := -1
	for _, i := range a.ofKind[runlog.Checkpoint] {
		if completes(a.event(i)) {
			last = i
		}
	}
	return last
}

// sinceThen says what nobody has done since the last checkpoint.
func sinceThen(a *apart) string {
	if a.want.Signature != "no-checkpoints" {
		return ""
	}
	for _, i := range a.ofKind[runlog.Checkpoint] {
		if i > a.lastComplete() && a.event(i).Text == runlog.Triggered {
			return ""
		}
	}
	return " Nobody has even asked for one since then."
}
