package flink

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/zookeeper"
)

// Beside the job a cluster may run short ones, one after the other: each has a
// task on every TaskManager that ends at once. What there is of a short job is its
// leader information, and those who follow it: the TaskManagers, and the resource
// manager, which is part of the leading JobManager (JobLeaderIdService).

// shortJobs is a process's part in the short jobs. Of the JobManager that leads,
// it is more: it runs them.
type shortJobs struct {
	number  int // of those begun
	running int // the number of the one under way, 0 none
	left    int // to be run
	done    int // ended so far
	waiting []paxos.ID
	// followed are the numbers of those whose leader is followed.
	followed []int
}

func shortDir(number int) string { return fmt.Sprintf("%s/job-%032x", leaderDir, number+1) }

func shortPath(number int) string { return shortDir(number) + "/" + infoName }

// follow begins to follow a short job's leader, and goes on when it is known.
func (s *shortJobs) follow(c *connection, number int, then func()) {
	if slices.Contains(s.followed, number) {
		return
	}
	s.followed = append(s.followed, number)
	s.retrieve(c, number, then)
}

// retrieve reads who leads a short job, and leaves a watch, also where there is
// nothing to read.
func (s *shortJobs) retrieve(c *connection, number int, then func()) {
	follows := func() bool { return slices.Contains(s.followed, number) }
	c.persist(follows, get(shortPath(number), true), func(reply *zookeeper.Reply) {
		if reply.Err == zookeeper.OK {
			then()
			return
		}
		c.persist(follows, exists(shortPath(number), true), func(reply *zookeeper.Reply) {
			if reply.Err == zookeeper.OK {
				s.retrieve(c, number, then)
			}
		})
	})
}

func (s *shortJobs) watched(c *connection, e zookeeper.WatchedEvent) {
	for _, number := range s.followed {
		if e.Path == shortPath(number) {
			s.retrieve(c, number, func() {})
		}
	}
}

// leave ends following. The watch is of no use any more, but the server keeps it
// until it is taken away.
func (s *shortJobs) leave(c *connection, number int, q Quirks) {
	s.followed = slices.DeleteFunc(s.followed, func(n int) bool { return n == number })
	if q&KeepWatches == 0 {
		c.persist(always, removeWatches(shortPath(number)), func(*zookeeper.Reply) {})
	}
}

// abandon gives up what is under way: a leader that is deposed runs no jobs.
func (s *shortJobs) abandon() {
	s.running, s.left, s.waiting = 0, 0, nil
}

// Jobs asks a leader to run so many short jobs.
func (j *JobManager) Jobs(count int, out *paxos.Effects) {
	j.conn.out = out
	if j.lead == nil {
		return
	}
	j.shorts.left += count
	j.nextShort()
	j.conn.listen()
}

// nextShort begins the next short job: it has a leader when its information is
// there, and then every TaskManager runs a task.
func (j *JobManager) nextShort() {
	s := &j.shorts
	if s.running != 0 || s.left == 0 || len(j.workers) == 0 {
		return
	}
	s.left--
	s.number++
	number, during := s.number, j.during()
	s.running = number
	s.waiting = nil
	for _, w := range j.workers {
		s.waiting = append(s.waiting, w.id)
	}
	j.conn.ensure(during, []string{shortDir(number)}, func() {
		j.conn.persist(during, create(shortPath(number), j.cfg.Name+" "+j.lead.token, true), func(*zookeeper.Reply) {
			s.follow(j.conn, number, func() {})
			for _, id := range s.waiting {
				j.say(id, message{word: runShort, attempt: number})
			}
		})
	})
}

// shortDone hears that a TaskManager's task has ended. With the last one the job is
// over: its leader information goes, and nobody needs to follow it.
func (j *JobManager) shortDone(from paxos.ID, number int) {
	s := &j.shorts
	if number != s.running || !slices.Contains(s.waiting, from) {
		return
	}
	if s.waiting = slices.DeleteFunc(s.waiting, func(id paxos.ID) bool { return id == from }); len(s.waiting) > 0 {
		return
	}
	during := j.during()
	j.conn.persist(during, remove(shortPath(number)), func(*zookeeper.Reply) {
		j.conn.persist(during, remove(shortDir(number)), func(*zookeeper.Reply) {
			s.leave(j.conn, number, j.cfg.Quirks)
			for _, w := range j.workers {
				j.say(w.id, message{word: shortOver, attempt: number})
			}
			s.running, s.done = 0, s.done+1
			j.nextShort()
		})
	})
}
