package sim

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
)

// disk is a server's disk: what is on it for good, and what is on the way.
type disk struct {
	durable durable
	// queue is what was appended to the log and is not yet being written;
	// flushing is the batch whose write and fsync are under way.
	queue, flushing []paxos.Entry
	// write is the synchronous write under way; draining says that it waits for
	// the log's queue to be empty.
	write    *paxos.Write
	draining bool
}

// durable is all that survives a crash, of one protocol.
type durable interface {
	// Do carries out a synchronous write, Append adds an entry from the log's
	// queue.
	Do(w *paxos.Write)
	Append(e paxos.Entry)
}

func (k *kernel) diskTime() int64 {
	return int64(k.diskDraw.Duration(k.diskModel.Sync, k.diskModel.Sync+k.diskModel.Jitter))
}

// persist begins a synchronous write. It is true when the process must wait.
func (k *kernel) persist(p *process, w *paxos.Write) bool {
	d := p.disk
	digest := uint64(0)
	if w.Cmd != nil {
		digest = w.Cmd.Digest()
	}
	k.world.wrote(p, w.Kind.String(), w.Epoch, w.Zxid, digest)
	if !p.up {
		return true
	}
	d.write, p.writing = w, true
	if w.Kind == paxos.Drain {
		if len(d.queue) == 0 && len(d.flushing) == 0 {
			d.write, p.writing = nil, false
			return false
		}
		d.draining = true
		return true
	}
	k.queue.put(item{at: k.now + k.diskTime(), what: writeDone, proc: p.id, b: p.life})
	return true
}

// writeDone completes the write and goes on with the effects after it.
func (k *kernel) writeDone(p *process) {
	d := p.disk
	w := d.write
	d.durable.Do(w)
	d.write = nil
	k.world.synced(p, w.Kind.String(), w.Zxid)
	k.goOn(p)
}

// goOn carries out what had to wait for a write, and then takes the events that
// came meanwhile. A paused process does so when it is resumed.
func (k *kernel) goOn(p *process) {
	if !p.up {
		return
	}
	p.writing = false
	if p.paused {
		return
	}
	k.carryOut(p)
	if p.up && !p.paused && !p.writing {
		k.drain(p)
	}
}

// append hands an entry to the log's writer, which takes all that has gathered
// at a time (SyncRequestProcessor).
func (k *kernel) append(p *process, e paxos.Entry) {
	k.world.wrote(p, "log", 0, e.Zxid, e.Chain)
	if !p.up {
		return
	}
	p.disk.queue = append(p.disk.queue, e)
	if len(p.disk.flushing) == 0 {
		k.flush(p)
	}
}

func (k *kernel) flush(p *process) {
	d := p.disk
	d.flushing, d.queue = d.queue, d.flushing[:0]
	k.queue.put(item{at: k.now + k.diskTime(), what: flushDone, proc: p.id, b: p.life})
}

func (k *kernel) flushDone(p *process) {
	d := p.disk
	for _, e := range d.flushing {
		d.durable.Append(e)
	}
	last := d.flushing[len(d.flushing)-1].Zxid
	d.flushing = d.flushing[:0]
	k.world.synced(p, "log", last)
	if !p.up {
		return
	}
	if len(d.queue) > 0 {
		k.flush(p)
	}
	k.give(p, queued{ev: paxos.Event{Kind: paxos.Logged, Zxid: last}, slot: -1, cause: p.cause})
	if d.draining && p.up && len(d.flushing) == 0 {
		d.draining, d.write = false, nil
		k.goOn(p)
	}
}

// crash keeps of the batch that was being written a part from its beginning: the
// record that was torn fails its checksum and ends the log. A synchronous write
// replaces its file as a whole, so it has happened or not.
func (d *disk) crash(draw *plan.Stream) {
	if n := len(d.flushing); n > 0 {
		for _, e := range d.flushing[:draw.Intn(n+1)] {
			d.durable.Append(e)
		}
	}
	if d.write != nil && d.write.Kind != paxos.Drain && draw.Intn(2) == 0 {
		d.durable.Do(d.write)
	}
	d.queue, d.flushing, d.write, d.draining = d.queue[:0], d.flushing[:0], nil, false
}
