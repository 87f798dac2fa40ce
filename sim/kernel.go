package sim

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
)

// Machine is a process of the simulation: a server or a client.
type Machine interface {
	Step(ev *paxos.Event, out *paxos.Effects)
}

// timersPerProcess bounds the timers that a machine may set.
const timersPerProcess = 6

// process is a machine and what surrounds it: its disk, its timers, and what
// waits while it is paused or in the middle of a write.
type process struct {
	id      paxos.ID
	machine Machine
	up      bool
	paused  bool
	// life counts starts, so that what was meant for an earlier life is known.
	life uint32
	// drift is how much faster its clock runs, in parts per million.
	drift  int64
	timers [timersPerProcess]timer

	// ev is the event being taken, here so that it need not be allocated; out are
	// the effects of its last step; next is the first of them not yet
	// carried out. writing: a synchronous write is under way, and the machine
	// takes no event until it and the effects after it are done.
	ev      paxos.Event
	out     paxos.Effects
	next    int
	writing bool
	inbox   []queued
	// cause is the log line of the event that the current effects come from.
	cause int64

	disk *disk // servers only
}

type timer struct {
	generation uint32
	due        int64
}

// queued is an event that waits for its process.
type queued struct {
	ev    paxos.Event
	slot  int32 // packet slot to be freed, -1 none
	cause int64
}

// kernel carries machines through virtual time: it takes the next item from the
// queue, gives the machine concerned its event, and carries out the effects. It
// is a value of one goroutine.
type kernel struct {
	now    int64
	queue  queue
	procs  []process // by ID
	events uint64    // events given to machines so far

	net network
	// Random streams, split by purpose.
	netDraw, diskDraw plan.Stream
	diskModel         plan.Disk
	dataModel         plan.Disk // of the disk of snapshots and epochs; the same if zero

	world observer
}

// observer is told what happens, in order. The world writes the log from it and
// acts upon protocol points.
type observer interface {
	// sent, arrived and lost concern messages between servers.
	sent(p *process, m *paxos.Message) int64
	arrived(p *process, m *paxos.Message, cause int64) int64
	lost(m *paxos.Message, cause int64)
	// reached is a protocol point, right after it.
	reached(p *process, verb, what string, peer paxos.ID)
	noted(p *process, n *paxos.Note)
	wrote(p *process, what string, epoch uint32, z paxos.Zxid, chain uint64)
	synced(p *process, what string, z paxos.Zxid)
	stepped(p *process)
	exited(p *process)
	fired(which, arg uint32)
}

func (k *kernel) init(p *plan.Plan, processes int, world observer) {
	k.procs = make([]process, processes)
	for i := range k.procs {
		k.procs[i].id = paxos.ID(i)
	}
	k.net.init(&p.Topology, processes)
	k.netDraw = plan.NewStream(p.Seed, "network")
	k.diskDraw = plan.NewStream(p.Seed, "disk")
	k.diskModel, k.dataModel = p.Topology.Disk, p.Topology.DataDisk
	k.world = world
}

// step takes the next item. It is false when nothing is left to happen.
func (k *kernel) step() bool {
	if k.queue.len() == 0 {
		return false
	}
	it := k.queue.take()
	if it.at < k.now {
		panic(fmt.Sprintf("sim: item of time %d at time %d", it.at, k.now))
	}
	k.now = it.at
	switch it.what {
	case packetArrives:
		k.deliver(int32(it.a), it.b)
	case timerFires:
		p := &k.procs[it.proc]
		if p.up && p.timers[it.a].generation == it.b {
			k.give(p, queued{ev: paxos.Event{Kind: paxos.Fired, Timer: uint8(it.a)}, slot: -1})
		}
	case writeDone:
		if p := &k.procs[it.proc]; p.up && p.life == it.b && p.disk.write != nil && p.disk.completes(volumeOf(p.disk.write.Kind), &it) {
			k.writeDone(p)
		}
	case flushDone:
		if p := &k.procs[it.proc]; p.up && p.life == it.b && p.disk.completes(logVolume, &it) {
			k.flushDone(p)
		}
	case saveDone:
		if p := &k.procs[it.proc]; p.up && p.life == it.b && p.disk.completes(dataVolume, &it) {
			k.saveDone(p)
		}
	case worldFires:
		k.world.fired(it.a, it.b)
	}
	return true
}

// give hands an event to a process, now or when it can take it.
func (k *kernel) give(p *process, q queued) {
	if p.paused || p.writing {
		p.inbox = append(p.inbox, q)
		return
	}
	k.take(p, q)
	k.drain(p)
}

// drain gives a process what has waited for it.
func (k *kernel) drain(p *process) {
	life := p.life
	for n := 0; n < len(p.inbox); n++ {
		if p.paused || p.writing || p.life != life {
			p.inbox = append(p.inbox[:0], p.inbox[n:]...)
			return
		}
		k.take(p, p.inbox[n])
	}
	if p.life == life {
		p.inbox = p.inbox[:0]
	}
}

func (k *kernel) take(p *process, q queued) {
	k.events++
	p.out.Reset()
	p.next = 0
	p.cause = q.cause
	p.ev = q.ev
	if q.slot >= 0 {
		m := &k.net.packets[q.slot].msg
		p.ev.Msg = m
		if p.id.IsServer() && m.From.IsServer() {
			p.cause = k.world.arrived(p, m, q.cause)
		}
	}
	if !p.up { // a protocol point has ended it just now
		if q.slot >= 0 {
			k.net.free(q.slot)
		}
		return
	}
	p.machine.Step(&p.ev, &p.out)
	if q.slot >= 0 {
		k.net.free(q.slot)
	}
	k.carryOut(p)
}

// carryOut carries out the effects of a step, in order, until one has to be
// waited for.
func (k *kernel) carryOut(p *process) {
	life := p.life
	for p.next < len(p.out.List) {
		e := p.out.List[p.next]
		p.next++
		switch e.Kind {
		case paxos.Send:
			k.send(p, &p.out.Msgs[e.Index])
		case paxos.Dial:
			k.dial(p, e.To)
		case paxos.Accept:
			k.accept(p, e.Conn)
		case paxos.Close:
			k.close(p, e.Conn)
		case paxos.SetTo:
			k.setTimer(p, int(e.Index), e.After)
		case paxos.Persist:
			if k.persist(p, &p.out.Writes[e.Index]) {
				return
			}
		case paxos.Background:
			k.background(p, &p.out.Writes[e.Index])
		case paxos.Append:
			k.append(p, p.out.Entries[e.Index])
		case paxos.Tell:
			k.world.noted(p, &p.out.Notes[e.Index])
		case paxos.Exit:
			k.world.exited(p)
		default:
			panic(fmt.Sprintf("sim: effect of kind %d", e.Kind))
		}
		if p.life != life || !p.up {
			return // a protocol point has ended it between two effects
		}
	}
	k.world.stepped(p)
}

func (k *kernel) setTimer(p *process, i int, after int64) {
	t := &p.timers[i]
	t.generation++
	t.due = k.now + after - after/1_000_000*p.drift
	k.queue.put(item{at: t.due, what: timerFires, proc: p.id, a: uint32(i), b: t.generation})
}

// start begins a new life of a process.
func (k *kernel) start(p *process, m Machine) {
	if p.up {
		panic(fmt.Sprintf("sim: %v is up already", p.id))
	}
	p.machine, p.up, p.paused, p.writing = m, true, false, false
	p.life++
	k.give(p, queued{ev: paxos.Event{Kind: paxos.Boot}, slot: -1, cause: p.cause})
}

// crash ends a process at once. Its peers learn of it as the network lets them;
// its disk keeps what was synced, and of what was being written a part.
func (k *kernel) crash(p *process) {
	if !p.up {
		return
	}
	p.up, p.paused, p.writing = false, false, false
	p.life++
	for i := range p.timers {
		p.timers[i].generation++
	}
	for i := range p.inbox {
		if s := p.inbox[i].slot; s >= 0 {
			k.net.free(s)
		}
	}
	p.inbox = p.inbox[:0]
	p.next = len(p.out.List)
	if p.disk != nil {
		p.disk.crash(&k.diskDraw)
	}
	k.net.hangUpAll(k, p.id)
}

func (k *kernel) pause(p *process) { p.paused = p.up }

func (k *kernel) resume(p *process) {
	if !p.paused {
		return
	}
	p.paused = false
	if !p.writing {
		k.goOn(p)
	}
}

// jump moves a process's wall clock. Only timers that hang on the wall clock
// notice; from ZooKeeper 3.5 on none does (ZOOKEEPER-1366).
func (k *kernel) jump(p *process, by int64, wallTimers bool) {
	if !wallTimers || !p.up {
		return
	}
	for i := range p.timers {
		if t := &p.timers[i]; t.due > k.now {
			t.generation++
			t.due = max(k.now, t.due-by)
			k.queue.put(item{at: t.due, what: timerFires, proc: p.id, a: uint32(i), b: t.generation})
		}
	}
}

// wake makes the world's timer fire.
func (k *kernel) wake(after int64, which, arg uint32) {
	k.queue.put(item{at: k.now + after, what: worldFires, a: which, b: arg})
}
