package flink

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/figures"
)

// task is one subtask of keys, or of servers to be monitored: a source that reads a directory of sequential znodes as a
// log, and a sink, chained. Subtask 1 follows the configuration, too.
type task struct {
	job     int // its number
	keys    int // subtasks beyond these read the samples of a server
	at      snapshot
	attempt int
	token   string
	fresh   []Record // read since the last barrier
	// committing are the parts whose commit is under way.
	committing []int64

	unread  []string // names listed and not yet read
	reading bool
	listing bool
	again   bool // something changed while it was listing
	final   bool // the last checkpoint has come: nothing more is read
	meeting
}

func newTask(t *TaskManager, m *message, at snapshot) *task {
	at.pending = slices.Clone(at.pending)
	if t.cfg.Bugs&WindowsOutsideState != 0 {
		at.sum = figures.Sum{}
	}
	return &task{job: m.job, keys: t.cfg.Flink.Keys, at: at, attempt: m.attempt, token: t.token}
}

func (k *task) dir() string {
	if n := k.at.subtask - k.keys; n > 0 {
		return plan.MonitorDir(n)
	}
	return plan.InputDir(k.at.subtask)
}

// runs is alive for what this task asks for.
func (k *task) runs(t *TaskManager) func() bool {
	return func() bool { return slices.Contains(t.tasks, k) }
}

func (k *task) watched(t *TaskManager, path string) {
	switch {
	case path == k.dir():
		k.list(t)
	case isConfig(path):
		k.configure(t)
	case path == plan.RoundDir(k.at.round):
		k.count(t)
	}
}

// look sees what there is to read, and leaves watches.
func (k *task) look(t *TaskManager) {
	k.list(t)
	k.configure(t)
	k.count(t)
}

// list lists the directory. A server shows a prefix of what was created, so a
// number that is passed over is not to come.
func (k *task) list(t *TaskManager) {
	if k.listing {
		k.again = true
		return
	}
	k.listing = true
	t.conn.persist(k.runs(t), children(k.dir(), true), func(reply *zookeeper.Reply) {
		k.listing = false
		if k.again {
			k.again = false
			k.list(t)
			return
		}
		// The names are in order, and most have been read.
		k.unread = k.unread[:0]
		for name := range reply.Kids.Backward {
			if sequence(name) <= k.at.read {
				break
			}
			k.unread = append(k.unread, name)
		}
		slices.Reverse(k.unread)
		k.next(t)
	})
}

// next reads the next record.
func (k *task) next(t *TaskManager) {
	if k.reading || len(k.unread) == 0 || k.final || k.waits() {
		return
	}
	k.reading = true
	name := k.unread[0]
	k.unread = k.unread[1:]
	t.conn.persist(k.runs(t), get(k.dir()+"/"+name, false), func(reply *zookeeper.Reply) {
		k.reading = false
		if k.final || k.waits() { // it is read again when the round has been passed
			return
		}
		if reply.Err != zookeeper.OK {
			k.list(t) // this server does not have it yet
			return
		}
		if n := sequence(name); n > k.at.read {
			k.at.read = n
			k.fresh = append(k.fresh, Record{Kind: runlog.Output, Path: k.dir(), Seq: n, Data: reply.Data, Zxid: uint64(reply.Stat.Czxid)})
			if k.at.subtask > k.keys {
				k.fresh = append(k.fresh, k.at.take(k.dir(), reply.Data, t.cfg.Flink.Window)...)
			}
		}
		k.next(t)
	})
}

// configure reads the configuration. A version that is not later than the last
// one is what a server that lags shows.
func (k *task) configure(t *TaskManager) {
	if k.at.subtask != 1 {
		return
	}
	t.conn.persist(k.runs(t), get(plan.ConfigPath, true), func(reply *zookeeper.Reply) {
		if v := reply.Stat.Version; reply.Err == zookeeper.OK && v > k.at.config && !k.final && !k.waits() {
			k.at.config = v
			k.fresh = append(k.fresh, Record{Kind: runlog.Config, Path: plan.ConfigPath, Data: reply.Data, Zxid: uint64(reply.Stat.Mzxid), Version: v})
		}
	})
}

// snapshot takes this task's part of a checkpoint: what it has read becomes a
// part that is to be committed when the checkpoint is complete.
func (k *task) snapshot(t *TaskManager, ckpt int64) snapshot {
	if len(k.fresh) > 0 {
		p := Part{Job: k.job, Subtask: k.at.subtask, Ckpt: ckpt, Attempt: k.attempt, Token: k.token, Records: k.fresh}
		k.fresh = nil
		if t.cfg.Flink.Sink == plan.Files {
			t.cfg.Storage.put(p.pendingName(), p)
		}
		k.at.pending = append(k.at.pending, p)
		if t.cfg.Bugs&CommitBeforeCheckpoint != 0 {
			k.commit(t, ckpt)
		}
	}
	k.reach(t, ckpt)
	at := k.at
	at.pending = slices.Clone(at.pending)
	return at
}

// commit makes visible what belongs to checkpoints up to ckpt.
func (k *task) commit(t *TaskManager, ckpt int64) {
	for _, p := range slices.Clone(k.at.pending) {
		if p.Ckpt > ckpt || slices.Contains(k.committing, p.Ckpt) {
			continue
		}
		if t.cfg.Flink.Sink == plan.Files {
			if t.cfg.Storage.commit(p) {
				for e := range p.Outputs {
					t.tell(e)
				}
			}
			k.committed(p.Ckpt)
			continue
		}
		k.committing = append(k.committing, p.Ckpt)
		t.conn.persist(k.runs(t), create(k.target(t, p), p.text(), false), func(reply *zookeeper.Reply) {
			if reply.Err == zookeeper.NoNode { // the root of the output is being made
				k.committing = slices.DeleteFunc(k.committing, func(c int64) bool { return c == p.Ckpt })
				return
			}
			k.committed(p.Ckpt) // or it had been before: that is what the name is for
		})
	}
}

// target is the znode of a part. Its name must be the same whoever commits it.
func (k *task) target(t *TaskManager, p Part) string {
	path := fmt.Sprintf("%s/%019d-%d", plan.OutputDir(k.job), p.Ckpt, p.Subtask)
	if t.cfg.Flink.Sink == plan.Attempt || t.cfg.Bugs&SinkKeyedByAttempt != 0 {
		path += fmt.Sprintf("-%s.%d", k.token, k.attempt)
	}
	return path
}

// ended says whether the last checkpoint has come, and all is committed.
func (k *task) ended() bool { return k.final && len(k.fresh) == 0 && len(k.at.pending) == 0 }

func (k *task) committed(ckpt int64) {
	k.at.pending = slices.DeleteFunc(k.at.pending, func(p Part) bool { return p.Ckpt == ckpt })
}
