package plan

import "slices"

// Action is what a step does.
type Action uint8

// The actions. A and B are a step's targets.
const (
	// Name gives the server that A resolves to now the name in As, for the
	// steps after it.
	Name Action = iota + 1
	// Crash ends the servers A at once; what was not synced may be lost.
	Crash
	// Start starts the servers A, which were down.
	Start
	// Restart is Crash and Start.
	Restart
	// Pause stops the servers A in their tracks; Resume wakes them up.
	Pause
	Resume
	// Cut lets nothing pass from A to B, and with Both nothing back.
	Cut
	// Slow sets Link on what passes from A to B, and with Both back.
	Slow
	// Heal undoes every Cut and Slow, or those from A to B if A is given.
	Heal
	// Silence keeps the clients A from sending and hearing anything, without
	// closing their connections; Unsilence ends it.
	Silence
	Unsilence
	// Bar lets nobody open a connection to the servers A over which followers
	// synchronise with a leader; those that are open go on, and elections pass.
	// Unbar ends it. Heal does not.
	Bar
	Unbar
	// Stall keeps a disk of the servers A, Disk, from bringing anything to an end,
	// as one that hangs in fsync does; Unstall ends it. What a crash finds under way
	// on a stalled disk is lost. Model only.
	Stall
	Unstall
	// Savepoint asks the leading JobManager for a savepoint of the job; Cancel
	// asks it to cancel the job. A request that is not answered is made again.
	Savepoint
	Cancel
	// Stop asks the leading JobManager to end the job with a savepoint: it is then
	// finished. Submit hands the job in once more, under the id that it has, as a
	// client would that never had an answer; an answer of any kind ends the step.
	Stop
	Submit
	// Jobs hands in Count further jobs, which are short and end by themselves; the model
	// runs one after the other, real worlds some at a time. There each reads a record of
	// each of the job's keys, and waits for one if there is none.
	Jobs
	// Erase removes the znode Path, one of Flink's own, and all below it, as somebody
	// would by hand.
	Erase
	// Rescale asks the leading JobManager to change what the job may use, so that it
	// stores the job anew and replaces the pointer to it. Model only.
	Rescale
	// Jump moves the wall clock of the servers A by By. Model only.
	Jump
	// Reconfig asks for the servers A to be voters of the ensemble, Observe to be
	// observers, and B to leave it (Add, Observe, Remove). The step ends when the
	// request is made; it is made again until it is granted.
	Reconfig
	// Await waits for For, at most Within.
	Await
)

var actionNames = [...]string{
	Name: "name", Crash: "crash", Start: "start", Restart: "restart", Pause: "pause", Resume: "resume", Cut: "cut",
	Slow: "slow", Heal: "heal", Silence: "silence", Unsilence: "unsilence", Bar: "bar", Unbar: "unbar", Stall: "stall", Unstall: "unstall",
	Savepoint: "savepoint", Cancel: "cancel", Stop: "stop", Submit: "submit", Jobs: "jobs", Erase: "erase",
	Rescale: "rescale", Jump: "jump", Reconfig: "reconfig", Await: "await",
}

func (a Action) String() string {
	if int(a) < len(actionNames) && a != 0 {
		return actionNames[a]
	}
	return "action" + itoa(int(a))
}

// Step is one action and its moment.
type Step struct {
	When   Moment
	Action Action
	// A and B are targets: server names (n1), names given by a Name step (L),
	// client names (c1, for Silence), names of Flink's processes (jm1, tm1), and
	// the words of Role.
	A, B []string
	// Observe are the servers that a Reconfig makes observers.
	Observe []string
	// Both makes Cut, Slow and Heal go both ways.
	Both bool
	// Except keeps these out of what a role word resolves to.
	Except []string
	As     string   // Name
	Link   Link     // Slow
	Disk   string   // Stall, Unstall
	By     Duration // Jump
	Path   string   // Erase
	For    Event    // Await
	Count  int      // Jobs; Await Calls, Checkpoints, Outputs, Alerts, Pointers
	Within Duration // Await
}

// What a Reconfig step asks for.
const (
	addWord     = "add"
	observeWord = "observe"
	removeWord  = "remove"
)

// Role words that may stand for servers in a step's targets.
const (
	Leader   = "leader"   // the server that leads now
	Follower = "follower" // the follower of the lowest number
	All      = "all"      // every server
	Others   = "others"   // every server that is not a target of the other side
)

// The disks of a server.
const (
	LogDisk  = "log"  // dataLogDir: the log
	DataDisk = "data" // dataDir: snapshots and epochs
)

// Moment is when a step happens. Exactly one of its forms is used.
type Moment struct {
	// Kind says which of the other fields counts.
	Kind MomentKind
	// D is a time since the clients started (At), or since the step before
	// ended (After).
	D     Duration
	Point Point
}

// MomentKind is the form of a Moment.
type MomentKind uint8

// The forms of a Moment.
const (
	After MomentKind = iota
	At
	When
)

// Point is a protocol point: the N-th time from now on that a server does
// something that can be seen.
type Point struct {
	// Who does it: a target.
	Who string
	// Verb is sends, receives, writes, logs or applies.
	Verb string
	// What is a message type (ACK), a file (currentEpoch) or empty.
	What string
	// Peer is whom it is sent to or received from, "" anybody.
	Peer string
	// N counts from 1.
	N int
}

var pointVerbs = []string{"sends", "receives", "writes", "logs", "applies"}

// Link is what Slow does to a link.
type Link struct {
	Delay, Jitter Duration
	Loss          int // parts per million
}

// Event is what an Await step waits for.
type Event uint8

// The events.
const (
	// HasLeader: a server leads, with a quorum, that is not among Except.
	HasLeader Event = iota + 1
	// NoLeader: no running, unpaused server leads.
	NoLeader
	// Ready: one server leads and every server that runs follows it.
	Ready
	// Calls: Count further calls of any client have ended well.
	Calls
	// Expired: the session of client A has expired, by the client's own word.
	Expired
	// InFlight: a connected client has just made a call that writes, so a fault
	// now meets one on its way.
	InFlight
	// Saved: every server of A has written a snapshot of its tree since the await
	// began.
	Saved
	// Reconfigured: every Reconfig step so far has been granted.
	Reconfigured

	// JobLeader: a JobManager leads, by its own word, that is not among Except.
	JobLeader
	// NoJobLeader: no running, unpaused JobManager leads by its own word.
	NoJobLeader
	// JobRunning: every task of the job runs.
	JobRunning
	// Checkpoints: Count further checkpoints are complete.
	Checkpoints
	// Outputs: Count further records are committed by the sink.
	Outputs
	// Alerts: Count further alerts are raised in the sink's output.
	Alerts
	// Pointers: the pointers of Count further checkpoints were made in ZooKeeper, whether
	// anybody has heard of it or not.
	Pointers
)

var eventNames = [...]string{
	HasLeader: "leader", NoLeader: "no-leader", Ready: "ready", Calls: "calls", Expired: "expired", InFlight: "in-flight", Saved: "snapshot", Reconfigured: "reconfigured",
	JobLeader: "job-leader", NoJobLeader: "no-job-leader", JobRunning: "job-running", Checkpoints: "checkpoints", Outputs: "outputs",
	Alerts: "alerts", Pointers: "pointers",
}

func (e Event) String() string {
	if int(e) < len(eventNames) && e != 0 {
		return eventNames[e]
	}
	return "event" + itoa(int(e))
}

// View is what a world knows of its servers when a step's targets are resolved.
type View interface {
	// Size is the number of servers.
	Size() int
	// Leading is the server that leads now, 0 if none does.
	Leading() int
	// Named is the server that a Name step gave this name, 0 if none did.
	Named(name string) int
	// Up says whether server n runs and is not paused.
	Up(n int) bool
}

// Resolve gives the servers that targets stand for now, ascending, and after
// them the processes of Flink, by their numbers (see JobManager). Those in
// except are left out of role words, and others of the word Others. Role words
// that fit no server resolve to none: a step on nothing does nothing, and its
// scenario's probes will tell.
func Resolve(v View, targets, except, others []string) []int {
	var set, not, away [maxTarget + 1]bool
	mark := func(into *[maxTarget + 1]bool, names []string) {
		for _, t := range names {
			for _, n := range named(v, t, func(int) bool { return false }) {
				into[n] = true
			}
		}
	}
	mark(&not, except)
	mark(&away, others)
	for _, t := range targets {
		switch t {
		case All, Others:
			for n := 1; n <= v.Size(); n++ {
				set[n] = set[n] || !not[n] && (t == All || !away[n])
			}
		case Leader:
			if n := v.Leading(); n > 0 && !not[n] {
				set[n] = true
			}
		case Follower:
			for n := 1; n <= v.Size(); n++ {
				if n != v.Leading() && v.Up(n) && !not[n] && !away[n] {
					set[n] = true
					break
				}
			}
		default:
			for _, n := range named(v, t, func(n int) bool { return slices.Contains(flinkWords, t) && not[n] }) {
				set[n] = true
			}
		}
	}
	var servers []int
	for n := range set {
		if set[n] {
			servers = append(servers, n)
		}
	}
	return servers
}

// named are what a target stands for that is not a role of several servers,
// less those that not says.
func named(v View, target string, not func(int) bool) []int {
	n := ServerNumber(target)
	switch list, known := flinkTargets(v, target, not); {
	case known:
		return list
	case target == Leader:
		n = v.Leading()
	case n == 0 || n > v.Size():
		n = v.Named(target)
	}
	if n == 0 {
		return nil
	}
	return []int{n}
}

// ServerNumber is the number in a server name such as n3, 0 if it is none.
func ServerNumber(name string) int { return numbered(name, 'n') }

// ClientNumber is the number in a client name such as c3, -1 if it is none.
func ClientNumber(name string) int {
	if name == "c0" {
		return 0
	}
	if n := numbered(name, 'c'); n > 0 {
		return n
	}
	return -1
}

func numbered(name string, prefix byte) int {
	if len(name) < 2 || len(name) > 5 || name[0] != prefix || name[1] == '0' {
		return 0
	}
	n := 0
	for i := 1; i < len(name); i++ {
		if name[i] < '0' || name[i] > '9' {
			return 0
		}
		n = n*10 + int(name[i]-'0')
	}
	return n
}

// RunsOnlyInModel says why a step needs the model, "" if real worlds can do it.
func (s Step) RunsOnlyInModel() string {
	switch {
	case s.Action == Jump:
		return "clock jumps are made only in the model"
	case s.Action == Rescale:
		return "only the model changes what a job may use"
	case s.Action == Stall || s.Action == Unstall:
		return "disks are stalled only in the model"
	case s.When.Kind == When:
		return "protocol points are seen only in the model"
	}
	return ""
}

// Equal reports whether two steps are the same.
func (s Step) Equal(o Step) bool {
	return s.When == o.When && s.Action == o.Action && slices.Equal(s.A, o.A) && slices.Equal(s.B, o.B) && slices.Equal(s.Observe, o.Observe) &&
		s.Both == o.Both && slices.Equal(s.Except, o.Except) && s.As == o.As && s.Link == o.Link && s.Disk == o.Disk &&
		s.By == o.By && s.Path == o.Path && s.For == o.For && s.Count == o.Count && s.Within == o.Within
}
