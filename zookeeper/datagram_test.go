package zookeeper

import (
	"testing"

	"github.com/schismlab/schism/paxos"
)

// follower is a consensus that follows n1 without a connection, as of Epoch 7,
// and has applied what the test says.
type follower struct{ db paxos.DB }

func (f *follower) Step(*paxos.Event, *paxos.Effects)                         {}
func (f *follower) Propose(paxos.Command, *paxos.Effects) paxos.Zxid          { panic("it does not lead") }
func (f *follower) Database() paxos.DB                                        { return f.db }
func (f *follower) Pending() int                                              { return 0 }
func (f *follower) LastProposed() paxos.Zxid                                  { return f.db.Zxid }
func (f *follower) Role() paxos.Role                                          { return paxos.Following }
func (f *follower) Epoch() uint32                                             { return 7 }
func (f *follower) Serves() bool                                              { return true }
func (f *follower) LeaderConn() (leader paxos.ID, conn paxos.Conn, ok bool)   { return 1, 0, true }
func (f *follower) LearnerConn(from paxos.ID, conn paxos.Conn) (learner bool) { return false }

// TestDatagrams takes a client's sync through a follower whose leader's words may
// be lost: it asks until it is answered, by a leader of its time, and answers
// when it has applied what the leader had.
func TestDatagrams(t *testing.T) {
	const tick, timer = 2000, 3
	below := &follower{paxos.DB{State: NewTree(), Zxid: 3}}
	s := NewServer(&Config{ID: 2, Tick: tick, Timer: timer, OwnTimer: true}, below)
	client := paxos.Client(1)
	step := func(ev paxos.Event) *paxos.Effects {
		var out paxos.Effects
		s.Step(&ev, &out)
		return &out
	}
	arrived := func(m paxos.Message) *paxos.Effects {
		return step(paxos.Event{Kind: paxos.Arrived, From: m.From, Conn: m.Conn, Msg: &m})
	}
	sent := func(out *paxos.Effects, when string, kinds ...paxos.Kind) {
		t.Helper()
		if len(out.Msgs) != len(kinds) {
			t.Fatalf("%s: %d messages, want %v: %+v", when, len(out.Msgs), kinds, out.Msgs)
		}
		for i, m := range out.Msgs {
			if m.Kind != kinds[i] || m.To == 1 && m.Epoch != 7 {
				t.Errorf("%s: %v of epoch %d to %v, want %v", when, m.Kind, m.Epoch, m.To, kinds[i])
			}
		}
	}
	halfTick := paxos.Event{Kind: paxos.Fired, Timer: timer}

	step(paxos.Event{Kind: paxos.Dialled, From: client, Conn: 1})
	sent(arrived(paxos.Message{Kind: paxos.Connect, From: client, Conn: 1, Session: 5}), "connect", paxos.Revalidate)
	sent(step(halfTick), "no answer yet", paxos.Revalidate)
	alive := paxos.Message{Kind: paxos.Revalidate, From: 1, Session: 5, OK: true, Epoch: 6}
	sent(arrived(alive), "an answer of another time")
	alive.Epoch = 7
	sent(arrived(alive), "the answer", paxos.Connected)
	sent(arrived(alive), "the answer again")
	sent(step(halfTick), "nothing is open")

	r := &Request{Session: 5, Cxid: 1, Op: OpSync, Path: "/", Server: 2}
	sent(arrived(paxos.Message{Kind: paxos.Call, From: client, Conn: 1, Session: 5, Body: r}), "sync", paxos.Sync)
	sent(step(halfTick), "no answer yet", paxos.Sync)
	synced := paxos.Message{Kind: paxos.Sync, From: 1, Zxid: 4, Epoch: 7, Body: r}
	sent(arrived(synced), "slot 4 is still on its way")
	sent(arrived(synced), "the same again")
	below.db.Zxid = 4 // a no-op: nothing was applied that the server sees
	sent(step(paxos.Event{Kind: paxos.Fired}), "slot 4 is there", paxos.Reply)
	sent(arrived(synced), "late again")
}
