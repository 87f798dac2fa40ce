package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

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
	step     string // the last step that came into force
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

// event takes note of the steps of a run in a real world.
func (p *progress) event(e *runlog.Event) {
	if e.Kind != runlog.Step && e.Kind != runlog.Begin && e.Kind != runlog.Done {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case runlog.Begin:
		p.step = "clients start"
	case runlog.Done:
		p.step = "clients have stopped"
	default:
		p.step = e.Text
	}
	if p.terminal {
		p.draw(true)
	} else {
		fmt.Fprintf(p.w, "%s %6.1fs %s\n", p.name, float64(e.T)/1e9, p.step)
	}
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
	p.step = ""
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
