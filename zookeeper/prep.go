package zookeeper

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Request is what a client asks for. It never changes once it was sent.
type Request struct {
	Session int64
	Cxid    int32
	Op      Op
	Path    string
	Data    string
	// Version guards OpSet, OpDelete and OpCheck; -1 guards nothing.
	Version               int32
	Ephemeral, Sequential bool
	Watch                 bool
	Recursive             bool  // of OpAddWatch
	Timeout               int64 // OpCreateSession, in nanoseconds
	Parts                 []Request
	Reconfig              *Reconfig // OpReconfig
	// Server is where the client is connected. A Client fills in Session and
	// Server, so that the server need not copy what it forwards.
	Server paxos.ID
}

// Reply is the answer to a request. It never changes once it was sent.
type Reply struct {
	Cxid int32
	Err  Error
	// Zxid is the last transaction that the server had applied; for a write, the
	// write itself (ReplyHeader).
	Zxid paxos.Zxid
	Data string
	Stat Stat
	Path string // of a znode created
	Kids Listing
	// Parts are the results of a multi.
	Parts []Reply
}

// prepare turns a request into a transaction, against the tree as it will be
// when everything proposed so far is applied (PrepRequestProcessor.pRequest).
// A request that cannot be done becomes an error transaction, which takes a
// zxid and changes nothing.
func prepare(t Tree, r *Request) *Txn {
	txn := &Txn{Op: r.Op, Session: r.Session, Cxid: r.Cxid, Server: r.Server}
	d := draft{tree: t}
	switch r.Op {
	case OpCreateSession:
		txn.Timeout = r.Timeout
		return txn.seal()
	case OpCloseSession:
		for _, path := range t.owned(r.Session) {
			c, err := d.prepareDelete(path, -1)
			if err != OK {
				panic(fmt.Sprintf("zookeeper: cannot delete ephemeral %s: %v", path, err))
			}
			txn.Changes = append(txn.Changes, c)
			d.change(&c, 0)
		}
		return txn.seal()
	}
	if !t.HasSession(r.Session) {
		txn.Op, txn.Err = OpError, SessionExpired
		return txn.seal()
	}
	if r.Op != OpMulti {
		c, err := d.prepareChange(r, r.Session)
		if err != OK {
			txn.Op, txn.Err = OpError, err
			return txn.seal()
		}
		txn.Changes = []Change{c}
		return txn.seal()
	}
	txn.Changes = make([]Change, 0, len(r.Parts))
	for i := range r.Parts {
		c, err := d.prepareChange(&r.Parts[i], r.Session)
		if err != OK {
			txn.Op, txn.Err, txn.Failed, txn.Changes = OpError, err, i, nil
			return txn.seal()
		}
		txn.Changes = append(txn.Changes, c)
		d.change(&c, 0)
	}
	return txn.seal()
}

func (d *draft) prepareChange(r *Request, session int64) (Change, Error) {
	switch r.Op {
	case OpCreate:
		return d.prepareCreate(r, session)
	case OpDelete:
		return d.prepareDelete(r.Path, r.Version)
	}
	n := d.find(r.Path)
	switch {
	case n == nil:
		return Change{}, NoNode
	case r.Version != -1 && r.Version != n.stat.Version:
		return Change{}, BadVersion
	case r.Op == OpCheck:
		return Change{Op: OpCheck, Path: r.Path}, OK
	case r.Op == OpSet:
		return Change{Op: OpSet, Path: r.Path, Data: r.Data, Version: n.stat.Version + 1}, OK
	}
	panic(fmt.Sprintf("zookeeper: cannot prepare %v", r.Op))
}

func (d *draft) prepareCreate(r *Request, session int64) (Change, Error) {
	path := r.Path
	parentPath, _ := split(path)
	if parentPath == "" {
		parentPath = "/" // ZooKeeper takes the root for its own parent
	}
	parent := d.find(parentPath)
	if parent == nil {
		return Change{}, NoNode
	}
	if r.Sequential {
		path = fmt.Sprintf("%s%010d", path, parent.stat.creates())
	}
	switch {
	case d.find(path) != nil:
		return Change{}, NodeExists
	case parent.stat.Owner != 0:
		return Change{}, NoChildrenForEphemerals
	}
	c := Change{Op: OpCreate, Path: path, Data: r.Data, Cversion: parent.stat.Cversion + 1}
	if r.Ephemeral {
		c.Owner = session
	}
	return c, OK
}

func (d *draft) prepareDelete(path string, version int32) (Change, Error) {
	n := d.find(path)
	switch {
	case path == "/":
		return Change{}, BadArguments
	case n == nil:
		return Change{}, NoNode
	case version != -1 && version != n.stat.Version:
		return Change{}, BadVersion
	case n.stat.Children > 0:
		return Change{}, NotEmpty
	}
	parent, _ := split(path)
	return Change{Op: OpDelete, Path: path, Cversion: d.find(parent).stat.Cversion + 1}, OK
}

// result is the reply to the request that became txn, read from the tree right
// after it was applied (FinalRequestProcessor).
func result(t Tree, txn *Txn, z paxos.Zxid) *Reply {
	r := &Reply{Cxid: txn.Cxid, Err: txn.Err, Zxid: z}
	if txn.Err != OK || len(txn.Changes) == 0 {
		return r
	}
	switch txn.Op {
	case OpReconfig:
		r.Data, r.Stat, _ = t.Get(ConfigPath)
		return r
	case OpMulti:
	default:
		changed(t, &txn.Changes[0], r)
		return r
	}
	r.Parts = make([]Reply, len(txn.Changes))
	for i := range txn.Changes {
		changed(t, &txn.Changes[i], &r.Parts[i])
	}
	return r
}

func changed(t Tree, c *Change, r *Reply) {
	switch c.Op {
	case OpCreate:
		r.Path = c.Path
	case OpSet:
		// The version is of this change even where a later part of the same multi
		// changed the znode again; the rest is as the whole multi left it.
		_, r.Stat, _ = t.Get(c.Path)
		r.Stat.Version = c.Version
	}
}

// read answers a request that needs no transaction, from the server's own tree.
func read(t Tree, r *Request, z paxos.Zxid) *Reply {
	reply := &Reply{Cxid: r.Cxid, Zxid: z}
	data, stat, ok := t.Get(r.Path)
	if !ok {
		reply.Err = NoNode
		return reply
	}
	reply.Stat = stat
	switch r.Op {
	case OpGet:
		reply.Data = data
	case OpChildren:
		reply.Kids = t.List(r.Path)
	}
	return reply
}
