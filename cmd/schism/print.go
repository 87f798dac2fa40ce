package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
)

// printer prints results as they come and sums them up.
type printer struct {
	w      io.Writer
	json   bool
	color  bool
	show   *progress
	begun  time.Time
	counts map[checker.Verdict]int
	runs   int
	last   *campaign.Result
	silent int // failures that left no run folder
}

func newPrinter(w io.Writer, asJSON bool, show *progress) *printer {
	f, isFile := w.(*os.File)
	color := isFile && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return &printer{w: w, json: asJSON, color: color, show: show, begun: time.Now(), counts: map[checker.Verdict]int{}}
}

// result prints one run, if it is worth a line.
func (p *printer) result(r *campaign.Result) (err error) {
	p.runs++
	p.counts[r.Verdict]++
	p.last = r
	p.show.line(func() {
		if p.json {
			err = json.NewEncoder(p.w).Encode(r)
		} else if r.Verdict != checker.OK {
			err = p.text(r)
		}
	})
	p.show.finished()
	return err
}

// text tells of a run that is not ok. A passing run takes one line.
func (p *printer) text(r *campaign.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s seed %d in %s", p.paint(r.Verdict, fmt.Sprintf("%-9s", r.Verdict)), r.Scenario, r.Seed, r.World)
	if r.Bug != "" {
		fmt.Fprintf(&b, " with %s", r.Bug)
	}
	if r.Signature != "" {
		fmt.Fprintf(&b, ": %s", r.Signature)
	}
	b.WriteByte('\n')
	if r.Verdict.Passes() {
		_, err := io.WriteString(p.w, b.String())
		return err
	}
	for _, c := range r.Checks {
		if !c.Verdict.Passes() {
			fmt.Fprintf(&b, "  %s: %s: %s\n", c.Name, c.Verdict, c.Why)
		}
	}
	if r.Log == "" {
		p.silent++
	} else {
		dir := filepath.Dir(r.Log)
		fmt.Fprintf(&b, "  report %s\n  replay: schism replay %s\n", filepath.Join(dir, campaign.ReportFile), filepath.Join(dir, campaign.PlanFile))
	}
	b.WriteString(explained(r, "  "))
	fmt.Fprintf(&b, "  reproduce: %s\n", r.Reproduce)
	_, err := io.WriteString(p.w, b.String())
	return err
}

// explained is the counterexample of a run, with blanks before each line; "" if
// it has none.
func explained(r *campaign.Result, indent string) string {
	if r.Counterexample == nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(r.Counterexample.Text(100)) {
		b.WriteString(indent + line)
	}
	return b.String()
}

// paint colours a verdict on a terminal: red, amber, or grey for what proved
// nothing.
func (p *printer) paint(v checker.Verdict, s string) string {
	if !p.color {
		return s
	}
	code := map[checker.Verdict]int{checker.OK: 32, checker.Permitted: 33, checker.Violation: 31}[v]
	if code == 0 {
		code = 35
	}
	return fmt.Sprintf("\033[%dm%s\033[0m", code, s)
}

// sum counts the verdicts, for people, and gives the worst.
func (p *printer) sum() (text string, worst checker.Verdict) {
	var parts []string
	for _, v := range []checker.Verdict{checker.OK, checker.Permitted, checker.Vacuous, checker.Unknown, checker.Violation} {
		if n := p.counts[v]; n > 0 {
			worst = v
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", "), worst
}

// stopped says what had come of a campaign when it was interrupted.
func (p *printer) stopped(w io.Writer, total int) {
	sum, _ := p.sum()
	if sum == "" {
		sum = "none had ended"
	}
	p.show.line(func() { fmt.Fprintf(w, "schism: stopped after %d of %d runs: %s\n", p.runs, total, sum) })
}

// end prints the sum and gives the error that the worst verdict means.
func (p *printer) end() error {
	if p.runs == 0 {
		return errNothingRan
	}
	sum, worst := p.sum()
	if !p.json {
		p.show.close()
		if p.runs == 1 && p.last.Verdict.Passes() && p.last.Log != "" {
			fmt.Fprintf(p.w, "report %s\n", filepath.Join(filepath.Dir(p.last.Log), campaign.ReportFile))
		}
		if p.silent > 0 {
			fmt.Fprintf(p.w, "%d failing runs left no run folder; their reproduce lines make one\n", p.silent)
		}
		word := "runs"
		if p.runs == 1 {
			word = "run"
		}
		fmt.Fprintf(p.w, "DONE %d %s: %s in %.1fs\n", p.runs, word, sum, time.Since(p.begun).Seconds())
	}
	if worst.Passes() {
		return nil
	}
	return verdictError{worst}
}

// wrapped is a list of names in lines of a terminal's width, for a command's help.
func wrapped(names []string) string {
	var b strings.Builder
	width := 0
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		if i == 0 || width+len(name)+2 > 98 {
			b.WriteString("\n  " + name)
			width = 2 + len(name)
			continue
		}
		b.WriteString(" " + name)
		width += 2 + len(name)
	}
	return strings.TrimPrefix(b.String(), "\n")
}
