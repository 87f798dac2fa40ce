package sim

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
)

// volume is one of a server's two disks.
type volume uint8

const (
	logVolume  volume = iota // dataLogDir: the log
	dataVolume               // dataDir: snapshots and the epochs
	volumes
)

// volumeNames are what plans call them.
var volumeNames = [volumes]string{logVolume: plan.LogDisk, dataVolume: plan.DataDisk}

// volumeOf is where a write goes. To wait for the log's queue is the log's affair.
func volumeOf(kind paxos.WriteKind) volume {
	switch kind {
	case paxos.AcceptedEpoch, paxos.CurrentEpoch, paxos.SaveSnapshot, paxos.SaveScan, paxos.NextConfig, paxos.ActiveConfig:
		return dataVolume
	}
	return logVolume
}

// disk is a server's two disks: what is on them for good, and what is on the way.
type disk struct {
	durable durable
	// queue is what was appended to the log and is not yet being written;
	// flushing is the batch whose write and fsync are under way.
	queue, flushing []paxos.Entry
	// write is the synchronous write under way; draining says that it waits for
	// the log's queue to be empty.
	write    *paxos.Write
	draining bool
	// saving are the snapshots that a thread of its own is writing, oldest first.
	saving []paxos.Write
	// stalled disks bring nothing to an end; stalls counts, so that the end of what
	// was under way before is known to be void.
	stalled [volumes]bool
	stalls  [volumes]uint32
}

// durable is all that survives a crash, of one protocol.
type durable interface {
	// Do carries out a synchronous write, Append adds an entry from the log's
	// queue.
	Do(w *paxos.Write)
	Append(e paxos.Entry)
}

func (k *kernel) diskTime(v volume) int64 {
	m := &k.diskModel
	if v == dataVolume && k.dataModel != (plan.Disk{}) {
		m = &k.dataModel
	}
	return int64(k.diskDraw.Duration(m.Sync, m.Sync+m.Jitter))
}

// complete makes something end as soon as its disk has done it.
func (k *kernel) complete(p *process, v volume, what what) {
	if !p.disk.stalled[v] {
		k.queue.put(item{at: k.now + k.diskTime(v), what: what, proc: p.id, a: p.disk.stalls[v], b: p.life})
	}
}

// completes says whether what ends now was not put off.
func (d *disk) completes(v volume, it *item) bool { return !d.stalled[v] && d.stalls[v] == it.a }

// stall makes a disk bring nothing to an end any more, or lets it again: then what
// waits takes its time from now on.
func (k *kernel) stall(p *process, v volume, on bool) {
	d := p.disk
	d.stalled[v] = on
	d.stalls[v]++
	if on || !p.up {
		return
	}
	if d.write != nil && !d.draining && volumeOf(d.write.Kind) == v {
		k.complete(p, v, writeDone)
	}
	if v == logVolume && len(d.flushing) > 0 {
		k.complete(p, v, flushDone)
	}
	for range d.saving {
		if v == dataVolume {
			k.complete(p, v, saveDone)
		}
	}
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
	k.complete(p, volumeOf(w.Kind), writeDone)
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

// background begins a write that nothing waits for.
func (k *kernel) background(p *process, w *paxos.Write) {
	k.world.wrote(p, w.Kind.String(), w.Epoch, w.DB.Zxid, 0)
	if !p.up {
		return
	}
	p.disk.saving = append(p.disk.saving, *w)
	k.complete(p, dataVolume, saveDone)
}

func (k *kernel) saveDone(p *process) {
	d := p.disk
	w := d.saving[0]
	d.saving = append(d.saving[:0], d.saving[1:]...)
	d.durable.Do(&w)
	k.world.synced(p, w.Kind.String(), w.DB.Zxid)
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
	k.complete(p, logVolume, flushDone)
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
// replaces its file as a whole, so it has happened or not; and a snapshot that is
// cut short is known for that. A stalled disk keeps nothing of either.
func (d *disk) crash(draw *plan.Stream) {
	if n := len(d.flushing); n > 0 && !d.stalled[logVolume] {
		for _, e := range d.flushing[:draw.Intn(n+1)] {
			d.durable.Append(e)
		}
	}
	if d.write != nil && d.write.Kind != paxos.Drain && !d.stalled[volumeOf(d.write.Kind)] && draw.Intn(2) == 0 {
		d.durable.Do(d.write)
	}
	for i := range d.saving {
		if !d.stalled[dataVolume] && draw.Intn(2) == 0 {
			d.durable.Do(&d.saving[i])
		}
	}
	d.queue, d.flushing, d.saving, d.write, d.draining = d.queue[:0], d.flushing[:0], d.saving[:0], nil, false
}

// unstallAll lets every disk of every server go on.
func (r *run) unstallAll() {
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		p := &r.procs[id]
		for v := range volumes {
			if p.disk.stalled[v] {
				r.kernel.stall(p, v, false)
			}
		}
	}
}
