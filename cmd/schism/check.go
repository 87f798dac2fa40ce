package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
	"github.com/schismlab/schism/checker/meter"
	"github.com/schismlab/schism/runlog"
)

const checkHelp = `Judge what clients saw, without running anything.

The file is a run log, or a history that another program recorded. Its format is
guessed, and said:

  run-log     this program's own: a run folder's log.jsonl, or calls alone.
              Every check judges it. A run folder stands for the log in it
  jepsen      Jepsen's history.edn: maps with :process, :type, :f and :value.
              With keys in values, [key value], each key is judged on its own
  etcd-log    Jepsen's log lines: INFO  jepsen.util - 0 :invoke :write 2
  kv-log      Jepsen's maps with a :key, and get, put and append
  json-lines  a JSON object a line:
              {"process":0,"type":"invoke","f":"write","value":2}
              {"process":0,"type":"ok","f":"write","value":2}
              type is invoke, ok, fail (no effect), refused (the object said no),
              or info (nobody knows). key, index and time may be there

Such a history is held to one promise, linearizability, of the object that its
functions name: a register (read, write), a cas-register (cas [expected new]), a
multi-register (txn [[read x nil] [write y 2]]), a kv (get, put, append), a mutex
(acquire, release), a set (add, read) or a queue (enqueue, dequeue; first in,
first out). What was not answered may take effect at any later time, or never.
The verdict is ok, violation, unknown if the budget of time and memory did not
last, or vacuous if nothing was answered.`

type checkOptions struct {
	json    bool
	as      string
	initial string
	time    time.Duration
	memory  int
	follow  bool
}

func checkCommand() *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Judge a run log again, or another program's history",
		Long:  checkHelp + followHelp,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.follow {
				return o.followLog(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
			}
			j, err := o.judge(args[0])
			if err != nil {
				return err
			}
			return j.print(newPrinter(c.OutOrStdout(), o.json, newProgress(c.ErrOrStderr(), 1)))
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	c.Flags().BoolVar(&o.follow, "follow", false, "judge a run log while it is written")
	c.Flags().StringVar(&o.as, "as", "", "the file's `format`, instead of a guess: "+strings.Join(format.Names(), ", "))
	c.Flags().StringVar(&o.initial, "initial", "nil", "the `value` that registers begin with")
	c.Flags().DurationVar(&o.time, "time", checker.DefaultBudget.Time, "how long a check may take")
	c.Flags().IntVar(&o.memory, "memory", int(checker.DefaultBudget.Memory>>20), "by how many `MB` the heap may grow in a check")
	return c
}

func (o *checkOptions) budget() (checker.Budget, error) {
	if o.time <= 0 {
		return checker.Budget{}, badInput{fmt.Sprintf("--time %v: want more than 0", o.time)}
	}
	if o.memory < 1 || o.memory > 1<<20 {
		return checker.Budget{}, badInput{fmt.Sprintf("--memory %d: want from 1 to %d MB", o.memory, 1<<20)}
	}
	return checker.Budget{Time: o.time, Memory: uint64(o.memory) << 20}, nil
}

// judgement is what check says of a file: of a run log or of another program's
// history, the other is nil.
type judgement struct {
	run     *campaign.Result
	history *historyResult
	measured
}

// measured is what is said of either.
type measured struct {
	Format  format.Name `json:"format"`
	Why     string      `json:"why"`
	Seconds float64     `json:"seconds"`
	// PeakBytes is the most that the heap was seen to take, from the opening of
	// the file to the verdict, with what was not yet collected.
	PeakBytes uint64 `json:"peakBytes"`
}

// MarshalJSON writes the members of both as one object.
func (j *judgement) MarshalJSON() ([]byte, error) {
	if j.run != nil {
		return json.Marshal(struct {
			*campaign.Result
			measured
		}{j.run, j.measured})
	}
	return json.Marshal(struct {
		*historyResult
		measured
	}{j.history, j.measured})
}

func (o *checkOptions) judge(path string) (*judgement, error) {
	b, err := o.budget()
	if err != nil {
		return nil, err
	}
	path = within(path)
	f, err := os.Open(path)
	if err != nil {
		return nil, reading(err)
	}
	defer f.Close()
	begun, m := time.Now(), meter.Watch()
	j, err := o.judgeAs(path, bufio.NewReaderSize(f, 64<<10), b)
	m.Close()
	if err != nil {
		return nil, reading(err)
	}
	j.Seconds, j.PeakBytes = time.Since(begun).Seconds(), m.Peak()
	return j, nil
}

// within is the history that a folder stands for: a run's log, or the history
// in Jepsen's store.
func within(path string) string {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return path
	}
	edn := filepath.Join(path, "history.edn")
	if _, err := os.Stat(edn); err == nil {
		return edn
	}
	return filepath.Join(path, campaign.LogFile)
}

func (o *checkOptions) judgeAs(path string, in *bufio.Reader, b checker.Budget) (*judgement, error) {
	as := format.Name(o.as)
	if as == "" {
		head, err := in.Peek(format.Peek)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if as, err = format.Guess(path, head); err != nil {
			return nil, err
		}
	} else if !slices.Contains(format.Names(), o.as) {
		return nil, badInput{fmt.Sprintf("--as %q: want one of %s", o.as, strings.Join(format.Names(), ", "))}
	}
	if as != format.RunLog {
		return o.judgeHistory(path, in, as, b)
	}
	r, err := judgeRunLog(path, in, b)
	if err != nil {
		return nil, err
	}
	return &judgement{run: r, measured: measured{Format: as, Why: whyOf(r)}}, nil
}

func judgeRunLog(path string, in io.Reader, b checker.Budget) (*campaign.Result, error) {
	begun, sum := time.Now(), sha256.New()
	h, events, err := runlog.ReadAll(path, io.TeeReader(in, sum))
	if err != nil {
		return nil, err
	}
	for i := range events {
		if e := &events[i]; e.Kind == runlog.Call && !runlog.KnownOp(e.Op) {
			return nil, &runlog.SyntaxError{File: path, Line: i + 2, Msg: fmt.Sprintf("unknown op %q; want a call of ZooKeeper's or of a recipe, such as get or acquire", e.Op)}
		}
	}
	s, err := named(h.Scenario)
	if err != nil {
		s = nil // nobody's scenario: the checks judge it alone
	}
	r, err := campaign.Judged(h, events, s, b)
	var impossible *runlog.ImpossibleError
	if errors.As(err, &impossible) {
		return nil, &runlog.SyntaxError{File: path, Line: impossible.Event + 1, Msg: impossible.Msg}
	}
	if err != nil {
		return nil, badInput{fmt.Sprintf("%s: %v", path, err)}
	}
	r.Log, r.LogSha256 = path, hex.EncodeToString(sum.Sum(nil))
	r.Reproduce = "schism check " + path
	r.WallMs = time.Since(begun).Milliseconds()
	return r, nil
}

// whyOf is what the check says that decided the verdict of a run.
func whyOf(r *campaign.Result) string {
	for _, c := range r.Checks {
		if c.Verdict == r.Verdict && c.Verdict != checker.OK {
			return c.Name + ": " + c.Why
		}
	}
	if len(r.Checks) == 1 {
		return r.Checks[0].Name + ": " + r.Checks[0].Why
	}
	return fmt.Sprintf("Each of %d checks holds.", len(r.Checks))
}

// print prints every check, since that is what was asked for.
func (j *judgement) print(p *printer) error {
	verdict, signature, checks := j.verdict()
	p.runs++
	p.counts[verdict]++
	if p.json {
		if err := json.NewEncoder(p.w).Encode(j); err != nil {
			return err
		}
		return p.end()
	}
	fmt.Fprintf(p.w, "format %s%s\n", j.Format, j.about())
	for _, c := range checks {
		if _, err := fmt.Fprintf(p.w, "%s %s: %s\n", p.paint(c.Verdict, fmt.Sprintf("%-9s", c.Verdict)), c.Name, c.Why); err != nil {
			return err
		}
	}
	if signature != "" {
		fmt.Fprintf(p.w, "signature %s\n", signature)
	}
	p.last = &campaign.Result{}
	if j.run != nil {
		j.run.Explain()
		fmt.Fprint(p.w, explained(j.run, ""))
	}
	return p.end()
}

func (j *judgement) verdict() (checker.Verdict, string, []checker.Result) {
	if r := j.run; r != nil {
		return r.Verdict, r.Signature, r.Checks
	}
	r := j.history
	return r.Verdict, r.Signature, []checker.Result{{Name: r.check, Verdict: r.Verdict, Why: j.Why}}
}
