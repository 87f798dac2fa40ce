package campaign

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/report"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// Job is a run to be made.
type Job struct {
	Plan *plan.Plan
	// Scenario judges whether the story happened; nil asks the checks alone.
	Scenario *scenarios.Scenario
	// Again is put behind the name of the run folder: a replay does not
	// overwrite what it replays.
	Again string
	// Reproduce is the command line that makes this run again.
	Reproduce string
}

// Runner carries jobs out in one world. It reuses its memory, so it is for one
// goroutine, and nothing of a run but its Result outlives it.
type Runner struct {
	World string
	// Version is the release of ZooKeeper in a real world, "" the newest known.
	Version string
	// JobJar is the jar of the job that a real Flink cluster runs, "" the one that is
	// built for its release.
	JobJar string
	// Out is where run folders go.
	Out string
	// Keep makes a run folder for model runs. Real runs always have one.
	Keep bool
	// Forget makes none even for model runs that fail.
	Forget bool
	Budget checker.Budget
	// Explain looks for the counterexample of every bad run, also of those that
	// leave no folder.
	Explain bool
	// Watch is told of every event while the run goes on; it may be nil, and
	// must not keep the event.
	Watch func(*runlog.Event)
	// Began is told where the log of a run in a real world grows, before its first
	// event; it may be nil. With the run's end the file moves to its folder.
	Began func(log string)

	text   bytes.Buffer
	events []runlog.Event
}

// another is a Runner of the same settings, for another goroutine. It tells nobody.
func (r *Runner) another() *Runner {
	return &Runner{World: r.World, Version: r.Version, JobJar: r.JobJar, Out: r.Out, Keep: r.Keep, Budget: r.Budget, Explain: r.Explain}
}

// leaf is the name of a job's run folder: what two releases did with one seed lies
// side by side.
func (r *Runner) leaf(j Job) string {
	world := r.World
	if world != Sim && r.Version != "" {
		world += "-" + r.Version
	}
	return fmt.Sprintf("%s-%d%s", world, j.Plan.Seed, j.Again)
}

// Run carries a job out and judges it. See the package's documentation for the
// errors. After an error there is no run folder.
func (r *Runner) Run(ctx context.Context, j Job) (res *Result, err error) {
	begun := time.Now()
	defer func() {
		if v := recover(); v != nil {
			res, err = nil, &Fault{j.Reproduce, v, debug.Stack()}
		}
	}()
	if err := errors.Join(CheckPlan(j.Plan, r.World), CheckJobJar(j.Plan, r.World, r.JobJar)); err != nil {
		return nil, err
	}
	if r.World != Sim {
		if err := CheckRelease(j.Plan, r.Version); err != nil {
			return nil, err
		}
	}
	var f *folder
	if r.Keep || r.World != Sim {
		if f, err = newFolder(r.Out, j.Plan.Scenario, r.leaf(j)); err != nil {
			return nil, err
		}
		// Also when something panics on the way.
		defer func() {
			if res == nil {
				err = errors.Join(err, f.discard())
			}
		}()
	}
	h := r.header(j.Plan)
	sum, err := r.carry(ctx, j.Plan, h, f)
	if err != nil {
		return nil, err
	}
	made, err := Judged(h, r.events, j.Scenario, r.budget())
	if err != nil {
		return nil, fmt.Errorf("the world %s wrote a log that cannot be: %w", r.World, err)
	}
	made.LogSha256, made.Reproduce = sum, j.Reproduce
	if r.Explain || f != nil {
		made.Explain()
	}
	if f != nil {
		if err := r.fill(f, j.Plan, h, made); err != nil {
			return nil, err
		}
		made.Log = filepath.Join(f.final, LogFile)
	}
	made.run = nil // it holds the whole log
	made.WallMs = time.Since(begun).Milliseconds()
	return made, nil
}

func (r *Runner) budget() checker.Budget {
	if r.Budget == (checker.Budget{}) {
		return checker.DefaultBudget
	}
	return r.Budget
}

func (r *Runner) header(p *plan.Plan) runlog.Header {
	h := runlog.Header{
		Scenario: p.Scenario, Seed: p.Seed, World: r.World, Bug: p.Bug, Servers: p.Topology.Servers, Clients: len(p.Clients),
	}
	zooKeeper, flink := releaseOf(p, r.Version)
	h.Variant = cmp.Or(flink, zooKeeper)
	h.Session = int64(p.Topology.SessionTimeout)
	h.Join = int64(p.Topology.Tick) * int64(p.Topology.InitLimit)
	h.Checkpoint, h.Tolerant, h.Application = int64(p.Flink.Checkpoint), p.Flink.Tolerant, p.Flink.Application
	h.Window, h.Parties = int64(p.Flink.Window), p.Flink.Parties()
	if r.World == Sim {
		protocol, _ := sim.ProtocolOf(p) // CheckPlan has said that there is one
		h.Variant = cmp.Or(p.Variant, protocol.Variant)
		if protocol.Name != sim.ZAB {
			h.Protocol = protocol.Name
		}
	}
	return h
}

// carry runs the plan in its world. The log goes to memory in the model, and
// to the run folder in real worlds, so that it is there whatever happens. It
// returns the log's SHA-256.
func (r *Runner) carry(ctx context.Context, p *plan.Plan, h runlog.Header, f *folder) (string, error) {
	sum := sha256.New()
	if r.World == Sim {
		r.text.Reset()
		var to io.Writer = sum
		if f != nil {
			to = io.MultiWriter(sum, &r.text)
		}
		return r.record(ctx, &sim.World{}, p, h, to, sum)
	}
	// The servers' folder is named to them by its whole path.
	dir, err := filepath.Abs(filepath.Join(f.temp, serversDir))
	if err != nil {
		return "", err
	}
	var hex string
	err = f.write(LogFile, func(file *os.File) (err error) {
		if r.Began != nil {
			r.Began(file.Name())
		}
		hex, err = r.record(ctx, newReal(r.World, h.Variant, dir, r.JobJar), p, h, io.MultiWriter(sum, file), sum)
		return err
	})
	return hex, err
}

func (r *Runner) record(ctx context.Context, w scenarios.World, p *plan.Plan, h runlog.Header, to io.Writer, sum hash.Hash) (string, error) {
	t := &tee{w: runlog.NewWriter(to, h), events: r.events[:0], watch: r.Watch, live: r.World != Sim}
	err := w.Run(ctx, p, t)
	r.events = t.events
	if err = errors.Join(err, t.w.Flush()); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// fill writes what lies beside the log and puts the folder in its place.
func (r *Runner) fill(f *folder, p *plan.Plan, h runlog.Header, res *Result) error {
	if r.World == Sim {
		err := f.write(LogFile, func(file *os.File) error {
			_, err := file.Write(r.text.Bytes())
			return err
		})
		if err != nil {
			return err
		}
	}
	text := p.String()
	page := report.Report{
		Header: h, Events: r.events, Verdict: res.Verdict.String(), Reproduce: res.Reproduce, Plan: text, LogName: LogFile,
		Counterexample: shown(res.Counterexample),
	}
	for _, c := range res.Checks {
		page.Checks = append(page.Checks, report.Check{Name: c.Name, Verdict: c.Verdict.String(), Why: c.Why})
	}
	err := errors.Join(
		f.write(PlanFile, func(file *os.File) error { _, err := file.WriteString(text); return err }),
		f.write(ReportFile, func(file *os.File) error { return report.HTML(file, page) }),
	)
	if err != nil {
		return err
	}
	return f.commit()
}
