package zab

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/paxos"
)

// snapshotsKept is how many snapshots are kept (autopurge.snapRetainCount).
const snapshotsKept = 3

// Durable is what a server has on disk: all that survives a crash.
type Durable struct {
	// AcceptedEpoch is the last epoch whose leader this server has promised to
	// follow; CurrentEpoch the last one whose history it has taken over.
	// Invariant: CurrentEpoch <= AcceptedEpoch.
	AcceptedEpoch, CurrentEpoch uint32
	// Snaps are the snapshots, oldest first; never empty.
	Snaps []paxos.DB
	// Log is every transaction after Snaps[0], in order.
	Log []paxos.Entry
	// Active is the file of the configuration in force, Seen that of the one last
	// proposed (.dynamic, .dynamic.next); nil: never written.
	Active, Seen *paxos.Members
	// KeepLate is how this disk is dealt with: see KeepLateSnapshot.
	KeepLate bool
}

// NewDurable is the disk of a server that has never run.
func NewDurable(empty paxos.State) Durable {
	return Durable{Snaps: []paxos.DB{{State: empty}}}
}

// Append adds an entry that has reached the disk. The snapshots' disk may have been
// quicker, and have it already.
func (d *Durable) Append(e paxos.Entry) {
	if e.Zxid > d.Snaps[0].Zxid {
		d.Log = append(d.Log, e)
	}
}

// Do carries out a synchronous write.
func (d *Durable) Do(w *paxos.Write) {
	switch w.Kind {
	case paxos.AcceptedEpoch:
		d.AcceptedEpoch = w.Epoch
	case paxos.CurrentEpoch:
		d.CurrentEpoch = w.Epoch
	case paxos.SaveSnapshot:
		d.save(w.DB)
	case paxos.SaveScan:
		d.saveScan(w.DB)
	case paxos.TruncateLog:
		d.truncate(w.Zxid)
	case paxos.NextConfig:
		d.Seen = w.Members
	case paxos.ActiveConfig:
		d.Active = w.Members
		if d.Seen == nil || d.Seen.Version < d.Active.Version {
			d.Seen = d.Active
		}
	case paxos.Drain:
	default:
		panic(fmt.Sprintf("zab: write of kind %d", w.Kind))
	}
}

// save keeps a snapshot. One that does not continue the log, because it came
// from a leader, replaces everything: ZooKeeper leaves the old files there, and
// relies on their zxids being lower.
func (d *Durable) save(db paxos.DB) {
	last := d.last()
	switch {
	case db.Zxid == last && d.Snaps[len(d.Snaps)-1].Zxid == last:
		d.Snaps[len(d.Snaps)-1] = db
		return
	case db.Zxid > last || !d.holds(db.Zxid):
		d.Snaps = append(d.Snaps[:0], db)
		d.Log = d.Log[:0]
		return
	}
	d.keep(db)
}

// saveScan keeps a snapshot that was read while transactions went on. Meanwhile a
// later one may have come from a leader.
func (d *Durable) saveScan(db paxos.DB) {
	if db.Zxid > d.Snaps[len(d.Snaps)-1].Zxid {
		d.save(db)
	}
}

// keep adds a snapshot to the last ones, and lets the log forget what is before
// the oldest.
func (d *Durable) keep(db paxos.DB) {
	d.Snaps = append(d.Snaps, db)
	if len(d.Snaps) > snapshotsKept {
		d.Snaps = append(d.Snaps[:0], d.Snaps[len(d.Snaps)-snapshotsKept:]...)
		d.Log = append(d.Log[:0], d.Log[d.after(d.Snaps[0].Zxid):]...)
	}
}

func (d *Durable) holds(z paxos.Zxid) bool {
	i := d.after(z)
	return i > 0 && d.Log[i-1].Zxid == z || z == d.Snaps[0].Zxid
}

// truncate forgets everything after z: entries, and snapshots that hold them.
func (d *Durable) truncate(z paxos.Zxid) {
	if z < d.Snaps[0].Zxid {
		panic(fmt.Sprintf("zab: truncate to %v, but the oldest snapshot is of %v", z, d.Snaps[0].Zxid))
	}
	d.Log = d.Log[:d.after(z)]
	for !d.KeepLate && len(d.Snaps) > 1 && d.Snaps[len(d.Snaps)-1].Zxid > z {
		d.Snaps = d.Snaps[:len(d.Snaps)-1]
	}
}

// after is the index of the first entry later than z.
func (d *Durable) after(z paxos.Zxid) int {
	i, found := slices.BinarySearchFunc(d.Log, z, func(e paxos.Entry, z paxos.Zxid) int {
		switch {
		case e.Zxid < z:
			return -1
		case e.Zxid > z:
			return 1
		}
		return 0
	})
	if found {
		return i + 1
	}
	return i
}

// last is the zxid of the last transaction on disk.
func (d *Durable) last() paxos.Zxid {
	if n := len(d.Log); n > 0 {
		return d.Log[n-1].Zxid
	}
	return d.Snaps[len(d.Snaps)-1].Zxid
}

// tail is the digest of the whole history on disk.
func (d *Durable) tail() uint64 {
	if n := len(d.Log); n > 0 {
		return d.Log[n-1].Chain
	}
	return d.Snaps[len(d.Snaps)-1].Chain
}

// recover builds the database that the disk stands for, from the newest
// snapshot that is not later than z and the log up to z.
func (d *Durable) recover(z paxos.Zxid) paxos.DB {
	i := len(d.Snaps) - 1
	for i > 0 && d.Snaps[i].Zxid > z && !d.KeepLate {
		i--
	}
	db := d.Snaps[i]
	for _, e := range d.Log[d.after(db.Zxid):max(d.after(z), d.after(db.Zxid))] {
		db = db.Apply(e)
	}
	return db
}

// Clone is a copy that shares nothing that can change.
func (d *Durable) Clone() Durable {
	c := *d
	c.Snaps, c.Log = slices.Clone(d.Snaps), slices.Clone(d.Log)
	return c
}

// fingerprint is a hash of the disk. The log counts through its chained digest,
// so the cost does not grow with it.
func (d *Durable) fingerprint(h uint64) uint64 {
	h = paxos.Mix(h ^ uint64(d.AcceptedEpoch)<<32 ^ uint64(d.CurrentEpoch))
	for i := range d.Snaps {
		h = paxos.Mix(h ^ uint64(d.Snaps[i].Zxid) ^ d.Snaps[i].Chain)
	}
	if a, s := d.Active, d.Seen; s != nil && a != nil && a.Version|s.Version != 0 {
		// The first configuration is that of the Config.
		h = membersHash(membersHash(h, a), s)
	}
	return paxos.Mix(h ^ d.tail() ^ uint64(len(d.Log)))
}
