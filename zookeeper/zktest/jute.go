package zktest

import (
	"encoding/binary"

	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// record is written in ZooKeeper's serialization.
type record []byte

func (r record) int(v int32) record   { return binary.BigEndian.AppendUint32(r, uint32(v)) }
func (r record) long(v int64) record  { return binary.BigEndian.AppendUint64(r, uint64(v)) }
func (r record) text(s string) record { return append(r.int(int32(len(s))), s...) }

func (r record) bool(v bool) record {
	if v {
		return append(r, 1)
	}
	return append(r, 0)
}

// frame puts the length before it.
func (r record) frame() []byte { return append(record{}.int(int32(len(r))), r...) }

func (r record) stat(s *zookeeper.Stat, length int) record {
	return r.long(int64(s.Czxid)).long(int64(s.Mzxid)).long(0).long(0).int(s.Version).int(s.Cversion).int(0).
		long(s.Owner).int(int32(length)).int(s.Children).long(int64(s.Pzxid))
}

// accept is a server's first frame.
func accept(timeout int32, session int64) record {
	return record{}.int(0).int(timeout).long(session).text(string(make([]byte, 16))).bool(false)
}

func header(xid int32, zxid int64, err int32) record { return record{}.int(xid).long(zxid).int(err) }

// request is a client's request for the server. What the server does not have
// becomes a check by itself, which it refuses as Unimplemented, in its turn.
func request(r *wire.Request) zookeeper.Request {
	q := zookeeper.Request{Cxid: r.Xid, Path: r.Path, Data: r.Data, Version: r.Version, Watch: r.Watch}
	switch r.Code {
	case wire.Create, wire.Create2, wire.CreateContainer:
		q.Op, q.Ephemeral, q.Sequential, q.Version = zookeeper.OpCreate, r.Ephemeral(), r.Sequential(), 0
	case wire.Delete, wire.DeleteContainer:
		q.Op = zookeeper.OpDelete
	case wire.SetData:
		q.Op = zookeeper.OpSet
	case wire.Exists, wire.GetACL, wire.SetACL:
		q.Op = zookeeper.OpExists
	case wire.GetData:
		q.Op = zookeeper.OpGet
	case wire.GetChildren, wire.GetChildren2:
		q.Op = zookeeper.OpChildren
	case wire.Sync:
		q.Op = zookeeper.OpSync
	case wire.CloseSession:
		q.Op = zookeeper.OpCloseSession
	case wire.Check:
		q.Op = zookeeper.OpCheck
	case wire.Multi:
		q.Op = zookeeper.OpMulti
		for i := range r.Parts {
			q.Parts = append(q.Parts, request(&r.Parts[i]))
		}
	default:
		q = zookeeper.Request{Cxid: r.Xid, Op: zookeeper.OpCheck, Path: "/"}
	}
	return q
}

// reply is the answer to a request. Stats that the server's reply lacks are those of
// its tree.
func reply(to *wire.Request, r *zookeeper.Reply, t zookeeper.Tree) record {
	out := header(to.Xid, int64(r.Zxid), int32(r.Err))
	if to.Code == wire.Multi {
		return results(out, to, r, t)
	}
	if r.Err != zookeeper.OK {
		return out
	}
	switch to.Code {
	case wire.Create:
		return out.text(r.Path)
	case wire.Create2, wire.CreateContainer:
		return there(out.text(r.Path), t, r.Path)
	case wire.SetData:
		return out.stat(&r.Stat, len(to.Data))
	case wire.Exists, wire.SetACL:
		return there(out, t, to.Path)
	case wire.GetData:
		return out.text(r.Data).stat(&r.Stat, len(r.Data))
	case wire.GetACL: // anybody may do anything
		return there(out.int(1).int(31).text("world").text("anyone"), t, to.Path)
	case wire.Sync:
		return out.text(to.Path)
	case wire.GetChildren, wire.GetChildren2:
		names := r.Kids.Names()
		out = out.int(int32(len(names)))
		for _, kid := range names {
			out = out.text(kid)
		}
		if to.Code == wire.GetChildren2 {
			return there(out, t, to.Path)
		}
	}
	return out
}

// there adds the Stat of a znode.
func there(out record, t zookeeper.Tree, path string) record {
	data, stat, _ := t.Get(path)
	return out.stat(&stat, len(data))
}

// results are those of a multi: each with a header that says its code.
func results(out record, to *wire.Request, r *zookeeper.Reply, t zookeeper.Tree) record {
	for i := range to.Parts {
		p := &to.Parts[i]
		if r.Err != zookeeper.OK {
			err := zookeeper.RuntimeInconsistency
			if i < len(r.Parts) {
				err = r.Parts[i].Err
			}
			out = out.int(int32(wire.Error)).bool(false).int(int32(err)).int(int32(err))
			continue
		}
		out = out.int(int32(p.Code)).bool(false).int(0)
		switch p.Code {
		case wire.Create:
			out = out.text(r.Parts[i].Path)
		case wire.Create2, wire.CreateContainer:
			out = there(out.text(r.Parts[i].Path), t, r.Parts[i].Path)
		case wire.SetData:
			out = out.stat(&r.Parts[i].Stat, len(p.Data))
		}
	}
	return out.int(int32(wire.Error)).bool(true).int(-1)
}
