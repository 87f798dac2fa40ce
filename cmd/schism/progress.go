package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// progress says on stderr how far a command has come: on a terminal in one line
// that is written over, elsewhere in plain lines, and few of them.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	width    int
	total    int
	done     int
	name     string // of the scenario
	step     string // the last step that came into force, or what followed from it
	clients  bool   // of this run have begun
	begun    time.Time
	said     time.Time
	drawn    bool
}

// How often progress speaks.
const (
	redrawEvery = 100 * time.Millisecond
	sayEvery    = 10 * time.Second
)

func newProgress(w io.Writer, total int) *progress {
	now := time.Now()
	p := &progress{w: w, total: total, begun: now, said: now, width: 80}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.terminal = true
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			p.width = width
		}
	}
	return p
}

// scenario begins another scenario.
func (p *progress) scenario(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name, p.step = name, ""
	p.draw(false)
}

// event takes note of how a run in a real world goes on.
func (p *progress) event(e *runlog.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.news(e)
	if now == "" {
		return
	}
	p.step = now
	if p.terminal {
		p.draw(true)
	} else {
		fmt.Fprintf(p.w, "%s %6.1fs %s\n", p.name, float64(e.T)/1e9, p.step)
	}
}

// news is what an event says that a spectator wants to know, "" if nothing: the steps,
// who starts before them, and what Flink does about them.
func (p *progress) news(e *runlog.Event) string {
	who := e.Proc
	if who == "" && e.Node > 0 {
		who = plan.ServerName(e.Node)
	}
	switch e.Kind {
	case runlog.Begin:
		p.clients = true
		return "clients start"
	case runlog.Done:
		return "clients have stopped"
	case runlog.Step:
		return e.Text
	case runlog.Start:
		if !p.clients {
			return who + " was started"
		}
	case runlog.Crash:
		if e.Text != "" {
			return who + " has ended by itself: " + e.Text
		}
	case runlog.Ready:
		return who + " leads, and all others follow it"
	case runlog.Grant:
		return who + " leads the Flink cluster"
	case runlog.Checkpoint:
		if e.Text == runlog.Restored && e.Ckpt > 0 {
			return fmt.Sprintf("%s starts the job again from checkpoint %d", who, e.Ckpt)
		}
	}
	return ""
}

// began says where the log of a run grows.
func (p *progress) began(log string) {
	p.line(func() { fmt.Fprintf(p.w, "follow it with: schism check --follow %s\n", log) })
}

// finished counts a run.
func (p *progress) finished() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.step, p.clients = "", false
	p.draw(false)
}

// line lets write print to a place that may be the same screen.
func (p *progress) line(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	write()
}

func (p *progress) close() { p.line(func() {}) }

func (p *progress) erase() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\033[K")
		p.drawn = false
	}
}

// draw shows the state, if it is time to.
func (p *progress) draw(now bool) {
	since := time.Since(p.said)
	switch {
	case p.terminal && (now || since >= redrawEvery):
		p.erase()
		text := []rune(p.state())
		if len(text) >= p.width {
			text = append(text[:max(0, p.width-2)], '…')
		}
		fmt.Fprint(p.w, string(text))
		p.drawn, p.said = true, time.Now()
	case !p.terminal && since >= sayEvery && p.done < p.total:
		fmt.Fprintln(p.w, p.state())
		p.said = time.Now()
	}
}

func (p *progress) state() string {
	spent := time.Since(p.begun).Seconds()
	text := fmt.Sprintf("%d of %d runs", p.done, p.total)
	if p.done > 0 {
		rate := float64(p.done) / spent
		left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second)).Round(time.Second)
		text += fmt.Sprintf(", %.1f a second, %v left", rate, left)
	}
	text += ", " + p.name
	if p.step != "" {
		text += ": " + p.step
	}
	return text
}
