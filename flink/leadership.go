package flink

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// The layout (ZooKeeperLeaderElectionHaServices).
const (
	rootDir   = plan.FlinkRoot
	leaderDir = rootDir + "/leader"
	// LatchDir holds the participants of the election.
	LatchDir  = leaderDir + "/latch"
	latchDir  = LatchDir
	graphsDir = rootDir + "/jobgraphs"
	jobsDir   = rootDir + "/jobs"
	infoName  = "connection_info"
)

// Job is the first job of a cluster, which may be its only one.
const Job = "00000000000000000000000000000001"

// JobID is the id of job n, from 1.
func JobID(n int) string { return fmt.Sprintf("%032x", n) }

// components publish leader information, all with the token of the one election: the
// dispatcher, and the master of each job.
func (c *Config) components() []string { return components(c.Flink.JobCount()) }

func components(jobs int) []string {
	list := []string{"dispatcher"}
	for n := range jobs {
		list = append(list, "job-"+JobID(n+1))
	}
	return list
}

const jobComponent = "job-" + Job

func infoPath(component string) string { return leaderDir + "/" + component + "/" + infoName }

// InfoPaths are where the components' leader information stands, in a cluster of so
// many jobs.
func InfoPaths(jobs int) []string {
	var paths []string
	for _, c := range components(jobs) {
		paths = append(paths, infoPath(c))
	}
	return paths
}

// InfoOf is the component whose leader information stands at path, "" if none
// does.
func InfoOf(path string) string {
	for _, c := range components(plan.MaxJobs) {
		if path == infoPath(c) {
			return c
		}
	}
	return ""
}

// ParseInfo takes leader information apart: the leader's address, which is the
// name of its process, and its fencing token.
func ParseInfo(data string) (address, token string) {
	address, token, _ = strings.Cut(data, " ")
	return address, token
}

// leadership is what a JobManager has while it leads
// (DefaultLeaderElectionService, ZooKeeperLeaderElectionDriver).
type leadership struct {
	token string
	beat  *message
	locks []string // the pointers that it has locked, or may have
	jobs  []*jobMaster
}

// isLeader is told by the latch.
func (j *JobManager) isLeader(leads bool) {
	if !leads {
		j.revoke()
		return
	}
	j.terms++
	j.token = fmt.Sprintf("%s-%d-%d", j.cfg.Name, j.cfg.Life, j.terms)
	j.lead = &leadership{token: j.token, beat: beat(j.token)}
	for n := range j.cfg.Flink.JobCount() {
		j.lead.jobs = append(j.lead.jobs, newJobMaster(n+1))
	}
	j.tell(runlog.Event{Kind: runlog.Grant, Token: j.lead.token})
	var dirs []string
	for _, c := range j.cfg.components() {
		dirs = append(dirs, leaderDir+"/"+c)
	}
	during := j.during()
	j.conn.ensure(during, append([]string{rootDir, leaderDir}, dirs...), func() {
		for _, c := range j.cfg.components() {
			j.publish(during, infoPath(c))
		}
		if j.waits = j.releasing > 0; !j.waits {
			j.recover()
		}
	})
}

// revoke ends what was begun in this leadership. Its znodes and files stay: the
// next leader goes on with them. Its locks go, for its session may live on.
func (j *JobManager) revoke() {
	old := j.lead
	j.lead, j.waits = nil, false
	j.shorts.abandon()
	j.tell(runlog.Event{Kind: runlog.Revoke, Token: old.token})
	for _, m := range old.jobs {
		m.suspend(j, old.token)
	}
	for _, path := range old.locks {
		j.unlock(path)
	}
}

// during is alive for what is asked for in the present leadership.
func (j *JobManager) during() func() bool {
	l := j.lead
	return func() bool { return j.lead == l }
}

// publish writes this leader's information. ZooKeeper knows of no fencing: a
// znode of another session is deleted, whoever leads
// (writeLeaderInformationToZooKeeper).
func (j *JobManager) publish(during func() bool, path string) {
	if !during() {
		return
	}
	again := func(*zookeeper.Reply) { j.publish(during, path) }
	info := j.cfg.Name + " " + j.lead.token
	j.conn.persist(during, exists(path, false), func(reply *zookeeper.Reply) {
		wrote := func(reply *zookeeper.Reply) {
			switch {
			case reply != nil && reply.Err == zookeeper.NoNode && j.cfg.Flink.Application:
				// A leader before has erased it: see leave.
				j.die("it cannot publish who leads: there is no " + path)
			case reply == nil || reply.Err != zookeeper.OK:
				again(reply)
			default:
				j.guard(during, path, info)
			}
		}
		switch {
		case reply.Err != zookeeper.OK:
			j.conn.do(during, create(path, info, true), wrote)
		case reply.Stat.Owner == j.conn.client.Session():
			j.conn.do(during, set(path, info, -1), wrote)
		default:
			j.conn.do(during, remove(path), again)
		}
	})
}

// guard looks at what was written, and watches it. Information that is not this
// leader's is corrected at the next tick, for as long as it leads.
func (j *JobManager) guard(during func() bool, path, info string) {
	j.conn.persist(during, get(path, true), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK || reply.Data != info {
			j.wrong = append(j.wrong, func() { j.publish(during, path) })
		}
	})
}
