// Package certificate holds the proof that a history of ZooKeeper keeps an order,
// and the verifier that re-checks it.
//
// # The nouns, in order
//
// An Input is a history and what the servers held at the end. A Certificate is
// one order of all of it, and the Grade that the order proves. Verify follows the
// order with a tree of znodes of its own and holds every answer to it.
//
// Whoever doubts a verdict need believe nobody: verify.go has fewer than a hundred
// lines, imports nothing but the standard library and the history's types, and a
// test holds it to both. It does not matter who made the certificate, and how:
// an order that is followed to its end is an order that explains the history.
//
// # What it proves
//
// That one order explains every answer: errors, names, values, versions, and
// which children there were; that it keeps each session's order and that nothing
// succeeds in a session that has ended; and, as the grade says, that it keeps the
// real time of all calls or of the writes. It says nothing of zxids, which are
// how the judge finds the order, and no part of what a linearizable history is.
//
// # The caller's duties
//
// Operations come by call, no client has two open at a time. The tree is empty at
// first but for the root and ZooKeeper's own znode.
//
// # Weaknesses
//
// Nothing is said of the root's own data, of ACLs, and of when a znode's time to
// live has passed: a certificate may let one with a TTL vanish at any time at
// which it has no children. To follow the end of a session looks at all znodes.
package certificate

import (
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Grade says how much of ZooKeeper's order a history keeps. The best is the
// largest.
type Grade uint8

// The grades, from worst to best.
const (
	// Broken: the order of the zxids does not explain the answers.
	Broken Grade = iota
	// Session: one order explains every answer and keeps the order of each
	// session, but not the real time of the writes.
	Session
	// Ordered: and writes keep to real time. That is ZooKeeper's contract:
	// ordered sequential consistency. Reads may be stale.
	Ordered
	// Linearizable: all calls keep to real time.
	Linearizable
)

func (g Grade) String() string {
	return [...]string{"broken", "session", "ordered sequential", "linearizable"}[g]
}

// Input is what is judged.
type Input struct {
	// Ops are by call, and no client has two open at a time, as
	// runlog.NewHistory gives them.
	Ops    runlog.History
	Finals []Final
}

// Final is what one server held at the end: a read of the whole tree.
type Final struct {
	Node int
	// Zxid is the prefix it is of, 0 if it is of everything.
	Zxid      uint64
	Call, Ret int64
	Znodes    []*runlog.Event
}

// Certificate is one order of a history's operations: the proof of its grade.
type Certificate struct {
	Grade Grade
	// Order holds indices of the operations, len(Ops)+i for Finals[i], and -1-k
	// for Ends[k].
	Order []int32
	Ends  []End
	// Names are those that sequential creates without an answer were given.
	Names map[Name]string
}

// End is what happens without a client's call: a session ends and takes its
// ephemeral znodes along; or, where Path is not empty, the servers remove a
// container, or a znode with a time to live, that has no children.
type End struct {
	Session int64
	Path    string
}

// Name is a part of an operation.
type Name struct{ Op, Part int32 }

// final is a Final as a call.
const final = "final"

// call is an operation, or a Final as a call of its own: one get of each znode.
// The root is in none, nor is ZooKeeper's own znode.
func (in *Input) call(at int32) *runlog.Operation {
	if int(at) < len(in.Ops) {
		return &in.Ops[at]
	}
	f := &in.Finals[int(at)-len(in.Ops)]
	o := runlog.Operation{Client: -1 - int(at), Op: final, Out: runlog.OK, Call: f.Call, Ret: f.Ret, Parts: make([]runlog.Part, 0, len(f.Znodes))}
	for _, e := range f.Znodes {
		if e.Path != "/" && e.Path != own && !strings.HasPrefix(e.Path, own+"/") {
			o.Parts = append(o.Parts, runlog.Part{Op: "get", Path: e.Path, Data: e.Data, Version: e.Version})
		}
	}
	return &o
}

// treeErrors are those that tell of the tree; a call that gave another one, such as
// a broken connection or a lack of rights, says nothing.
var treeErrors = map[string]bool{"NoNode": true, "NodeExists": true, "NoChildrenForEphemerals": true, "BadVersion": true, "NotEmpty": true}

// tells says whether an answer tells anything of the tree, so that it must stand in
// the order.
func tells(o *runlog.Operation) bool {
	switch o.Op {
	case "get", "exists", "children", "set", "create", "delete":
		if !strings.HasPrefix(o.Path, "/") {
			return false // no server can have done anything with it
		}
	case "multi", final:
	default:
		return false
	}
	return o.Out == runlog.OK || o.Out == runlog.Fail && treeErrors[o.Result.Err]
}
