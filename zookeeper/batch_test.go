package zookeeper

import (
	"fmt"
	"slices"
	"testing"

	"github.com/schismlab/schism/paxos"
)

// batch is a leader alone that applies all that was proposed at once, whenever
// it is told to: a real one does so when its own disk was the last to write.
type batch struct {
	db       paxos.DB
	proposed []paxos.Entry
	begun    bool
}

func (b *batch) Propose(cmd paxos.Command, _ *paxos.Effects) paxos.Zxid {
	b.proposed = append(b.proposed, paxos.Entry{Zxid: b.LastProposed() + 1, Cmd: cmd})
	return b.LastProposed()
}

func (b *batch) Step(_ *paxos.Event, out *paxos.Effects) {
	if !b.begun {
		b.begun = true
		out.Tell(paxos.Note{Kind: paxos.Serving})
	}
	for _, e := range b.proposed {
		b.db = b.db.Apply(e)
		out.Applied = append(out.Applied, paxos.Outcome{Entry: e, DB: b.db})
	}
	b.proposed = nil
}

func (b *batch) LastProposed() paxos.Zxid {
	if n := len(b.proposed); n > 0 {
		return b.proposed[n-1].Zxid
	}
	return b.db.Zxid
}

func (b *batch) Database() paxos.DB                              { return b.db }
func (b *batch) Pending() int                                    { return len(b.proposed) }
func (b *batch) Role() paxos.Role                                { return paxos.Leading }
func (b *batch) Epoch() uint32                                   { return 1 }
func (b *batch) Serves() bool                                    { return true }
func (b *batch) LeaderConn() (id paxos.ID, c paxos.Conn, f bool) { return 0, 0, false }
func (b *batch) LearnerConn(paxos.ID, paxos.Conn) bool           { return false }

// TestBatchIsToldOneByOne: a step that applies several transactions tells of
// each as if it were the last. What c1 asked for before the third is answered
// as of the second, and what it asks for next waits for the event of the third,
// on which it has a watch.
func TestBatchIsToldOneByOne(t *testing.T) {
	server := NewServer(&Config{ID: 1, Tick: 1e6}, &batch{db: paxos.DB{State: NewTree()}})
	var out paxos.Effects
	step := func(ev paxos.Event) { server.Step(&ev, &out) }
	say := func(n int, m paxos.Message) {
		step(paxos.Event{Kind: paxos.Arrived, From: paxos.Client(n), Conn: paxos.Conn(n), Msg: &m})
	}
	ask := func(n int, r Request) {
		r.Server, r.Session = 1, 1<<56|int64(n)
		say(n, paxos.Message{Kind: paxos.Call, Body: &r})
	}
	apply := func() { step(paxos.Event{Kind: paxos.Logged}) }
	apply()
	for n := 1; n <= 2; n++ {
		step(paxos.Event{Kind: paxos.Dialled, From: paxos.Client(n), Conn: paxos.Conn(n)})
		say(n, paxos.Message{Kind: paxos.Connect, Body: &Request{Timeout: 1e9}})
	}
	apply()
	ask(2, Request{Op: OpCreate, Path: "/a", Data: "old", Cxid: 1})
	apply()
	ask(1, Request{Op: OpGet, Path: "/a", Watch: true, Cxid: 1})
	ask(2, Request{Op: OpCreate, Path: "/b", Cxid: 2})
	ask(1, Request{Op: OpSync, Path: "/a", Cxid: 2})
	ask(1, Request{Op: OpGet, Path: "/a", Cxid: 3})
	ask(2, Request{Op: OpGet, Path: "/b", Cxid: 3})
	server.Consensus().Propose(prepare(server.prep, &Request{Op: OpSet, Path: "/a", Data: "new", Version: -1, Session: 1<<56 | 2}), &out)
	out.Reset()
	apply()
	var told []string
	for i := range out.Msgs {
		switch body := out.Msgs[i].Body.(type) {
		case *Reply:
			told = append(told, fmt.Sprintf("c%d: %s%s as of %v", out.Msgs[i].Conn, body.Path, body.Data, body.Zxid))
		case *WatchedEvent:
			told = append(told, fmt.Sprintf("c%d: %s %v", out.Msgs[i].Conn, body.Path, body.Type))
		default:
			t.Errorf("a message with %T", body)
		}
	}
	want := []string{"c2: /b as of 0:4", "c2:  as of 0:4", "c1: /a as of 0:4", "c1: old as of 0:4", "c1: /a data"}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%q, want\n%q", told, want)
	}
}
