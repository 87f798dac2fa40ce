package sim

import (
	"fmt"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// TestQueueSorts holds the heap to a stable sort by time, while items come and
// go.
func TestQueueSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var want []item
		for n := range uint32(rapid.IntRange(1, 200).Draw(t, "steps")) {
			if len(want) > 0 && rapid.IntRange(0, 2).Draw(t, "take") == 0 {
				if got := q.take(); got.a != want[0].a || got.at != want[0].at {
					t.Fatalf("took item %d of time %d, want %d of %d", got.a, got.at, want[0].a, want[0].at)
				}
				want = want[1:]
				continue
			}
			it := item{at: rapid.Int64Range(0, 20).Draw(t, "at"), a: n}
			q.put(it)
			want = append(want, it)
			sort.SliceStable(want, func(i, j int) bool { return want[i].at < want[j].at })
		}
		if q.len() != len(want) {
			t.Fatalf("%d items are left, want %d", q.len(), len(want))
		}
	})
}

// bed is a kernel under machines that do what a test tells them.
type bed struct {
	kernel
	seen   []string          // events that processes took, and what the world saw
	on     map[string]func() // at what the world sees
	script map[paxos.ID]func(ev *paxos.Event, out *paxos.Effects)
}

type scripted struct {
	b  *bed
	id paxos.ID
}

func (s *scripted) Step(ev *paxos.Event, out *paxos.Effects) {
	text := map[paxos.EventKind]string{
		paxos.Boot: "boot", paxos.Arrived: "msg", paxos.Fired: "timer", paxos.Logged: "logged", paxos.Dialled: "dialled",
		paxos.Opened: "opened", paxos.Closed: "closed",
	}[ev.Kind]
	switch ev.Kind {
	case paxos.Arrived:
		text = fmt.Sprintf("%s %d/%d", text, ev.Msg.Conn, ev.Msg.Round)
	case paxos.Logged:
		text = fmt.Sprintf("%s %v", text, ev.Zxid)
	}
	s.b.see(fmt.Sprintf("%v %s", s.id, text))
	if f := s.b.script[s.id]; f != nil {
		f(ev, out)
	}
}

func newBed(processes int, seed uint64, n plan.Net) *bed {
	b := &bed{on: map[string]func(){}, script: map[paxos.ID]func(*paxos.Event, *paxos.Effects){}}
	p := &plan.Plan{Seed: seed, Topology: plan.Topology{Servers: processes, Net: n, Disk: plan.Disk{Sync: 10, Jitter: 5}}}
	b.init(p, processes+1, b)
	for id := 1; id <= processes; id++ {
		d := zab.NewDurable(zookeeper.NewTree())
		b.procs[id].disk = &disk{durable: &d}
		b.kernel.start(&b.procs[id], &scripted{b, paxos.ID(id)})
	}
	b.seen = nil
	return b
}

// onDisk is what a process has on its disk.
func (b *bed) onDisk(id paxos.ID) *zab.Durable { return b.procs[id].disk.durable.(*zab.Durable) }

func (b *bed) see(what string) {
	b.seen = append(b.seen, what)
	if f := b.on[what]; f != nil {
		delete(b.on, what)
		f()
	}
}

func (b *bed) sent(*process, *paxos.Message) int64           { return 0 }
func (b *bed) arrived(*process, *paxos.Message, int64) int64 { return 0 }
func (b *bed) lost(m *paxos.Message, _ int64)                { b.see(fmt.Sprintf("lost %d", m.Round)) }
func (b *bed) noted(*process, *paxos.Note)                   { b.see("note") }
func (b *bed) wrote(_ *process, what string, _ uint32, _ paxos.Zxid, _ uint64) {
	b.see("wrote " + what)
}
func (b *bed) synced(_ *process, what string, _ paxos.Zxid) { b.see("synced " + what) }
func (b *bed) reached(*process, string, string, paxos.ID)   {}
func (b *bed) stepped(*process)                             {}
func (b *bed) exited(p *process)                            { b.crash(p) }
func (b *bed) fired(uint32, uint32)                         {}

// do lets a process have effects outside of an event.
func (b *bed) do(id paxos.ID, f func(out *paxos.Effects)) {
	p := &b.procs[id]
	p.out.Reset()
	p.next = 0
	f(&p.out)
	b.carryOut(p)
}

func (b *bed) rest() {
	for b.step() {
	}
}

func (b *bed) until(now int64) {
	for b.queue.len() > 0 && b.queue.items[0].at <= now {
		b.step()
	}
	b.now = max(b.now, now)
}

// accepting lets server 2 accept connections, and connects 1 to it n times.
func (b *bed) accepting(n int) {
	b.script[2] = func(ev *paxos.Event, out *paxos.Effects) {
		if ev.Kind == paxos.Dialled {
			out.Accept(ev.Conn)
		}
	}
	for range n {
		b.do(1, func(out *paxos.Effects) { out.Dial(2) })
	}
	b.rest()
	b.seen = nil
}

// TestConnectionsKeepOrder sends over two connections while the link is made
// slow, lossy, cut and healed at random moments: on each connection everything
// arrives, once and in order.
func TestConnectionsKeepOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBed(2, rapid.Uint64().Draw(t, "seed"), plan.Net{Delay: 100, Jitter: 400, Loss: 100_000, Slow: 100_000, SlowBy: 5000})
		b.accepting(2)
		l := b.net.link(1, 2)
		sent := [3]uint32{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				if !l.cut {
					l.cut = true
					b.stop(1, 2)
				}
			case 1:
				b.heal(1, 2)
			case 2:
				l.delay, l.jitter, l.loss = rapid.Int64Range(0, 1000).Draw(t, "delay"), rapid.Int64Range(0, 5000).Draw(t, "jitter"), 200_000
			case 3:
				l.delay, l.jitter, l.loss = 0, 0, 0
			case 4:
				b.until(b.now + rapid.Int64Range(1, 1000).Draw(t, "pause"))
			default:
				c := rapid.IntRange(1, 2).Draw(t, "connection")
				sent[c]++
				b.do(1, func(out *paxos.Effects) { out.Send(2, paxos.Conn(c), paxos.Ack).Round = sent[c] })
			}
		}
		b.heal(1, 2)
		b.rest()
		got := [3]uint32{}
		for _, s := range b.seen {
			var c, n uint32
			if k, _ := fmt.Sscanf(s, "n2 msg %d/%d", &c, &n); k == 2 {
				if got[c]++; n != got[c] {
					t.Fatalf("connection %d: message %d came where %d was due", c, n, got[c])
				}
			}
		}
		if got != sent {
			t.Fatalf("sent %v, arrived %v", sent[1:], got[1:])
		}
	})
}

func TestNetwork(t *testing.T) {
	quick := plan.Net{Delay: 100, Jitter: 50}
	cut := func(b *bed, from, to paxos.ID) {
		b.net.link(from, to).cut = true
		b.stop(from, to)
	}
	send := func(b *bed, c paxos.Conn, round uint32) {
		b.do(1, func(out *paxos.Effects) { out.Send(2, c, paxos.Ack).Round = round })
	}
	for _, c := range []struct {
		name string
		do   func(b *bed)
		want []string
	}{
		{"a datagram meets a cut", func(b *bed) { cut(b, 1, 2); send(b, 0, 7); b.heal(1, 2) }, []string{"lost 7"}},
		{"a datagram is on its way", func(b *bed) { send(b, 0, 7); cut(b, 1, 2); b.heal(1, 2) }, []string{"lost 7"}},
		{"a message waits for the link", func(b *bed) { cut(b, 1, 2); send(b, 1, 7); b.until(b.now + 9999); b.see("heal"); b.heal(1, 2) }, []string{"heal", "n2 msg 1/7"}},
		{"the other way is open", func(b *bed) { cut(b, 2, 1); send(b, 1, 7) }, []string{"n2 msg 1/7"}},
		{"on its way, then cut, keeps its place", func(b *bed) {
			send(b, 1, 7)
			cut(b, 1, 2)
			send(b, 1, 8)
			b.until(b.now + 9999)
			b.heal(1, 2)
		}, []string{"n2 msg 1/7", "n2 msg 1/8"}},
		{"a dial into a cut", func(b *bed) {
			cut(b, 1, 2)
			b.do(1, func(out *paxos.Effects) { out.Dial(2) })
			b.until(b.now + dialTimeout - 1)
			b.see("late")
		}, []string{"late", "n1 closed"}},
		{"a dial to one who is down", func(b *bed) {
			b.crash(&b.procs[2])
			b.do(1, func(out *paxos.Effects) { out.Dial(2) })
		}, []string{"n1 closed", "n1 closed"}},
		{"a crash hangs up", func(b *bed) { b.crash(&b.procs[2]) }, []string{"n1 closed"}},
		{"a crash behind a cut is not heard", func(b *bed) { cut(b, 2, 1); b.crash(&b.procs[2]) }, nil},
		{"closed: the other end hears it, after what was sent", func(b *bed) {
			b.do(1, func(out *paxos.Effects) { out.Send(2, 1, paxos.Ack).Round = 7; out.Close(1); out.Send(2, 1, paxos.Ack) })
		}, []string{"n2 msg 1/7", "n2 closed"}},
		{"what comes for one who is down is gone", func(b *bed) { send(b, 0, 7); b.crash(&b.procs[2]) }, []string{"n1 closed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(2, 1, quick)
			b.accepting(1)
			c.do(b)
			b.rest()
			if !slices.Equal(b.seen, c.want) {
				t.Errorf("seen %q, want %q", b.seen, c.want)
			}
		})
	}
}

func entry(n uint32) paxos.Entry {
	return paxos.Entry{Zxid: paxos.MakeZxid(1, n), Cmd: &zookeeper.Txn{}}
}

// TestCrashKeepsABeginning crashes a server with a batch being written: what is
// left of it is its beginning, of any length, and nothing of what had not begun.
func TestCrashKeepsABeginning(t *testing.T) {
	kept := map[int]bool{}
	for seed := range uint64(200) {
		b := newBed(1, seed, plan.Net{})
		for n := range uint32(6) { // 1 is written at once, 2 to 4 make the next batch, 5 and 6 wait
			if n == 4 {
				b.until(b.now + 15)
			}
			b.do(1, func(out *paxos.Effects) { out.Append(entry(n + 1)) })
		}
		b.crash(&b.procs[1])
		log := b.onDisk(1).Log
		for i, e := range log {
			if e.Zxid.Counter() != uint32(i+1) {
				t.Fatalf("seed %d: the log is %v", seed, log)
			}
		}
		kept[len(log)] = true
		b.rest()
	}
	if want := map[int]bool{1: true, 2: true, 3: true, 4: true}; len(kept) != len(want) || !kept[1] || !kept[4] {
		t.Errorf("lengths of the log after a crash: %v, want 1 to 4", kept)
	}
}

// TestCrashBetweenEffects has a step write, send, write and tell, and crashes the
// server at each moment that can be seen. What was to come does not happen, and a
// write that was under way has happened or not.
func TestCrashBetweenEffects(t *testing.T) {
	for _, c := range []struct {
		at       string
		arrives  bool
		accepted []uint32 // possible contents of the disk
		current  []uint32
	}{
		{"wrote acceptedEpoch", false, []uint32{0}, []uint32{0}},
		{"under way", false, []uint32{0, 5}, []uint32{0}},
		{"synced acceptedEpoch", false, []uint32{5}, []uint32{0}},
		{"wrote currentEpoch", true, []uint32{5}, []uint32{0}},
		{"synced currentEpoch", true, []uint32{5}, []uint32{5}},
		{"note", true, []uint32{5}, []uint32{5}},
	} {
		t.Run(c.at, func(t *testing.T) {
			found := map[uint32]bool{}
			for seed := range uint64(20) {
				b := newBed(2, seed, plan.Net{Delay: 3})
				b.on[c.at] = func() { b.crash(&b.procs[1]) }
				b.do(1, func(out *paxos.Effects) {
					out.Persist(paxos.Write{Kind: paxos.AcceptedEpoch, Epoch: 5})
					out.Send(2, 0, paxos.Ack).Round = 7
					out.Persist(paxos.Write{Kind: paxos.CurrentEpoch, Epoch: 5})
					out.Tell(paxos.Note{})
				})
				b.see("under way")
				b.rest()
				d := b.onDisk(1)
				found[d.AcceptedEpoch] = true
				if !slices.Contains(c.accepted, d.AcceptedEpoch) || !slices.Contains(c.current, d.CurrentEpoch) {
					t.Fatalf("on disk are epochs %d/%d, want %v/%v", d.AcceptedEpoch, d.CurrentEpoch, c.accepted, c.current)
				}
				if got := slices.Contains(b.seen, "n2 msg 0/7"); got != c.arrives {
					t.Fatalf("the message arrived: %v; seen %q", got, b.seen)
				}
			}
			if len(found) != len(c.accepted) {
				t.Errorf("20 seeds left %v on disk, want each of %v", found, c.accepted)
			}
		})
	}
}

// TestPauseHolds: what comes for a paused process waits, and is given in order.
// The same goes for a process in the middle of a write, and for both at once.
func TestPauseHolds(t *testing.T) {
	b := newBed(2, 1, plan.Net{Delay: 3})
	p := &b.procs[2]
	b.accepting(1)
	b.do(2, func(out *paxos.Effects) {
		out.Persist(paxos.Write{Kind: paxos.AcceptedEpoch, Epoch: 1})
		out.Tell(paxos.Note{})
	})
	b.pause(p)
	for n := range uint32(3) {
		b.do(1, func(out *paxos.Effects) { out.Send(2, 1, paxos.Ack).Round = n })
	}
	b.rest()
	if want := []string{"wrote acceptedEpoch", "synced acceptedEpoch"}; !slices.Equal(b.seen, want) {
		t.Fatalf("while paused: %q, want %q", b.seen, want)
	}
	b.seen = nil
	b.resume(p)
	if want := []string{"note", "n2 msg 1/0", "n2 msg 1/1", "n2 msg 1/2"}; !slices.Equal(b.seen, want) {
		t.Errorf("after it: %q, want %q", b.seen, want)
	}
}

// TestDrainWaitsForTheLog: the effects after a drain come when all that was
// appended before is on disk.
func TestDrainWaitsForTheLog(t *testing.T) {
	b := newBed(1, 1, plan.Net{})
	b.do(1, func(out *paxos.Effects) {
		out.Append(entry(1))
		out.Append(entry(2))
		out.Persist(paxos.Write{Kind: paxos.Drain})
		out.Tell(paxos.Note{})
	})
	b.rest()
	note := slices.Index(b.seen, "note")
	if n := len(b.onDisk(1).Log); n != 2 || note < 0 {
		t.Fatalf("%d entries on disk, seen %q", n, b.seen)
	}
	synced := 0
	for _, s := range b.seen[:note] {
		if s == "synced log" {
			synced++
		}
	}
	if synced != 2 {
		t.Errorf("seen %q, want both batches on disk before the note", b.seen)
	}
}
