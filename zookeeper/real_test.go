package zookeeper_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"pgregory.net/rapid"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/zookeeper"
)

// realErrors are the model's names of what the Go client gives.
var realErrors = map[error]zookeeper.Error{
	nil: zookeeper.OK, zk.ErrNoNode: zookeeper.NoNode, zk.ErrNodeExists: zookeeper.NodeExists, zk.ErrBadVersion: zookeeper.BadVersion,
	zk.ErrNotEmpty: zookeeper.NotEmpty, zk.ErrNoChildrenForEphemerals: zookeeper.NoChildrenForEphemerals,
	zk.ErrBadArguments: zookeeper.BadArguments,
}

// TestModelAgainstReal makes the same calls on a real server and on the model,
// and compares every reply: errors, names, data, children, and the whole Stat
// with its zxids.
func TestModelAgainstReal(t *testing.T) {
	if testing.Short() {
		t.Skip("not ready: left out by -short: it starts a server")
	}
	e, err := local.Start(t.Context(), cluster.Options{
		Servers: 1, Dir: t.TempDir(), Seed: 1, Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 5,
	})
	if nr := (*cluster.NotReady)(nil); errors.As(err, &nr) {
		t.Skip("not ready:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	one, two := dial(t, e.ClientAddr(1)), dial(t, e.ClientAddr(1))
	defer one.Close()
	defer two.Close()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		three := dial(t, e.ClientAddr(1))
		defer three.Close()
		newPair(rt, fmt.Sprintf("/run%d", runs), one, two, three).run(rt)
	})
}

// dial waits for a session.
func dial(t *testing.T, addr string) *zk.Conn {
	t.Helper()
	conn, events, err := zk.Connect([]string{addr}, 9*time.Second, zk.WithLogger(silent{}))
	if err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case ev := <-events:
			if ev.State == zk.StateHasSession {
				return conn
			}
		case <-time.After(time.Minute):
			t.Fatal("no session")
		}
	}
}

type silent struct{}

func (silent) Printf(string, ...any) {}

// pair is a part of the real tree, and the model of it.
type pair struct {
	top   string
	conns []*zk.Conn
	model *zookeeper.Model
	zxid  paxos.Zxid
}

func newPair(t *rapid.T, top string, conns ...*zk.Conn) *pair {
	p := &pair{top: top, conns: conns, model: zookeeper.NewModel()}
	for _, c := range conns {
		p.model.Write(zookeeper.Request{Op: zookeeper.OpCreateSession, Session: c.SessionID(), Timeout: 1}, 1)
	}
	if _, err := conns[0].Create(top, nil, 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	_, st, err := conns[0].Get(top)
	if err != nil {
		t.Fatal(err)
	}
	// From here on every write takes the next zxid, on both sides.
	p.zxid = paxos.Zxid(st.Czxid)
	p.model.Write(zookeeper.Request{Op: zookeeper.OpCreate, Session: conns[0].SessionID(), Path: top, Version: -1}, p.zxid)
	return p
}

// run makes calls, ends the third session, and compares all that is left.
func (p *pair) run(t *rapid.T) {
	for range rapid.IntRange(1, 25).Draw(t, "calls") {
		conn := p.conns[rapid.IntRange(0, 2).Draw(t, "client")]
		r := p.draw(t)
		r.Session = conn.SessionID()
		var want string
		if r.Op == zookeeper.OpGet || r.Op == zookeeper.OpChildren {
			want = showRead(p.model.Read(r))
		} else {
			p.zxid++
			want = show(p.model.Write(r, p.zxid), nil)
		}
		if got := show(real(t, conn, &r)); got != want {
			t.Fatalf("%v %s: really %s, in the model %s", r.Op, r.Path, got, want)
		}
	}
	last := p.conns[2]
	last.Close()
	p.zxid++
	p.model.Write(zookeeper.Request{Op: zookeeper.OpCloseSession, Session: last.SessionID()}, p.zxid)
	p.compare(t)
}

// compare reads every znode of the model from the real server. That there are no
// others follows from the lists of children.
func (p *pair) compare(t *rapid.T) {
	tree := p.model.Tree()
	tree.Each(func(path, _ string, _ zookeeper.Stat) {
		if path == "/" {
			return
		}
		for _, op := range []zookeeper.Op{zookeeper.OpGet, zookeeper.OpChildren} {
			r := zookeeper.Request{Op: op, Path: path}
			if got, want := show(real(t, p.conns[0], &r)), showRead(p.model.Read(r)); got != want {
				t.Fatalf("at the end, %v %s: really %s, in the model %s", op, path, got, want)
			}
		}
	})
}

func (p *pair) path(t *rapid.T) string {
	return p.top + rapid.SampledFrom([]string{"", "/a", "/b", "/a/x", "/a/y", "/b/x", "/a/x/p"}).Draw(t, "path")
}

func (p *pair) draw(t *rapid.T) zookeeper.Request {
	op := rapid.SampledFrom([]zookeeper.Op{
		zookeeper.OpCreate, zookeeper.OpCreate, zookeeper.OpCreate, zookeeper.OpSet, zookeeper.OpSet, zookeeper.OpDelete,
		zookeeper.OpGet, zookeeper.OpChildren, zookeeper.OpMulti,
	}).Draw(t, "op")
	if op != zookeeper.OpMulti {
		return p.drawPart(t, op)
	}
	r := zookeeper.Request{Op: op}
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		r.Parts = append(r.Parts, p.drawPart(t, rapid.SampledFrom([]zookeeper.Op{
			zookeeper.OpCreate, zookeeper.OpSet, zookeeper.OpDelete, zookeeper.OpCheck,
		}).Draw(t, "part")))
	}
	return r
}

func (p *pair) drawPart(t *rapid.T, op zookeeper.Op) zookeeper.Request {
	r := zookeeper.Request{Op: op, Path: p.path(t), Version: rapid.SampledFrom([]int32{-1, -1, 0, 1}).Draw(t, "version")}
	switch op {
	case zookeeper.OpCreate:
		r.Data = rapid.SampledFrom([]string{"", "1"}).Draw(t, "data")
		r.Ephemeral, r.Sequential = rapid.Bool().Draw(t, "ephemeral"), rapid.IntRange(0, 3).Draw(t, "sequential") == 0
		// The runs are all children of the same root.
		r.Sequential = r.Sequential && r.Path != p.top
	case zookeeper.OpSet:
		r.Data = rapid.SampledFrom([]string{"", "2", "3"}).Draw(t, "data")
	}
	return r
}

func flags(r *zookeeper.Request) (f int32) {
	if r.Ephemeral {
		f |= zk.FlagEphemeral
	}
	if r.Sequential {
		f |= zk.FlagSequence
	}
	return f
}

// real makes a call on a server. Beside the reply it gives the names of the children.
func real(t *rapid.T, c *zk.Conn, r *zookeeper.Request) (reply *zookeeper.Reply, kids []string) {
	reply = &zookeeper.Reply{}
	var st *zk.Stat
	var err error
	switch r.Op {
	case zookeeper.OpCreate:
		reply.Path, err = c.Create(r.Path, []byte(r.Data), flags(r), zk.WorldACL(zk.PermAll))
	case zookeeper.OpSet:
		st, err = c.Set(r.Path, []byte(r.Data), r.Version)
	case zookeeper.OpDelete:
		err = c.Delete(r.Path, r.Version)
	case zookeeper.OpGet:
		var data []byte
		data, st, err = c.Get(r.Path)
		reply.Data = string(data)
	case zookeeper.OpChildren:
		kids, st, err = c.Children(r.Path)
		slices.Sort(kids)
	case zookeeper.OpMulti:
		var parts []zk.MultiResponse
		parts, err = c.Multi(multi(r)...)
		for i := range parts {
			reply.Parts = append(reply.Parts, zookeeper.Reply{Path: parts[i].String, Stat: stat(parts[i].Stat)})
		}
	}
	known := false
	if reply.Err, known = realErrors[err]; !known {
		t.Fatalf("%v %s: %v", r.Op, r.Path, err)
	}
	reply.Stat = stat(st)
	return reply, kids
}

func multi(r *zookeeper.Request) (ops []any) {
	for i := range r.Parts {
		switch p := &r.Parts[i]; p.Op {
		case zookeeper.OpCreate:
			ops = append(ops, &zk.CreateRequest{Path: p.Path, Data: []byte(p.Data), Flags: flags(p), Acl: zk.WorldACL(zk.PermAll)})
		case zookeeper.OpSet:
			ops = append(ops, &zk.SetDataRequest{Path: p.Path, Data: []byte(p.Data), Version: p.Version})
		case zookeeper.OpDelete:
			ops = append(ops, &zk.DeleteRequest{Path: p.Path, Version: p.Version})
		case zookeeper.OpCheck:
			ops = append(ops, &zk.CheckVersionRequest{Path: p.Path, Version: p.Version})
		}
	}
	return ops
}

func stat(s *zk.Stat) zookeeper.Stat {
	if s == nil {
		return zookeeper.Stat{}
	}
	return zookeeper.Stat{
		Czxid: paxos.Zxid(s.Czxid), Mzxid: paxos.Zxid(s.Mzxid), Pzxid: paxos.Zxid(s.Pzxid),
		Version: s.Version, Cversion: s.Cversion, Owner: s.EphemeralOwner, Children: s.NumChildren,
	}
}

// showRead is show of what the model read.
func showRead(r *zookeeper.Reply) string { return show(r, r.Kids.Names()) }

// show is what both sides must agree on. The parts of a multi show their stats
// only in part: the model reads them from the tree at the end of the multi.
func show(r *zookeeper.Reply, kids []string) string {
	if r.Err != zookeeper.OK {
		return r.Err.String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %v %+v", r.Path, r.Data, kids, r.Stat)
	for i := range r.Parts {
		p := &r.Parts[i]
		fmt.Fprintf(&b, " [%s v%d]", p.Path, p.Stat.Version)
	}
	return b.String()
}
