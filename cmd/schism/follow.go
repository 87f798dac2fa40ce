package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/online"
	"github.com/schismlab/schism/runlog"
)

// pollEvery is how often a followed file is asked whether it has grown.
const pollEvery = 200 * time.Millisecond

const followHelp = `

With --follow a run log is judged while it is written: the file is asked five
times a second whether it has grown, and a violation is printed as soon as its
line is there. That ends with the log's last event, or on an interrupt. Memory
is in proportion to the znodes, the clients and what is open, not to the run; so
only those promises are judged that can be judged so. The others are named at
the end and left to a check of the whole log. A run under way is followed by the
folder that it will have, such as out/leader-crash/local-1.`

// tail reads a file that grows. Where it ends for now, it waits for more.
type tail struct {
	ctx  context.Context
	file *os.File
	at   int64
	// failed is why it ended. A reader of lines may see half a line before that,
	// and complain of it first.
	failed error
}

func (t *tail) Read(b []byte) (int, error) {
	for {
		n, err := t.file.Read(b)
		t.at += int64(n)
		if n > 0 || err != io.EOF {
			return n, err
		}
		if info, err := t.file.Stat(); err == nil && info.Size() < t.at {
			t.failed = badInput{fmt.Sprintf("%s: has become shorter while it was followed: want a log that is only added to", t.file.Name())}
			return 0, t.failed
		}
		select {
		case <-t.ctx.Done():
			t.failed = context.Cause(t.ctx)
			return 0, t.failed
		case <-time.After(pollEvery):
		}
	}
}

// followed is what is said of a log when it has come to its end.
type followed struct {
	Verdict   checker.Verdict `json:"verdict"`
	Signature string          `json:"signature"` // of the first violation
	Why       string          `json:"why"`
	Ended     bool            `json:"ended"`
	Events    int64           `json:"events"`
	Calls     int64           `json:"calls"`
	// Answers and Zxids count the answers, and those that carry a zxid.
	Answers int64    `json:"answers"`
	Zxids   int64    `json:"zxids"`
	Left    []string `json:"left"`
}

// followLog judges a log while it is written.
func (o *checkOptions) followLog(ctx context.Context, path string, stdout, stderr io.Writer) error {
	if o.as != "" && o.as != "run-log" {
		return badInput{fmt.Sprintf("--follow --as %s: only a run log can be followed", o.as)}
	}
	if path = within(path); campaign.Growing(filepath.Dir(path)) != "" {
		path = campaign.Growing(filepath.Dir(path))
	} else if growing := campaign.Growing(path); growing != "" {
		path = growing
	}
	file, err := os.Open(path)
	if err != nil {
		return reading(err)
	}
	defer file.Close()
	p := newPrinter(stdout, o.json, newProgress(stderr, 1))
	j := &online.Judge{}
	in := &tail{ctx: ctx, file: file}
	first, last, err := o.read(in, path, j, p)
	if in.failed != nil {
		err = in.failed
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	res := &followed{
		Ended: err == nil, Events: j.Events, Calls: j.Calls, Answers: j.Answers, Zxids: j.Zxids, Left: online.Left(),
	}
	res.conclude(first, last)
	if err := p.followed(res, path); err != nil {
		return err
	}
	if !res.Ended && first == nil {
		return context.Cause(ctx)
	}
	return p.end()
}

// read judges event by event until the last one, which it returns, and prints
// each alarm; it returns the first.
func (o *checkOptions) read(in io.Reader, path string, j *online.Judge, p *printer) (first *online.Alarm, last runlog.Event, err error) {
	r, err := runlog.NewReader(path, in)
	if err != nil {
		return nil, last, err
	}
	if !o.json {
		fmt.Fprintf(p.w, "following %s: %s, seed %d, in %s\n", path, r.Header.Scenario, r.Header.Seed, r.Header.World)
	}
	for last.Kind != runlog.End {
		if _, err := r.Read(&last); err != nil {
			return first, last, err
		}
		a := j.Observe(&last)
		if a == nil {
			continue
		}
		if first == nil {
			first = a
		}
		if err := p.alarm(a, path); err != nil {
			return first, last, err
		}
	}
	return first, last, nil
}

// alarm prints a violation with the line of the log that shows it: the header is
// line 1.
func (p *printer) alarm(a *online.Alarm, path string) error {
	line := a.Event + 1
	if p.json {
		return json.NewEncoder(p.w).Encode(struct {
			Line int64 `json:"line"`
			*online.Alarm
		}{line, a})
	}
	_, err := fmt.Fprintf(p.w, "%s %s:%d: %s: %s\n", p.paint(checker.Violation, "violation"), path, line, a.Signature, a.Why)
	return err
}

// conclude says what the alarms, and the log's end, come to.
func (f *followed) conclude(first *online.Alarm, last runlog.Event) {
	switch {
	case first != nil:
		f.Verdict, f.Signature, f.Why = checker.Violation, first.Signature, first.Why
	case !f.Ended:
		f.Verdict, f.Why = checker.Unknown, "It was interrupted before the log's last event; nothing had been broken so far."
	case last.Text != "":
		f.Verdict, f.Why = checker.Unknown, "The run could not go on: "+strings.TrimSuffix(last.Text, ".")+"."
	case f.Zxids == 0:
		f.Verdict, f.Why = checker.Unknown, "No answer carries a zxid, and without them nothing of the clients can be judged on the way."
	default:
		f.Why = fmt.Sprintf("No promise was broken that can be judged on the way: %s.", strings.Join(online.Checks, ", "))
	}
}

// followed prints the end.
func (p *printer) followed(f *followed, path string) error {
	p.runs++
	p.counts[f.Verdict]++
	p.last = &campaign.Result{}
	if p.json {
		return json.NewEncoder(p.w).Encode(f)
	}
	_, err := fmt.Fprintf(p.w, "%s after %d events, %d calls, %d answers of which %d carry a zxid\n%s\nleft to the whole run, schism check %s: %s\n",
		p.paint(f.Verdict, f.Verdict.String()), f.Events, f.Calls, f.Answers, f.Zxids, f.Why, path, strings.Join(f.Left, ", "))
	return err
}
