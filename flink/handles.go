package flink

import (
	"slices"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// handle is a pointer in ZooKeeper to state in storage.
type handle struct {
	job  int // its number
	path string
	file string
	ckpt int64
}

// outcome is what became of an attempt to write.
type outcome uint8

const (
	written   outcome = iota + 1
	refused           // it certainly had no effect
	uncertain         // nobody knows
)

// This file is ZooKeeperStateHandleStore: a pointer is a znode with a directory
// of locks, in which each process that uses the state has an ephemeral znode. So
// state that somebody else may still need is not deleted.

func locksDir(path string) string { return path + "/locks" }

func (j *JobManager) lockPath(path string) string {
	return locksDir(path) + "/" + j.token
}

// add writes the pointer to state that is in storage. If the connection breaks
// the same multi is made again, as Curator does; that the znode exists then means
// that the first one had taken effect.
func (j *JobManager) add(alive func() bool, h handle, then func(outcome)) {
	j.locks(h.path)
	r := zookeeper.Request{Op: zookeeper.OpMulti, Parts: []zookeeper.Request{
		create(h.path, h.file, false), create(locksDir(h.path), "", false), create(j.lockPath(h.path), "", true),
	}}
	j.addAgain(alive, r, 0, then)
}

// locks keeps in mind that this leadership has a lock, from the moment that it asks
// for it: whether it has got it may never be heard.
func (j *JobManager) locks(path string) {
	if !slices.Contains(j.lead.locks, path) {
		j.lead.locks = append(j.lead.locks, path)
	}
}

// retries bounds how often a write whose reply was lost is made again.
const retries = 2

func (j *JobManager) addAgain(alive func() bool, r zookeeper.Request, lost int, then func(outcome)) {
	j.conn.do(alive, r, func(reply *zookeeper.Reply) {
		switch {
		case reply == nil && lost < retries:
			j.addAgain(alive, r, lost+1, then)
		case reply == nil:
			then(uncertain)
		case reply.Err == zookeeper.OK, reply.Err == zookeeper.NodeExists && lost > 0 && j.cfg.Quirks&DiscardOnRetry == 0 && !j.discardsUncertain():
			then(written)
		default:
			then(refused)
		}
	})
}

// lock makes this leadership's lock of a pointer. It fails where the pointer is
// gone, or has no directory of locks: it is marked for deletion.
func (j *JobManager) lock(alive func() bool, path string, then func(locked bool)) {
	j.locks(path)
	j.conn.persist(alive, create(j.lockPath(path), "", true), func(reply *zookeeper.Reply) { then(reply.Err != zookeeper.NoNode) })
}

// unlock gives the lock of a leadership that is over up. Who leads next in this
// process waits for that (DefaultDispatcherRunner: the process before must have
// terminated).
func (j *JobManager) unlock(path string) {
	j.releasing++
	j.conn.endure(remove(j.lockPath(path)), func(*zookeeper.Reply) {
		if j.releasing--; j.releasing == 0 && j.waits {
			j.waits = false
			j.recover()
		}
	})
}

// replace writes another name into a pointer that is there, guarded by the version
// that it was seen to have. If the connection breaks the same call is made again;
// another version then may be the first call's work (CURATOR-584).
func (j *JobManager) replace(alive func() bool, path, file string, then func(outcome)) {
	j.conn.persist(alive, exists(path, false), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK {
			then(refused)
			return
		}
		j.replaceAgain(alive, set(path, file, reply.Stat.Version), 0, then)
	})
}

func (j *JobManager) replaceAgain(alive func() bool, r zookeeper.Request, lost int, then func(outcome)) {
	j.conn.do(alive, r, func(reply *zookeeper.Reply) {
		switch {
		case reply == nil && lost < retries:
			j.replaceAgain(alive, r, lost+1, then)
		case reply == nil:
			then(uncertain)
		case reply.Err == zookeeper.OK:
			then(written)
		case reply.Err == zookeeper.BadVersion && lost > 0 && j.cfg.Quirks&ReplaceOnce == 0:
			j.conn.persist(alive, get(r.Path, false), func(reply *zookeeper.Reply) {
				if reply.Err == zookeeper.OK && reply.Data == r.Data {
					then(written)
					return
				}
				then(refused)
			})
		default:
			then(refused)
		}
	})
}

// discard removes a pointer and its state: the lock, the directory of locks (if
// another lock is in it, the pointer stays), the state, the znode.
func (j *JobManager) discard(alive func() bool, h handle, then func(gone bool)) {
	j.conn.persist(alive, remove(j.lockPath(h.path)), func(*zookeeper.Reply) {
		j.conn.persist(alive, remove(locksDir(h.path)), func(reply *zookeeper.Reply) {
			if reply.Err == zookeeper.NotEmpty {
				then(false)
				return
			}
			j.dropState(h)
			j.conn.persist(alive, remove(h.path), func(*zookeeper.Reply) {
				j.lead.locks = slices.DeleteFunc(j.lead.locks, func(path string) bool { return path == h.path })
				then(true)
			})
		})
	})
}

// dropState deletes the state itself.
func (j *JobManager) dropState(h handle) {
	if j.cfg.Storage.drop(h.file) && h.ckpt != 0 {
		j.tell(runlog.Event{Kind: runlog.Checkpoint, Job: JobID(max(1, h.job)), Ckpt: h.ckpt, Text: runlog.Discarded})
	}
}

func isConfig(path string) bool { return path == plan.ConfigPath }
