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
	"durable":                    "A write was acknowledged and at the end it is not there. What ZooKeeper has acknowledged must stay, whichever servers crash; a client that was told \"done\" relies on it.",
	"set-lost":                   "A create was acknowledged, nobody deleted the znode, and at the end it is not there. What ZooKeeper has acknowledged must stay.",
	"set-phantom":                "At the end there is a znode that nobody tried to create. A server's state may only come from clients' writes.",
	"session-order":              "Within one session the answers came from an older state than before. A session's view must never go back, not even when the client is connected to another server.",
	"monotonic-reads":            "One session saw a newer state of the znode and then an older one. A session's view must never go back.",
	"read-your-writes":           "A session was told that its write was done and then did not see it. A session must always see its own writes.",
	"phantom-value":              "A client was shown a value that nobody had written there, or that only a refused write carried.",
	"future-read":                "A client was shown a value before anybody had asked to write it.",
	"one-zxid-two-values":        "Two clients saw the result of one transaction and saw different values. A transaction has the same result on all servers.",
	"sequence-unique":            "Two creates were given the same number. Sequential names under one parent must differ: locks and queues are built on that.",
	"sequence-order":             "The create that came later was given the lower number. Who creates after another was answered must be given the higher number: queues are fair by that.",
	"session-fifo":               "The transaction numbers in one session's answers went back. A session's view must never go back, not even when the client is connected to another server.",
	"unique-zxids":               "Two writes were given the same transaction number. A number must stand for one transaction, or servers cannot agree on what happened.",
	"write-order":                "A write that was asked for after another had been answered was ordered before it. Writes are linearizable: their order is that of real time.",
	"prefix-reads":               "A read names, by the transaction number in its answer, the state that it shows, and it shows another one. A server must show all transactions up to that number and nothing of later ones.",
	"replay":                     "The write was done on another state than the writes with lower transaction numbers left. Every server applies the transactions in the order of their numbers, so the answers must be what that order gives.",
	"durable-zxids":              "At the end a server lacks a transaction whose number it says it has applied.",
	"session-ends":               "Something succeeded in a session that was over: its ephemeral znode had gone already.",
	"servers-agree":              "After a sync on a healthy ensemble two servers hold different things under the same name. All servers apply the same transactions in the same order.",
	"linearizable-writes":        "No order of these writes explains all the answers. ZooKeeper promises that each write takes effect once, at one moment between its call and its answer, and stays.",
	"witness":                    "In the order of their transaction numbers these answers contradict each other, and no other order explains them. Each write must take effect once, between its call and its answer, and stay.",
	"zxids-only":                 "The order of the transaction numbers contradicts these answers, although another order would explain them: the numbers are not the order in which the writes took effect.",
	"bank":                       "Money was only moved between the accounts, and the sum has changed. A multi must take effect as a whole or not at all.",
	"counter":                    "Every acknowledged count added one, and the number at the end is not what they make together. A count that was acknowledged must not be lost, and none may count twice.",
	"ephemeral-outlives-session": "The session was over and its ephemeral znode is still there at the end. Others take such a znode as a sign that its owner lives.",
	"watches":                    "The watch told of a change that its client had been shown already, or that never happened. A watch must tell of a change before its session sees it.",
	"watches-order":              "The client was told of a change and then shown an older state. After a watch has fired, its session must be shown that change or later.",
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
