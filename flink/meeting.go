package flink

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// Jobs meet in rounds. A round is the entering half of ZooKeeper's double barrier:
// every task of every job makes a znode in the round's directory, and goes on when as
// many are there as there are tasks. What a task says of itself there, others build
// upon, so it must not be taken back: a task arrives with its part of a checkpoint,
// reads nothing after that, and makes its znode when the checkpoint is complete. The
// name is the task's own, whoever runs it in whichever attempt, so one that was
// restarted finds that it has arrived already. That it has passed is part of its
// output, and with that of the next checkpoint.

// meeting is a task's part in the barrier at which jobs meet.
type meeting struct {
	passed int // the last round that it has passed in this attempt
	// with is the checkpoint with which it has arrived at the round in its state.
	with int64
	// there: its znode in that round is.
	there    bool
	counting bool
	recount  bool // something changed while it was counting
}

// waits says whether a task has arrived at a round and must not read on.
func (k *task) waits() bool { return k.at.round > k.passed }

// reach takes a task to the next round, with its part of a checkpoint, if it has
// passed the one before.
func (k *task) reach(t *TaskManager, ckpt int64) {
	if !t.cfg.Flink.Barrier || k.waits() || k.final {
		return
	}
	k.at.round++
	k.with, k.there = ckpt, false
}

// arrive makes a task's znode in the round that it waits for, when a checkpoint that
// knows of it is complete.
func (k *task) arrive(t *TaskManager, ckpt int64) {
	if !k.waits() || ckpt < k.with || k.there {
		return
	}
	k.there = true
	round := k.at.round
	waits := func() bool { return k.runs(t)() && k.at.round == round }
	t.conn.ensure(waits, []string{plan.RoundDir(round)}, func() {
		// That it is there is as good.
		t.conn.persist(waits, create(k.arrival(t), ArrivalText(ckpt), false), func(*zookeeper.Reply) { k.count(t) })
	})
}

// arrival is the path of a task's znode.
func (k *task) arrival(t *TaskManager) string {
	path := plan.RoundDir(k.at.round) + "/" + k.party()
	if t.cfg.Bugs&BarrierByAttempt != 0 {
		path += fmt.Sprintf("-%s.%d", k.token, k.attempt)
	}
	return path
}

// party is the name under which a task arrives.
func (k *task) party() string { return fmt.Sprintf("%s-%d", JobID(k.job), k.at.subtask) }

// count looks who has arrived. It leaves a watch only where somebody has not: one that
// is not needed would stay with the server for ever.
func (k *task) count(t *TaskManager) {
	if !k.waits() || !k.there {
		return
	}
	if k.counting {
		k.recount = true
		return
	}
	k.counting = true
	k.countOnce(t, false)
}

func (k *task) countOnce(t *TaskManager, watch bool) {
	round := k.at.round
	t.conn.persist(k.runs(t), children(plan.RoundDir(round), watch), func(reply *zookeeper.Reply) {
		waits, came := k.at.round == round && k.waits(), reply.Kids.Len()
		if waits && came < t.cfg.Flink.Parties() && !watch {
			k.countOnce(t, true)
			return
		}
		again := k.recount
		k.counting, k.recount = false, false
		switch {
		case waits && came >= t.cfg.Flink.Parties():
			k.passed = round
			k.fresh = append(k.fresh, Record{Kind: runlog.Passed, Path: plan.BarrierRoot + "/" + k.party(), Seq: round})
			k.look(t)
		case again:
			k.count(t)
		}
	})
}

// ArrivalText is what stands in a task's znode at the barrier: the checkpoint with
// which it came.
func ArrivalText(ckpt int64) string { return fmt.Sprintf("checkpoint=%d", ckpt) }

// ParseArrival reads what stands in a task's znode at the barrier.
func ParseArrival(text string) (ckpt int64, err error) {
	if _, err := fmt.Sscanf(text, "checkpoint=%d", &ckpt); err != nil {
		return 0, fmt.Errorf("%q is no arrival: want checkpoint=N", text)
	}
	return ckpt, nil
}

// JobOfParty is the id of the job whose task has arrived under the name at the end of
// path.
func JobOfParty(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	job, _, _ := strings.Cut(name, "-")
	return job
}

// owes says whether a task has read what it has not committed. That it has passed a
// round is always under way.
func (k *task) owes() bool {
	records := func(list []Record) bool {
		return slices.ContainsFunc(list, func(r Record) bool { return r.Kind != runlog.Passed })
	}
	return records(k.fresh) || slices.ContainsFunc(k.at.pending, func(p Part) bool { return records(p.Records) })
}

// roots are the znodes that tasks need: of each job's output, and of the barrier.
func (c *Config) roots() []string {
	var list []string
	for n := range c.Flink.JobCount() {
		list = append(list, plan.OutputDir(n+1))
	}
	if c.Flink.Barrier {
		list = append(list, plan.BarrierRoot)
	}
	return list
}
