package zookeeper

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/paxos"
)

// Error is ZooKeeper's error code (KeeperException.Code).
type Error int32

// The errors that the model gives.
const (
	OK                      Error = 0
	RuntimeInconsistency    Error = -2
	ConnectionLoss          Error = -4
	Unimplemented           Error = -6
	BadArguments            Error = -8
	NewConfigNoQuorum       Error = -13
	ReconfigInProgress      Error = -14
	NoNode                  Error = -101
	BadVersion              Error = -103
	NoChildrenForEphemerals Error = -108
	NodeExists              Error = -110
	NotEmpty                Error = -111
	SessionExpired          Error = -112
	SessionMoved            Error = -118
	NoWatcher               Error = -121
)

var errorNames = map[Error]string{
	OK: "", RuntimeInconsistency: "RuntimeInconsistency", ConnectionLoss: "ConnectionLoss", Unimplemented: "Unimplemented", BadArguments: "BadArguments", NewConfigNoQuorum: "NewConfigNoQuorum", ReconfigInProgress: "ReconfigInProgress", NoNode: "NoNode", BadVersion: "BadVersion",
	NoChildrenForEphemerals: "NoChildrenForEphemerals", NodeExists: "NodeExists", NotEmpty: "NotEmpty",
	SessionExpired: "SessionExpired", SessionMoved: "SessionMoved", NoWatcher: "NoWatcher",
}

// String is ZooKeeper's name of the error, "" for OK.
func (e Error) String() string {
	if n, ok := errorNames[e]; ok {
		return n
	}
	return fmt.Sprintf("Error(%d)", int32(e))
}

// Op is what a transaction or a request does.
type Op uint8

// The operations (ZooDefs.OpCode).
const (
	OpGet Op = iota + 1
	OpSet
	OpCreate
	OpDelete
	OpExists
	OpChildren
	OpSync
	OpCheck
	OpMulti
	OpCreateSession
	OpCloseSession
	OpError
	// OpRemoveWatches takes away what this client watches of a znode.
	OpRemoveWatches
	// OpAddWatch leaves a watch that stays.
	OpAddWatch
	// OpReconfig changes who is in the ensemble.
	OpReconfig
)

var opNames = [...]string{
	OpGet: "get", OpSet: "set", OpCreate: "create", OpDelete: "delete", OpExists: "exists", OpChildren: "children", OpSync: "sync",
	OpCheck: "check", OpMulti: "multi", OpCreateSession: "createSession", OpCloseSession: "closeSession", OpError: "error",
	OpAddWatch: "addWatch", OpRemoveWatches: "removeWatches", OpReconfig: "reconfig",
}

func (o Op) String() string { return opNames[o] }

// writes says whether o needs a transaction.
func (o Op) writes() bool {
	return o == OpSet || o == OpCreate || o == OpDelete || o == OpMulti || o == OpReconfig || o == OpCreateSession || o == OpCloseSession
}

// Change is one change to a znode that a transaction makes. It says the result,
// not the wish: applying it needs no condition, and applying it twice changes
// nothing more.
type Change struct {
	Op    Op // OpCreate, OpSet, OpDelete; OpCheck changes nothing
	Path  string
	Data  string
	Owner int64
	// Version is the znode's data version after OpSet. Cversion is the parent's
	// child version after OpCreate and OpDelete.
	Version, Cversion int32
}

// Txn is a transaction as the leader has prepared it (PrepRequestProcessor). It
// implements paxos.Command.
type Txn struct {
	Op      Op
	Session int64
	// Cxid numbers the client's request, Server is where the client is connected:
	// there the reply is waited for.
	Cxid   int32
	Server paxos.ID
	// Timeout is for OpCreateSession, in nanoseconds.
	Timeout int64
	Changes []Change
	// Voters and Observers are the configuration that OpReconfig makes.
	Voters, Observers paxos.Set
	Err               Error
	// Failed is the part of a multi that Err is about.
	Failed int

	digest uint64
}

// seal completes a transaction: from here on it does not change.
func (t *Txn) seal() *Txn {
	h := paxos.Mix(uint64(t.Op)<<32 ^ uint64(uint32(t.Cxid)))
	h = paxos.Mix(h ^ uint64(t.Session))
	h = paxos.Mix(h ^ uint64(t.Timeout) ^ uint64(t.Server)<<56 ^ uint64(uint32(t.Err)))
	for i := range t.Changes {
		c := &t.Changes[i]
		h = paxos.MixString(paxos.MixString(h, c.Path), c.Data)
		h = paxos.Mix(h ^ uint64(c.Op)<<56 ^ uint64(uint32(c.Version))<<24 ^ uint64(uint32(c.Cversion)))
		h = paxos.Mix(h ^ uint64(c.Owner))
	}
	if t.Op == OpReconfig {
		h = paxos.Mix(h ^ uint64(t.Voters)<<32 ^ uint64(t.Observers))
	}
	t.digest = h
	return t
}

// Digest implements paxos.Command.
func (t *Txn) Digest() uint64 { return t.digest }

// Readable says whether a server can read a transaction back from a log or a
// proposal: of a check alone only the writing half was ever there
// (SerializeUtils.deserializeTxn has no case for it).
func Readable(cmd paxos.Command) bool {
	t, ok := cmd.(*Txn)
	return !ok || t.Op != OpCheck
}

// String shows the transaction: set /a "1" v3.
func (t *Txn) String() string {
	var b strings.Builder
	b.WriteString(t.Op.String())
	if t.Err != OK {
		b.WriteString(" " + t.Err.String())
	}
	if t.Op == OpCreateSession || t.Op == OpCloseSession {
		fmt.Fprintf(&b, " 0x%x", uint64(t.Session))
	}
	if t.Op == OpReconfig {
		fmt.Fprintf(&b, " voters %v observers %v", t.Voters, t.Observers)
		return b.String()
	}
	for i := range t.Changes {
		c := &t.Changes[i]
		if t.Op == OpMulti || i > 0 {
			fmt.Fprintf(&b, " [%v]", c.Op)
		}
		fmt.Fprintf(&b, " %s", c.Path)
		if c.Op != OpDelete {
			fmt.Fprintf(&b, " %q", c.Data)
		}
	}
	return b.String()
}

// Apply implements paxos.State: the tree after a transaction.
func (t Tree) Apply(e paxos.Entry) paxos.State {
	txn, ok := e.Cmd.(*Txn)
	if !ok {
		panic(fmt.Sprintf("zookeeper: transaction %v is a %T", e.Zxid, e.Cmd))
	}
	if o := t.applied(txn, e.Zxid); o != nil {
		return o.state
	}
	return t.apply(txn, e.Zxid)
}

func (t Tree) apply(txn *Txn, z paxos.Zxid) Tree {
	if txn.Err != OK {
		return t
	}
	changes := txn.Changes
	switch txn.Op {
	case OpCreateSession:
		return t.withSession(txn.Session, txn.Timeout)
	case OpCloseSession:
		t = t.withoutSession(txn.Session)
	case OpReconfig:
		c := changes[0]
		c.Data = ConfigText(&paxos.Members{Version: z, Voters: txn.Voters, Observers: txn.Observers})
		changes = []Change{c}
	}
	d := draft{tree: t}
	for i := range changes {
		d.change(&changes[i], z)
	}
	return d.done()
}
