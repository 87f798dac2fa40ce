package flink

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// This file says in sentences what happens in a lab.

func (l *lab) say(format string, args ...any) {
	l.told = append(l.told, fmt.Sprintf("%6.2fs  ", float64(l.now)/1e9)+l.short(fmt.Sprintf(format, args...)))
}

// short writes JOB for the id of the job, JOB2 for that of the second, if there is
// one, and long takes it back.
func (l *lab) short(s string) string {
	for n := l.flink.JobCount(); n > 1; n-- {
		s = strings.ReplaceAll(s, JobID(n), fmt.Sprintf("JOB%d", n))
	}
	return strings.ReplaceAll(s, Job, "JOB")
}

func (l *lab) long(s string) string {
	for n := l.flink.JobCount(); n > 1; n-- {
		s = strings.ReplaceAll(s, fmt.Sprintf("JOB%d", n), JobID(n))
	}
	return strings.ReplaceAll(s, "JOB", Job)
}

// hear takes what a process has told.
func (l *lab) hear(p *labProc) {
	var conn *connection
	var events []runlog.Event
	switch m := p.machine.(type) {
	case *zookeeper.Client:
		m.Told = nil
	case *JobManager:
		conn, events, m.Told = m.conn, m.Told, nil
	case *TaskManager:
		conn, events, m.Told = m.conn, m.Told, nil
	}
	if conn != nil && conn.state != p.state {
		p.state = conn.state
		l.say("%s: its connection is %s", nameOf(p.id), [...]string{"", "CONNECTED", "SUSPENDED", "LOST", "RECONNECTED"}[p.state])
	}
	for i := range events {
		l.say("%s", sentence(&events[i])+ofJob(&events[i]))
		if events[i].Kind == runlog.Crash || events[i].Kind == runlog.Exit {
			l.crash(p.id)
		}
	}
}

// ofJob names the job that an event is about, if there is another one.
func ofJob(e *runlog.Event) string {
	if e.Job == "" || e.Job == Job {
		return ""
	}
	return " (" + e.Job + ")"
}

func sentence(e *runlog.Event) string {
	switch e.Kind {
	case runlog.Grant:
		return fmt.Sprintf("%s: leads, with token %s", e.Proc, e.Token)
	case runlog.Revoke:
		return fmt.Sprintf("%s: no longer leads with token %s", e.Proc, e.Token)
	case runlog.JobState:
		return fmt.Sprintf("%s: the job is %s", e.Proc, e.Text)
	case runlog.Checkpoint:
		switch {
		case e.Text == runlog.Restored && e.Ckpt == 0:
			return fmt.Sprintf("%s: tasks start at the beginning, attempt %d", e.Proc, e.Attempt)
		case e.Text == runlog.Restored:
			return fmt.Sprintf("%s: tasks start from checkpoint %d, attempt %d", e.Proc, e.Ckpt, e.Attempt)
		}
		what := "checkpoint"
		if e.Mode != "" {
			what = e.Mode
		}
		return fmt.Sprintf("%s: %s %d is %s", e.Proc, what, e.Ckpt, e.Text)
	case runlog.Tasks:
		if e.Num == 0 {
			return fmt.Sprintf("%s: stops its tasks", e.Proc)
		}
		return fmt.Sprintf("%s: runs %d tasks for the leader with token %s", e.Proc, e.Num, e.Token)
	case runlog.Output:
		return fmt.Sprintf("%s: puts out %q, record %d of %s", e.Proc, e.Data, e.Num, e.Path)
	case runlog.Config:
		return fmt.Sprintf("%s: puts out the configuration %q, version %d", e.Proc, e.Data, e.Version)
	case runlog.Passed:
		return fmt.Sprintf("%s: puts out that %s has passed round %d", e.Proc, e.Path[strings.LastIndexByte(e.Path, '/')+1:], e.Num)
	case runlog.Crash:
		return fmt.Sprintf("%s: ends itself: %s", e.Proc, e.Text)
	case runlog.Exit:
		return fmt.Sprintf("%s: ends, for it is done", e.Proc)
	}
	panic(fmt.Sprintf("event of kind %v", e.Kind))
}

// tellCall tells of a call to ZooKeeper when its answer arrives.
func (l *lab) tellCall(pa *parcel) {
	if pa.sign != paxos.Arrived {
		return
	}
	switch m := &pa.msg; m.Kind {
	case paxos.Call:
		l.asked[m.Conn] = append(l.asked[m.Conn], m.Body.(*zookeeper.Request))
	case paxos.Reply:
		r := l.asked[m.Conn][0]
		l.asked[m.Conn] = l.asked[m.Conn][1:]
		if l.calls && nameOf(m.To)[0] != 'c' {
			l.say("    %s → %s: %s", nameOf(m.To), request(r), answer(m.Body.(*zookeeper.Reply)))
		}
	case paxos.WatchEvent:
		if e := m.Body.(*zookeeper.WatchedEvent); l.calls && nameOf(m.To)[0] != 'c' {
			l.say("    %s is told: %s %v", nameOf(m.To), e.Path, e.Type)
		}
	}
}

func request(r *zookeeper.Request) string {
	if r.Op == zookeeper.OpMulti {
		var parts []string
		for i := range r.Parts {
			parts = append(parts, request(&r.Parts[i]))
		}
		return "multi [" + strings.Join(parts, "; ") + "]"
	}
	s := fmt.Sprintf("%v %s", r.Op, r.Path)
	if r.Data != "" {
		s += fmt.Sprintf(" %q", r.Data)
	}
	if r.Version >= 0 && r.Op == zookeeper.OpSet {
		s += fmt.Sprintf(" if it has version %d", r.Version)
	}
	for _, f := range []struct {
		is   bool
		word string
	}{{r.Ephemeral, "ephemeral"}, {r.Sequential, "sequential"}, {r.Watch, "with a watch"}} {
		if f.is {
			s += ", " + f.word
		}
	}
	return s
}

func answer(r *zookeeper.Reply) string {
	names := r.Kids.Names()
	switch {
	case r.Err != zookeeper.OK:
		return r.Err.String()
	case names != nil:
		return fmt.Sprint(names)
	case r.Data != "":
		return fmt.Sprintf("%q, version %d", r.Data, r.Stat.Version)
	case r.Path != "":
		return r.Path[strings.LastIndexByte(r.Path, '/')+1:]
	}
	return "ok"
}

// show prints a znode and those below it: their data, and whose session they live
// with; of pointers, whether the state is there.
func (l *lab) show(path string) string {
	var b strings.Builder
	var walk func(path string)
	walk = func(path string) {
		data, stat, ok := l.tree().Get(path)
		if !ok {
			fmt.Fprintf(&b, "%s is not there\n", path)
			return
		}
		fmt.Fprint(&b, path)
		if data != "" {
			fmt.Fprintf(&b, " %q", data)
		}
		if stat.Owner != 0 {
			fmt.Fprintf(&b, ", of session %d", stat.Owner&(1<<56-1))
		}
		if (CheckpointAt(path) != 0 || path == GraphPath(1)) && !l.storage.Has(data) {
			b.WriteString(", which is not in storage")
		}
		b.WriteByte('\n')
		for _, name := range l.tree().Children(path) {
			walk(path + "/" + name)
		}
	}
	walk(l.long(path))
	return l.short(b.String())
}
