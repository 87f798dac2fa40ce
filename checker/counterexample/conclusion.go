package counterexample

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// promises say, by the first word of a signature, what was promised and why
// what was told breaks it.
var promises = map[string]string{
	"durable":                      "A write was acknowledged and at the end it is not there. What ZooKeeper has acknowledged must stay, whichever servers crash; a client that was told \"done\" relies on it.",
	"set-lost":                     "A create was acknowledged, nobody deleted the znode, and at the end it is not there. What ZooKeeper has acknowledged must stay.",
	"set-phantom":                  "At the end there is a znode that nobody tried to create. A server's state may only come from clients' writes.",
	"session-order":                "Within one session the answers came from an older state than before. A session's view must never go back, not even when the client is connected to another server.",
	"monotonic-reads":              "One session saw a newer state of the znode and then an older one. A session's view must never go back.",
	"read-your-writes":             "A session was told that its write was done and then did not see it. A session must always see its own writes.",
	"phantom-value":                "A client was shown a value that nobody had written there, or that only a refused write carried.",
	"future-read":                  "A client was shown a value before anybody had asked to write it.",
	"one-zxid-two-values":          "Two clients saw the result of one transaction and saw different values. A transaction has the same result on all servers.",
	"sequence-unique":              "Two creates were given the same number. Sequential names under one parent must differ: locks and queues are built on that.",
	"sequence-order":               "The create that came later was given the lower number. Who creates after another was answered must be given the higher number: queues are fair by that.",
	"session-fifo":                 "The transaction numbers in one session's answers went back. A session's view must never go back, not even when the client is connected to another server.",
	"unique-zxids":                 "Two writes were given the same transaction number. A number must stand for one transaction, or servers cannot agree on what happened.",
	"write-order":                  "A write that was asked for after another had been answered was ordered before it. Writes are linearizable: their order is that of real time.",
	"prefix-reads":                 "A read names, by the transaction number in its answer, the state that it shows, and it shows another one. A server must show all transactions up to that number and nothing of later ones.",
	"replay":                       "The write was done on another state than the writes with lower transaction numbers left. Every server applies the transactions in the order of their numbers, so the answers must be what that order gives.",
	"durable-zxids":                "At the end a server lacks a transaction whose number it says it has applied.",
	"session-ends":                 "Something succeeded in a session that was over: its ephemeral znode had gone already.",
	"servers-agree":                "After a sync on a healthy ensemble two servers hold different things under the same name. All servers apply the same transactions in the same order.",
	"linearizable-writes":          "No order of these writes explains all the answers. ZooKeeper promises that each write takes effect once, at one moment between its call and its answer, and stays.",
	"witness":                      "In the order of their transaction numbers these answers contradict each other, and no other order explains them. Each write must take effect once, between its call and its answer, and stay.",
	"zxids-only":                   "The order of the transaction numbers contradicts these answers, although another order would explain them: the numbers are not the order in which the writes took effect.",
	"bank":                         "Money was only moved between the accounts, and the sum has changed. A multi must take effect as a whole or not at all.",
	"counter":                      "Every acknowledged count added one, and the number at the end is not what they make together. A count that was acknowledged must not be lost, and none may count twice.",
	"ephemeral-outlives-session":   "The session was over and its ephemeral znode is still there at the end. Others take such a znode as a sign that its owner lives.",
	"watches":                      "The watch told of a change that its client had been shown already, or that never happened. A watch must tell of a change before its session sees it.",
	"one-job-leader":               "One JobManager may lead at a time, or two give orders to the same job. A leader that cannot reach ZooKeeper must give its office up before its session can have ended there.",
	"token-returns":                "Each new leader writes its own token over the one before, and none may come back: two processes that both believe in their office overwrite each other's word, and nobody knows whom to follow.",
	"leader-info-differs":          "When all is quiet, all components must name the same leader: who asks one of them is sent to another leader than who asks the other.",
	"leader-info-stale":            "When all is quiet, the leader that is named must be the one that won the election.",
	"counter-back":                 "The counter of checkpoints may never go back: a number given twice lets the state of one checkpoint overwrite that of another.",
	"checkpoint-twice":             "A checkpoint's number stands for one checkpoint, or one's state overwrites the other's.",
	"checkpoint-back":              "A checkpoint that is complete is newer than all before it, or what was committed with those is put out again.",
	"restored-older":               "Tasks must start from the newest checkpoint that is complete.",
	"pointer-without-state":        "While ZooKeeper points to a checkpoint its state must be kept: it is what the next leader starts the job from.",
	"job-runs-again":               "A job that has ended must stay so, whoever leads.",
	"exactly-once phantom":         "The output may only hold what clients appended.",
	"exactly-once duplicated":      "Each record must be in the output once, whatever crashes: that is what the sink's two phases and the checkpoints are for.",
	"exactly-once order":           "The records of one directory must be in the output in the order in which they were appended.",
	"exactly-once lost":            "What was appended and acknowledged must reach the output.",
	"config":                       "The job must put out each version of its configuration at most once, in order, and the last one for certain.",
	"no-leader":                    "When nothing is wrong any more, somebody must lead before long.",
	"no-job":                       "When nothing is wrong any more, the job must run again before long.",
	"no-checkpoints":               "When nothing is wrong any more, checkpoints must be completed again before long: without them nothing is committed, and a crash repeats ever more work.",
	"slow-recovery":                "When nothing is wrong any more, checkpoints must be completed again before long: without them nothing is committed, and a crash repeats ever more work.",
	"office-given-up":              "A leader that tolerates a suspended connection keeps its office as long as its session lives. To give it up and take it again restarts every job for nothing.",
	"tasks-outlive":                "Tasks of a leader that is no longer one must stop before long: while they run beside their successors, each record is processed twice.",
	"latch-storm":                  "When nothing happens, candidates stay in the election. Each that leaves and enters again costs ZooKeeper writes and may cost the leader its office.",
	"rewriting-storm":              "Who leads is written when it changes, a few times. Written over and over, it wears ZooKeeper out and tells the job's tasks each time to leave one leader for another.",
	"watch-leak":                   "A client that leaves watches and never removes them fills the server's memory.",
	"recovery":                     "Once a fault is undone the ensemble must serve again before long: that is what it has several servers for.",
	"transaction-logs two-for-one": "A transaction number must stand for one transaction on all servers, or they hold different data.",
	"transaction-logs lost":        "A client was told that its write was done, so it must be in the servers' logs: what is not there is gone with the next restart.",
	"transaction-logs replay":      "A server's tree must be what its transactions make of it, and nothing else.",
	"mutual-exclusion":             "A lock has one holder at a time, and each later one a greater token. Here two may both write to what it guards.",
	"fencing":                      "What a lock guards must refuse a token that is smaller than one it has seen: its owner has lost the lock without knowing.",
	"election":                     "One client leads at a time, and each later one with a greater token. Here two may both give orders.",
	"queue":                        "What is put into a queue must come out of it once, in the order in which it was put in.",
	"barrier":                      "Nobody may pass into the barrier before all have come, and nobody out of it while others are at work: they rely on each other's work.",
	"membership":                   "A list of a group may lag for a while, but not for ever, and never behind what the same client did: others give work to those on the list.",
	"shared-counter":               "What a counter shows must be how often it was counted up.",
	"shared-counter-order":         "What one client sees of a counter that is only counted up never goes back.",
	"cache-order":                  "What a client's cache holds must never go back to an older state.",
	"cache-value":                  "One change of a znode has one value, whichever cache shows it.",
	"cache-convergence":            "A cache whose client is connected must hold the last value soon after it was written.",
	"watches-order":                "The client was told of a change and then shown an older state. After a watch has fired, its session must be shown that change or later.",
}

// conclusion says what the story comes to.
func (x *Counterexample) conclusion() string {
	if x.Verdict == checker.Permitted {
		return x.permitted()
	}
	promise, _, _ := strings.Cut(x.Signature, " ")
	text := promises[promise]
	if text == "" {
		text = "That breaks the promise " + promise + "."
	}
	if x.Check == "counter" {
		text += x.counts()
	}
	return text
}

// counts says how many counts were folded into what the story begins with.
func (x *Counterexample) counts() string {
	n := 0
	for path, list := range x.subject.changes {
		if !x.part.paths[path] {
			continue
		}
		for _, c := range list {
			if c.do == "set" && c.acked && !x.part.items[item{call, c.op}] {
				n++
			}
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" Besides, this story leaves out %s.", count(n, "acknowledged count"))
}

// permitted explains a stale read, and measures it in the whole run.
func (x *Counterexample) permitted() string {
	const lesson = "That is permitted: ZooKeeper's writes are linearizable, but a server answers reads from its own copy, which may lag behind. A client that must not read an old value calls sync on the same connection first."
	h := x.subject.run.History
	for _, i := range x.subject.inOrder(x.part.items) {
		if i.kind != call {
			continue
		}
		r := &h[i.index]
		if r.Out == runlog.Unknown || r.Op != "get" && r.Op != "exists" && r.Op != "children" {
			continue
		}
		lag, missed := x.staleness(r)
		var text string
		switch {
		case lag == 0 && missed == nil:
			continue
		case lag == 0:
			text = fmt.Sprintf("A stale read: what %s showed", nodeOf(r))
		default:
			text = fmt.Sprintf("A stale read: %s was %s behind the last that had been acknowledged when c%d asked", nodeOf(r), count(lag, "transaction"), r.Client)
			if missed != nil {
				text += ", and what it showed"
			}
		}
		if missed != nil {
			text += fmt.Sprintf(" had been out of date for %s", span(r.Call-missed.Ret))
		}
		return text + ". " + lesson
	}
	return "The reads fit into no single order with the writes. " + lesson
}

func nodeOf(o *runlog.Operation) string {
	n := o.Result.Node
	if n == 0 {
		n = o.Node
	}
	if n == 0 {
		return "its server"
	}
	return fmt.Sprintf("n%d", n)
}

// span is a length of time, in nanoseconds, for people.
func span(ns int64) string {
	if ns < 1e9 {
		return fmt.Sprintf("%.1f ms", float64(ns)/1e6)
	}
	return fmt.Sprintf("%.2f s", float64(ns)/1e9)
}
