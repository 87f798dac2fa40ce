//go:build unix

package flink

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schismlab/schism/runlog"
)

// readEvery is how often a log is looked at for more.
const readEvery = 10 * time.Millisecond

// leadership is what a JobManager has last said of itself.
type leadership struct {
	mu    sync.Mutex
	token string // while it leads
	last  string // token, also after that: jobs are still suspended under it
	// attempt counts how often a job's tasks were started under it.
	attempt int
	state   string // of its connection to ZooKeeper, in the client library's word
	read    int64  // bytes of its log that have been taken note of
}

// follow reads a JobManager's log as it grows, until ctx ends.
func (c *Cluster) follow(ctx context.Context, p *place) {
	var f *os.File
	defer func() {
		if f != nil {
			f.Close()
		}
	}()
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	var r *bufio.Reader
	part := ""
	for {
		if f == nil {
			var err error
			if f, err = os.Open(p.log); err == nil {
				r = bufio.NewReader(f)
			} else if !errors.Is(err, fs.ErrNotExist) {
				c.reports.Add(err)
				return
			}
		}
		for f != nil {
			line, err := r.ReadString('\n')
			part += line
			if err != nil {
				if !errors.Is(err, io.EOF) {
					c.reports.Add(err)
					return
				}
				break
			}
			c.heard(p, part)
			part = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// heard takes note of one line of p's log.
func (c *Cluster) heard(p *place, line string) {
	e, state := words(strings.TrimSuffix(line, "\n"))
	p.leader.mu.Lock()
	defer p.leader.mu.Unlock()
	p.leader.read += int64(len(line))
	if state != "" {
		p.leader.state = state
	}
	l := &p.leader
	switch e.Kind {
	case 0:
		return
	case runlog.Grant:
		l.token, l.last, l.attempt = e.Token, e.Token, 0
	case runlog.Revoke:
		l.token = ""
	case runlog.JobState:
		if e.Text == runlog.JobRunning {
			l.attempt++
		}
		e.Token, e.Attempt = l.last, l.attempt
	default:
		e.Token = l.last
	}
	e.Proc = p.name
	c.o.Observe(e)
}

// catchUp waits until all is read that a JobManager, which has ended, has said.
// What follows the last line's end was never a line.
func (c *Cluster) catchUp(ctx context.Context, p *place) {
	if !p.master {
		return
	}
	text, err := os.ReadFile(p.log)
	if err != nil {
		c.reports.Add(err)
		return
	}
	whole := int64(bytes.LastIndexByte(text, '\n') + 1)
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		p.leader.mu.Lock()
		read := p.leader.read
		p.leader.mu.Unlock()
		if read >= whole {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		case <-c.ctx.Done():
			return
		}
	}
}

// silenced takes back what a process said that is no more.
func (p *place) silenced() {
	p.leader.mu.Lock()
	defer p.leader.mu.Unlock()
	p.leader.token, p.leader.state = "", ""
}
