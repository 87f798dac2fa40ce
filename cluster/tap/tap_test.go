package tap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/cluster/tap"
	"github.com/schismlab/schism/runlog"
)

// record is a recorder, and what it wrote once it has ended.
type record struct {
	*tap.Recorder
	log  *runlog.Writer
	text bytes.Buffer
}

func newRecord() *record {
	r := &record{}
	r.log = runlog.NewWriter(&r.text, runlog.Header{Scenario: "record", World: checker.Recorded})
	r.Recorder = tap.NewRecorder(r.log)
	return r
}

func (r *record) events(t *testing.T) (runlog.Header, []runlog.Event) {
	t.Helper()
	if err := r.log.Flush(); err != nil {
		t.Fatal(err)
	}
	h, events, err := runlog.ReadAll("log", &r.text)
	if err != nil {
		t.Fatal(err)
	}
	return h, events
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

// TestRealClients: three clients of real servers, each with several calls open
// at once, are recorded as a history that the witness finds in order.
func TestRealClients(t *testing.T) {
	e, err := local.Start(t.Context(), cluster.Options{Servers: 3, Dir: t.TempDir(), Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 4, Seed: 1})
	var lacks *cluster.NotReady
	if errors.As(err, &lacks) {
		t.Skip("not ready: " + lacks.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	rec := newRecord()
	var taps []*tap.Tap
	var addrs []string
	for n := 1; n <= 3; n++ {
		tp, err := tap.Listen(t.Context(), rec.Recorder, n, e.ClientAddr(n), 0)
		if err != nil {
			t.Fatal(err)
		}
		taps, addrs = append(taps, tp), append(addrs, tp.Addr())
	}
	const clients, lanes, rounds = 3, 4, 25
	var busy sync.WaitGroup
	for c := range clients {
		conn, states, err := zk.Connect(addrs[c:], 10*time.Second, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
		if err != nil {
			t.Fatal(err)
		}
		for s := range states {
			if s.State == zk.StateHasSession {
				break
			}
		}
		var own sync.WaitGroup
		for l := range lanes {
			own.Go(func() { work(t, conn, fmt.Sprintf("/c%d-%d", c, l), rounds) })
		}
		busy.Go(func() { own.Wait(); conn.Close() })
	}
	busy.Wait()
	for _, tp := range taps {
		if err := tp.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := rec.End(); err != nil {
		t.Error(err)
	}
	h, events := rec.events(t)
	judge(t, h, events, clients*lanes*rounds*4)
}

// work makes calls of every kind on a znode of its own and on one of all.
func work(t *testing.T, conn *zk.Conn, path string, rounds int) {
	expect := func(err error, allowed ...error) {
		for _, a := range append(allowed, nil) {
			if errors.Is(err, a) {
				return
			}
		}
		t.Errorf("%s: %v", path, err)
	}
	_, err := conn.Create(path, []byte{0xff, 0xfe}, zk.FlagEphemeral, zk.WorldACL(zk.PermAll))
	expect(err)
	_, err = conn.Create("/all", []byte("0"), 0, zk.WorldACL(zk.PermAll))
	expect(err, zk.ErrNodeExists)
	for i := range rounds {
		_, err := conn.Set("/all", fmt.Append(nil, path, i), -1)
		expect(err)
		_, _, err = conn.Get(path)
		expect(err)
		_, _, _, err = conn.ChildrenW("/")
		expect(err)
		if i%5 == 0 { // everybody watches the children of /
			_, err = conn.Create(path+"-new", nil, 0, zk.WorldACL(zk.PermAll))
			expect(err)
			expect(conn.Delete(path+"-new", -1))
		}
		_, err = conn.Multi(&zk.SetDataRequest{Path: path, Data: fmt.Append(nil, i), Version: int32(i)}, &zk.CheckVersionRequest{Path: "/all", Version: -1})
		expect(err)
	}
}

func judge(t *testing.T, h runlog.Header, events []runlog.Event, least int) {
	t.Helper()
	run, err := checker.NewRun(h, events)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.History) < least {
		t.Errorf("%d calls were recorded, want at least %d", len(run.History), least)
	}
	seen := false
	for _, r := range checker.Judge(run, checker.All(), checker.DefaultBudget) {
		seen = seen || r.Name == "witness"
		if !r.Verdict.Passes() {
			t.Errorf("%s: %v: %s", r.Name, r.Verdict, r.Why)
		}
	}
	if !seen {
		t.Error("the history has no zxids that the witness could go by")
	}
}

// TestForwards: what is no conversation passes, and spoils no record.
func TestForwards(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		c, err := server.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		word := make([]byte, 4)
		if _, err := io.ReadFull(c, word); err == nil {
			fmt.Fprintf(c, "you said %s", word)
		}
	}()
	rec := newRecord()
	tp, err := tap.Listen(t.Context(), rec.Recorder, 1, server.Addr().String(), 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", tp.Addr())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "ruok")
	answer, err := io.ReadAll(c)
	if err != nil || string(answer) != "you said ruok" {
		t.Errorf("%q, %v", answer, err)
	}
	if err := errors.Join(tp.Close(), rec.End()); err != nil {
		t.Error(err)
	}
	if _, events := rec.events(t); len(events) != 2 {
		t.Errorf("recorded %+v, want the end alone", events)
	}
}

// TestNonsense: a peer that speaks another protocol ends the record's claim to
// be whole, and is forwarded all the same.
func TestNonsense(t *testing.T) {
	rec := newRecord()
	c := rec.Conn(2)
	c.FromClient([]byte{0x7f, 1, 2, 3, 4})
	if err := rec.End(); err == nil || !strings.Contains(err.Error(), "a connection to n2: the client's frame is not understood") {
		t.Errorf("%v", err)
	}
	if _, end := rec.events(t); len(end) != 2 || end[1].Text == "" {
		t.Errorf("the log ends with %+v, want why it is not whole", end)
	}
}

func TestListenRefuses(t *testing.T) {
	if _, err := tap.Listen(t.Context(), newRecord().Recorder, 1, "no port", 0); err == nil || !strings.Contains(err.Error(), `server "no port": want HOST:PORT`) {
		t.Errorf("%v", err)
	}
}
