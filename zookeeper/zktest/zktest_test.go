package zktest_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/zookeeper/zktest"
)

// quiet keeps the client library's chatter out of the tests' output.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// connect gives a client of the servers, which is connected.
func connect(t testing.TB, servers []string, timeout time.Duration) (*zk.Conn, <-chan zk.Event) {
	t.Helper()
	// The client's own channel holds six events, and drops more than that: a session
	// that expires has eight.
	events := make(chan zk.Event, 1000)
	keep := func(e zk.Event) { events <- e }
	conn, _, err := zk.Connect(servers, timeout, zk.WithLogger(quiet{}), zk.WithLogInfo(false), zk.WithEventCallback(keep))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	await(t, events, zk.StateHasSession)
	return conn, events
}

// await waits until a client's session has a state.
func await(t testing.TB, events <-chan zk.Event, state zk.State) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case e := <-events:
			if e.State == state {
				return
			}
		case <-late:
			t.Fatalf("the session was never %v", state)
		}
	}
}

// again asks until the connection holds, as users of ZooKeeper must.
func again(t testing.TB, do func() error) {
	t.Helper()
	late := time.Now().Add(20 * time.Second)
	for {
		err := do()
		if err == nil {
			return
		}
		if !errors.Is(err, zk.ErrConnectionClosed) && !errors.Is(err, zk.ErrNoServer) && !errors.Is(err, zk.ErrSessionMoved) || time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

var anybody = zk.WorldACL(zk.PermAll)

func TestEveryCall(t *testing.T) {
	e := zktest.Start(t, 3)
	c, _ := connect(t, e.Servers(), time.Second)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path, err := c.Create("/a", []byte("1"), 0, anybody)
	must(err)
	if path != "/a" {
		t.Errorf("created %q", path)
	}
	if _, err = c.Create("/a", nil, 0, anybody); !errors.Is(err, zk.ErrNodeExists) {
		t.Errorf("created /a twice: %v", err)
	}
	seq, err := c.Create("/a/s-", []byte("x"), zk.FlagEphemeral|zk.FlagSequence, anybody)
	must(err)
	if seq != "/a/s-0000000000" {
		t.Errorf("the sequential znode is %q", seq)
	}
	data, stat, err := c.Get("/a")
	must(err)
	if string(data) != "1" || stat.Version != 0 || stat.NumChildren != 1 || stat.DataLength != 1 || stat.Czxid == 0 {
		t.Errorf("read %q %+v", data, stat)
	}
	stat, err = c.Set("/a", []byte("22"), 0)
	must(err)
	if stat.Version != 1 || stat.DataLength != 2 {
		t.Errorf("set: %+v", stat)
	}
	if _, err = c.Set("/a", nil, 0); !errors.Is(err, zk.ErrBadVersion) {
		t.Errorf("set with an old version: %v", err)
	}
	kids, stat, err := c.Children("/a")
	must(err)
	if fmt.Sprint(kids) != "[s-0000000000]" || stat.Cversion != 1 {
		t.Errorf("children %v %+v", kids, stat)
	}
	ok, stat, err := c.Exists(seq)
	must(err)
	if !ok || stat.EphemeralOwner != c.SessionID() {
		t.Errorf("exists %v, owner %#x, session %#x", ok, stat.EphemeralOwner, c.SessionID())
	}
	if ok, _, err = c.Exists("/none"); ok || err != nil {
		t.Errorf("exists /none: %v %v", ok, err)
	}
	res, err := c.Multi(&zk.CreateRequest{Path: "/m", Acl: anybody}, &zk.SetDataRequest{Path: "/a", Data: []byte("3"), Version: -1}, &zk.DeleteRequest{Path: seq, Version: -1})
	must(err)
	if len(res) != 3 || res[0].String != "/m" || res[1].Stat.Version != 2 {
		t.Errorf("multi %+v", res)
	}
	if _, err = c.Multi(&zk.CheckVersionRequest{Path: "/a", Version: 7}, &zk.DeleteRequest{Path: "/m", Version: -1}); !errors.Is(err, zk.ErrBadVersion) {
		t.Errorf("a multi with a wrong check: %v", err)
	}
	if _, err = c.Sync("/a"); err != nil {
		t.Error(err)
	}
	if err = c.Delete("/a", -1); err != nil {
		t.Error(err)
	}
	if acl, _, err := c.GetACL("/m"); err != nil || len(acl) != 1 {
		t.Errorf("ACL %v %v", acl, err)
	}
	if _, err := c.IncrementalReconfig(nil, nil, -1); err == nil {
		t.Error("a reconfig was not refused")
	}
}

func TestWatches(t *testing.T) {
	e := zktest.Start(t, 3)
	c, _ := connect(t, e.Servers()[:1], time.Second)
	d, _ := connect(t, e.Servers()[2:], time.Second)
	_, _, created, err := c.ExistsW("/w")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Create("/w", nil, 0, anybody); err != nil {
		t.Fatal(err)
	}
	if ev := <-created; ev.Type != zk.EventNodeCreated || ev.Path != "/w" {
		t.Errorf("told of %+v", ev)
	}
	_, _, kids, err := c.ChildrenW("/w")
	if err != nil {
		t.Fatal(err)
	}
	// A short pause of the leader costs nobody the session, nor the watch.
	leader := e.Leader()
	e.Pause(leader)
	e.Resume(leader)
	again(t, func() error { _, err := d.Create("/w/x", nil, 0, anybody); return err })
	if ev := <-kids; ev.Type != zk.EventNodeChildrenChanged {
		t.Errorf("told of %+v", ev)
	}
}

// TestTheLeaderCrashes: what was acknowledged is there under the next leader, and
// the session goes on with its ephemeral znode.
func TestTheLeaderCrashes(t *testing.T) {
	e := zktest.Start(t, 3)
	c, _ := connect(t, e.Servers(), 2*time.Second)
	if _, err := c.Create("/e", nil, zk.FlagEphemeral, anybody); err != nil {
		t.Fatal(err)
	}
	session := c.SessionID()
	old := e.AwaitLeader()
	e.Crash(old)
	if leader := e.AwaitLeader(); leader == old {
		t.Fatalf("n%d has crashed and leads", old)
	}
	again(t, func() error {
		_, stat, err := c.Exists("/e")
		if err == nil && stat.EphemeralOwner != session {
			t.Errorf("owner %#x, session %#x", stat.EphemeralOwner, session)
		}
		return err
	})
	e.Start(old)
	e.AwaitHealthy()
	again(t, func() error { _, err := c.Set("/e", []byte("x"), -1); return err })
}

// TestAMinorityServesNoWrites: a leader that is cut off loses its clients, and what
// the others then do is seen when the partition has healed.
func TestAMinorityServesNoWrites(t *testing.T) {
	e := zktest.Start(t, 3)
	old := e.AwaitHealthy()
	others := append(append([]string{}, e.Servers()[:old-1]...), e.Servers()[old:]...)
	alone, events := connect(t, e.Servers()[old-1:old], 2*time.Second)
	e.Partition(old)
	await(t, events, zk.StateDisconnected)
	if _, err := alone.Create("/lost", nil, 0, anybody); err == nil {
		t.Error("a server without a quorum has done a write")
	}
	c, _ := connect(t, others, 2*time.Second)
	again(t, func() error { _, err := c.Create("/kept", []byte("v"), 0, anybody); return err })
	e.Heal()
	e.AwaitHealthy()
	again(t, func() error { _, err := alone.Sync("/"); return err })
	again(t, func() error {
		data, _, err := alone.Get("/kept")
		if err == nil && string(data) != "v" {
			t.Errorf("read %q", data)
		}
		return err
	})
	if data, ok := e.Data(old, "/kept"); !ok || data != "v" {
		t.Errorf("n%d holds %q, %v", old, data, ok)
	}
}

func TestASessionExpires(t *testing.T) {
	e := zktest.Start(t, 3)
	c, events := connect(t, e.Servers(), 2*time.Second)
	d, _ := connect(t, e.Servers(), 2*time.Second)
	if _, err := c.Create("/e", nil, zk.FlagEphemeral, anybody); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sync("/e"); err != nil {
		t.Fatal(err)
	}
	ok, _, gone, err := d.ExistsW("/e")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	e.ExpireSession(c.SessionID())
	if ev := <-gone; ev.Type != zk.EventNodeDeleted {
		t.Errorf("told of %+v", ev)
	}
	await(t, events, zk.StateExpired)
	await(t, events, zk.StateHasSession)
}

// TestClientsComeBackWithTheirWatches: a broken connection costs neither the session
// nor its watches.
func TestClientsComeBackWithTheirWatches(t *testing.T) {
	e := zktest.Start(t, 1)
	c, events := connect(t, e.Servers(), 2*time.Second)
	_, _, created, err := c.ExistsW("/w")
	if err != nil {
		t.Fatal(err)
	}
	session := c.SessionID()
	e.Disconnect(1)
	await(t, events, zk.StateDisconnected)
	await(t, events, zk.StateHasSession)
	if c.SessionID() != session {
		t.Errorf("session %#x, then %#x", session, c.SessionID())
	}
	if _, err := c.Create("/w", nil, 0, anybody); err != nil {
		t.Fatal(err)
	}
	if ev := <-created; ev.Type != zk.EventNodeCreated {
		t.Errorf("told of %+v", ev)
	}
}

// TestWatchesSetAgainAreAnsweredByTheirXid: the Go client asks for its watches under the
// xid -8, Java's gives that request a number like any other, and hangs up when the
// answer has another one.
func TestWatchesSetAgainAreAnsweredByTheirXid(t *testing.T) {
	const setWatches = 101
	e := zktest.Start(t, 1)
	e.AwaitLeader()
	for _, xid := range []int32{-8, 7} {
		c, err := net.Dial("tcp", e.Servers()[0])
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		// A protocol version, a zxid, a time-out, no session and its password.
		tell(t, c, int32(0), int64(0), int32(2000), int64(0), int32(16), [16]byte{})
		hear(t, c)
		// The last zxid that was seen, and lists of one, none and none.
		tell(t, c, xid, int32(setWatches), int64(0), int32(1), int32(2), [2]byte{'/', 'w'}, int32(0), int32(0))
		if got := int32(binary.BigEndian.Uint32(hear(t, c))); got != xid {
			t.Errorf("watches asked for under the xid %d are answered under %d", xid, got)
		}
	}
}

// tell writes a frame.
func tell(t *testing.T, c net.Conn, fields ...any) {
	t.Helper()
	var b bytes.Buffer
	for _, f := range fields {
		binary.Write(&b, binary.BigEndian, f) // of a size that is fixed, into memory
	}
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(b.Len())), b.Bytes()...)); err != nil {
		t.Fatal(err)
	}
}

// hear reads a frame.
func hear(t *testing.T, c net.Conn) []byte {
	t.Helper()
	var length uint32
	if err := binary.Read(c, binary.BigEndian, &length); err != nil {
		t.Fatal(err)
	}
	frame := make([]byte, length)
	if _, err := io.ReadFull(c, frame); err != nil {
		t.Fatal(err)
	}
	return frame
}

// TestManyClients: versions are given once each, whoever asks.
func TestManyClients(t *testing.T) {
	e := zktest.Start(t, 3)
	first, _ := connect(t, e.Servers(), 2*time.Second)
	if _, err := first.Create("/n", nil, 0, anybody); err != nil {
		t.Fatal(err)
	}
	const clients, each = 8, 20
	var wg sync.WaitGroup
	seen := make(chan int32, clients*each)
	for i := range clients {
		c, _ := connect(t, e.Servers()[i%3:i%3+1], 2*time.Second)
		wg.Go(func() {
			for range each {
				stat, err := c.Set("/n", nil, -1)
				if err != nil {
					t.Error(err)
					return
				}
				seen <- stat.Version
			}
		})
	}
	wg.Wait()
	close(seen)
	versions := map[int32]bool{}
	for v := range seen {
		versions[v] = true
	}
	if len(versions) != clients*each {
		t.Errorf("%d sets gave %d versions", clients*each, len(versions))
	}
}
