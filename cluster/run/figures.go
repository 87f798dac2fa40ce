package run

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster/server"
	"github.com/schismlab/schism/zookeeper/figures"
)

// figuresLimit bounds how long a server may take to tell of itself: one that is
// paused takes for ever.
const figuresLimit = 500 * time.Millisecond

// monitor takes samples of the servers.
type monitor struct {
	mu    sync.Mutex
	begun time.Time
	read  map[int]int64 // by server, how far its log was read
}

// figures is what server n says of itself now, and what its log has gained since
// it was asked last.
func (w *world) figures(ctx context.Context, n int) figures.Sample {
	w.monitor.mu.Lock()
	defer w.monitor.mu.Unlock()
	at := time.Since(w.monitor.begun).Milliseconds()
	ctx, cancel := context.WithTimeout(ctx, figuresLimit)
	defer cancel()
	s := figures.Sample{At: at, State: figures.Gone}
	if answer, err := server.Word(ctx, w.addrs[n-1], "mntr"); err == nil && answer != "" {
		s = figures.Mntr(at, answer)
	}
	if s.Serves() {
		if status, err := w.servers.ensemble.Status(ctx, n); err == nil {
			s.Zxid = status.Zxid
		}
	}
	s.Lines, s.Warnings = w.monitor.gained(n, filepath.Join(w.servers.ensemble.Dir(n), "server.log"))
	return s
}

// gained counts the whole lines that a log has gained, and those that warn. A log
// that cannot be read has gained none.
func (m *monitor) gained(n int, path string) (lines, warnings int) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	fresh := make([]byte, 256<<10)
	count, _ := f.ReadAt(fresh, m.read[n])
	fresh = fresh[:bytes.LastIndexByte(fresh[:count], '\n')+1]
	m.read[n] += int64(len(fresh))
	for line := range bytes.Lines(fresh) {
		lines++
		if bytes.Contains(line, []byte(" WARN ")) || bytes.Contains(line, []byte(" ERROR ")) {
			warnings++
		}
	}
	return lines, warnings
}
