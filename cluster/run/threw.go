package run

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// readEvery is how often the servers' logs are looked at for more.
const readEvery = 100 * time.Millisecond

// confession is an exception of which a server's log tells that it ended what
// the server did.
type confession struct {
	node     int
	at       string // by the server's clock, as its log has it
	msg, why string // Msg and Text of a Threw event
}

// diary is the log of one server, read as it grows.
type diary struct {
	node int
	path string
	file *os.File
	r    *bufio.Reader
	part string // of a line that is not yet whole

	trace trace
	// told are the confessions of the present life: a server that tries again and
	// again says the same a thousand times a second (seen on 3.8.0).
	told map[string]bool
}

// confessions reads the servers' logs until ctx ends, and logs what servers could
// not bear as Threw, and as Violated what no server may be thrown by. Servers
// write at their own pace, so a confession waits for the next look at all logs,
// that one server's cause stands before its effect on another.
func (s *servers) confessions(ctx context.Context) {
	var all []*diary
	for n := range s.state {
		all = append(all, &diary{node: n + 1, path: filepath.Join(s.ensemble.Dir(n+1), "server.log"), told: map[string]bool{}})
	}
	defer func() {
		for _, d := range all {
			d.close()
		}
	}()
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	broken := map[string]bool{}
	var waiting []confession
	for over := false; !over; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			over = true
		}
		old := len(waiting)
		for _, d := range all {
			waiting = append(waiting, d.read()...)
		}
		if over {
			old = len(waiting)
		}
		if old == 0 {
			continue
		}
		slices.SortStableFunc(waiting, func(a, b confession) int { return cmp.Compare(a.at, b.at) })
		// All that is older than the youngest of the last look may go.
		for _, c := range waiting[:old] {
			s.log.confess(c, broken)
		}
		waiting = append(waiting[:0], waiting[old:]...)
	}
}

// confess logs a confession, and a broken promise the first time that it breaks.
func (r *recorder) confess(c confession, broken map[string]bool) {
	e := runlog.Event{Kind: runlog.Threw, Node: c.node, Msg: c.msg, Text: c.why}
	cause := r.put(e)
	var watch checker.ZabInvariants // each of these events is judged by itself
	if b := watch.Observe(&e); b != nil && !broken[b.Name] {
		broken[b.Name] = true
		r.put(runlog.Event{Kind: runlog.Violated, Node: c.node, Msg: b.Name, Text: b.Why, Cause: cause})
	}
}

// read takes the whole lines that have come since. A log that cannot be read says
// nothing: the run does not depend on it.
func (d *diary) read() (found []confession) {
	if d.file == nil {
		f, err := os.Open(d.path)
		if err != nil {
			return nil
		}
		d.file, d.r = f, bufio.NewReaderSize(f, 64<<10)
	}
	for {
		line, err := d.r.ReadString('\n')
		d.part += line
		if err != nil {
			if !errors.Is(err, io.EOF) {
				d.close()
			}
			return found
		}
		c, ok := d.trace.line(strings.TrimSuffix(d.part, "\n"))
		d.part = ""
		switch {
		case d.trace.started:
			clear(d.told)
		case ok && !d.told[c.msg]:
			d.told[c.msg] = true
			c.node = d.node
			found = append(found, c)
		}
	}
}

func (d *diary) close() {
	if d.file != nil {
		d.file.Close()
	}
}

// trace is where in a log a reader is: the last line with a time, the exception
// below it, and the frame of its stack that was read last.
type trace struct {
	head, exception, frame string
	started                bool // the line was the first of a process
}

// Marks in a server's log, which is ZooKeeper's own word. Frames are taken
// rather than messages, since they say what was done, and not merely that it went
// wrong: a follower whose leader is gone says "Exception when following the
// leader" as well.
const (
	frameMark     = "\tat "
	frameReadsTxn = "org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn("
	frameReceives = "org.apache.zookeeper.server.quorum.Follower.processPacket("
	frameSyncs    = "org.apache.zookeeper.server.quorum.Learner.syncWithLeader("
	frameLoads    = "org.apache.zookeeper.server.quorum.QuorumPeer.loadDataBase("
	saysUnable    = " - Unable to load database on disk"
	saysStarting  = "QuorumPeerConfig - Reading configuration from:"
)

// line takes the next line and says whether it completes a confession.
func (t *trace) line(line string) (c confession, ok bool) {
	t.started = false
	frame, isFrame := strings.CutPrefix(line, frameMark)
	if !isFrame {
		if len(line) > 0 && line[0] >= '0' && line[0] <= '9' {
			*t = trace{head: line, started: strings.Contains(line, saysStarting)}
		} else if t.exception == "" {
			t.exception = line
		}
		return c, false
	}
	before := t.frame
	t.frame = frame
	msg := ""
	switch {
	case strings.HasPrefix(before, frameReadsTxn) && (strings.HasPrefix(frame, frameReceives) || strings.HasPrefix(frame, frameSyncs)):
		msg = "PROPOSAL"
	case strings.HasPrefix(frame, frameLoads) && strings.HasSuffix(t.head, saysUnable):
		msg = checker.Started
	default:
		return c, false
	}
	at, _, _ := strings.Cut(t.head, " ")
	return confession{at: at, msg: msg, why: t.exception}, true
}
