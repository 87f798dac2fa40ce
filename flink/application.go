package flink

import (
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// In application mode a cluster is there for one job, which nobody hands in: whoever
// becomes leader runs it, unless a leader before has left it, or its result, and the
// cluster ends with it (ApplicationDispatcherBootstrap).

// none is what follows when the leader has no such job: it finds nothing, or the job is
// over for good and has been cleaned up.
func (m *jobMaster) none(j *JobManager, over bool) {
	m.enter(j, absent)
	switch {
	case !j.cfg.Flink.Application:
	case over:
		j.leave()
	default:
		m.submit(j)
	}
}

// manned says whether there is somebody to run tasks. Who handed a job in has seen to it
// that all TaskManagers were there; an application's leader waits for them, for a while.
func (m *jobMaster) manned(j *JobManager) bool {
	if j.cfg.Flink.Application && m.attempt == 0 && j.ticks-m.since <= deployLimit {
		return len(j.workers) == j.cfg.Flink.TaskManagers
	}
	return len(j.workers) > 0
}

// leave ends the process, whose application is over: it gives up its leadership, and
// with the next leader perhaps in office erases all that the cluster has in ZooKeeper
// (ClusterEntrypoint.shutDownAsync, ZooKeeperLeaderElectionHaServices.cleanupAllData).
func (j *JobManager) leave() {
	j.latch.close()
	j.conn.erase(rootDir, func() {
		j.conn.close(func() {
			j.dead = true
			j.tell(runlog.Event{Kind: runlog.Exit})
		})
	})
}

// erase removes a znode and all that is below it, for as long as others put something
// there.
func (c *connection) erase(path string, then func()) {
	c.persist(always, children(path, false), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK {
			then()
			return
		}
		c.eraseEach(path, reply.Kids.Names(), func() {
			c.persist(always, remove(path), func(reply *zookeeper.Reply) {
				if reply.Err == zookeeper.NotEmpty {
					c.erase(path, then)
					return
				}
				then()
			})
		})
	})
}

func (c *connection) eraseEach(dir string, names []string, then func()) {
	if len(names) == 0 {
		then()
		return
	}
	c.erase(dir+"/"+names[0], func() { c.eraseEach(dir, names[1:], then) })
}
