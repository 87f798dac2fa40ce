package witness

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/checker/certificate"
	"github.com/schismlab/schism/runlog"
)

// What a grade, an order that proves it, and what is judged are: see package
// certificate, which verifies it without any of the code here.
type (
	Grade       = certificate.Grade
	Certificate = certificate.Certificate
	Input       = certificate.Input
	Final       = certificate.Final
)

// The grades, from worst to best.
const (
	Broken       = certificate.Broken
	Session      = certificate.Session
	Ordered      = certificate.Ordered
	Linearizable = certificate.Linearizable
)

// Promise is one thing that ZooKeeper promises about zxids.
type Promise string

// The promises. Their names are those of the checks that report them.
const (
	UniqueZxids Promise = "unique-zxids" // no zxid stands for two transactions
	WriteOrder  Promise = "write-order"  // a write called after another was answered has the higher zxid
	SessionFIFO Promise = "session-fifo" // within a session zxids never go back
	Replay      Promise = "replay"       // writes, replayed by zxid, give the answers they gave
	PrefixReads Promise = "prefix-reads" // a read shows the state as of the zxid it names, never of the future
	FreshSync   Promise = "fresh-sync"   // a read after a sync sees what was acknowledged before the sync
	Durable     Promise = "durable-zxids"
	Owned       Promise = "session-ends" // nothing succeeds in a session that is over
)

// Breach is a promise that was broken.
type Breach struct {
	Promise Promise
	// Path is the znode it is about, "" if it is about none.
	Path string
	// Why tells it in sentences.
	Why string
	// Ops are the operations that contradict each other, as indices of the
	// history; the last is the one that was found not to fit.
	Ops []int
	// Guessed: operations of unknown outcome had to be chosen from on the way,
	// so another choice might have explained it.
	Guessed bool
}

// Stale is what is known about reads that were older than they would have to be
// in a linearizable history.
type Stale struct {
	Reads int
	// Worst is the index of the one that lagged the most transactions, Lag how
	// many had been acknowledged before it was called that the server had not
	// applied.
	Worst, Lag int
	// Behind is for how many nanoseconds the worst one's answer had been out of
	// date, as far as acknowledgements show.
	Behind int64
	// Missed is the write that it missed, -1 if that has no answer.
	Missed int
}

// Result is what was found.
type Result struct {
	Grade Grade
	// Certificate is an order that proves the grade; nil for Broken.
	Certificate *Certificate
	// Breaches are the promises broken, each with its first case. A history may
	// be linearizable by its values and break promises about zxids.
	Breaches []Breach
	Stale    Stale
	// StaleSync is the index of the first read that missed what had been
	// acknowledged before the sync it follows, -1 if there is none.
	StaleSync int
	// Applied and Open count the writes of unknown outcome that must have taken
	// effect, and those that need not.
	Applied, Open int
}

// Breach is the first breach of a promise, nil if it was kept.
func (r *Result) Breach(p Promise) *Breach {
	for i := range r.Breaches {
		if r.Breaches[i].Promise == p {
			return &r.Breaches[i]
		}
	}
	return nil
}

// kind is what an operation is to the judge.
type kind uint8

const (
	silent  kind = iota // says nothing: a read without an answer, an error about no znode
	gets                // get with an answer
	looks               // exists
	lists               // children
	syncs               // sync
	writes              // a write acknowledged
	refused             // a write refused for the state of a znode
	lost                // a write of unknown outcome
)

func (k kind) mayWrite() bool { return k >= writes }
func (k kind) isRead() bool   { return k >= gets && k <= syncs }

const never = 1<<63 - 1

// classify says what an operation is.
func classify(o *runlog.Operation) kind {
	if o.Op != "multi" && o.Op != "sync" && !strings.HasPrefix(o.Path, "/") {
		return silent // no path: no server can have done anything with it
	}
	var k kind
	switch o.Op {
	case "get":
		k = gets
	case "exists":
		k = looks
	case "children":
		k = lists
	case "sync":
		k = syncs
	case "set", "create", "delete", "multi":
		switch {
		case o.Out == runlog.Unknown:
			return lost
		case o.Out == runlog.OK:
			return writes
		case stateError(refusal(o)):
			return refused
		}
		return silent
	}
	if o.Out == runlog.OK || o.Out == runlog.Fail && o.Result.Err == errNoNode && k != syncs {
		return k
	}
	return silent
}

const (
	errNoNode       = "NoNode"
	errBadVersion   = "BadVersion"
	errNodeExists   = "NodeExists"
	errNotEmpty     = "NotEmpty"
	errNoChildren   = "NoChildrenForEphemerals"
	errInconsistent = "RuntimeInconsistency"
)

func stateError(err string) bool {
	switch err {
	case errNoNode, errBadVersion, errNodeExists, errNotEmpty, errNoChildren:
		return true
	}
	return false
}

// refusal is the error that a refused write gave: of a multi, that of the part
// that failed.
func refusal(o *runlog.Operation) string {
	if i := failedPart(o); i >= 0 {
		return o.Result.Parts[i].Err
	}
	return o.Result.Err
}

// failedPart is the part of a multi that failed, -1 if the answer does not say.
func failedPart(o *runlog.Operation) int {
	for i := range o.Result.Parts {
		if e := o.Result.Parts[i].Err; e != "" && e != "ok" && e != errInconsistent {
			return i
		}
	}
	return -1
}

func missing(o *runlog.Operation) bool {
	return o.Out == runlog.Fail || o.Op == "exists" && o.Result.Version == -1
}

func sessionOf(o *runlog.Operation) int64 {
	if o.Result.Session != 0 {
		return o.Result.Session
	}
	return o.Session
}

// Applies says whether a history's answers carry what the judge needs: a zxid
// each. An answer that says nothing needs none.
func Applies(h runlog.History) bool {
	some := false
	for i := range h {
		o := &h[i]
		if o.Out == runlog.Unknown || classify(o) == silent {
			continue
		}
		if o.Result.Zxid == 0 {
			return false
		}
		some = true
	}
	return some
}

// Judge finds the best grade of a history. It panics on operations that are not
// in the order of their calls.
func Judge(in Input) *Result {
	j := newJudge(in)
	j.unique()
	j.fifo()
	j.dueTimes()
	j.pin()
	if j.replay() && j.match() {
		j.grade()
	}
	return j.result
}

// tell says what an operation was.
func tell(o *runlog.Operation) string {
	text := fmt.Sprintf("client c%d's %s", o.Client, o.Op)
	if o.Path != "" {
		text += " of " + o.Path
	}
	switch {
	case o.Op == "set":
		text += fmt.Sprintf(" to %q", o.Data)
	case o.Op == "get" && o.Out == runlog.OK:
		text += fmt.Sprintf(" that showed %q, version %d,", o.Result.Data, o.Result.Version)
	case o.Out == runlog.Fail:
		text += " that gave " + refusal(o)
	}
	text += fmt.Sprintf(" (called at %.3f s, ", float64(o.Call)/1e9)
	if o.Out == runlog.Unknown {
		return text + "never answered)"
	}
	return text + fmt.Sprintf("answered at %.3f s with zxid %#x)", float64(o.Ret)/1e9, o.Result.Zxid)
}
