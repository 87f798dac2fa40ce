package checker

import (
	"sort"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var flinkOutput = Check{
	Name:    "flink-exactly-once",
	Doc:     "What clients appended to the input is in the job's output once, in the order of its directory; what may or may not have been appended, at most once; and nothing else.",
	Applies: hasFlink(runlog.Output),
	Judge:   judgeFlinkOutput,
}

// input is one record that a client appended, or may have.
type input struct {
	op   *runlog.Operation
	dir  string
	num  int64 // -1 where no answer tells
	seen *runlog.Event
}

// inputs are by what was written: clients write nothing twice.
func (r *Run) inputs() (map[string]*input, []string) {
	all := map[string]*input{}
	var order []string
	r.touches(func(e *effect) {
		dir := parent(e.path)
		if e.kind != opCreate || !strings.HasPrefix(dir, plan.InputRoot+"/") {
			return
		}
		in := &input{op: e.op, dir: dir, num: -1}
		if !e.nameless {
			_, in.num, _ = numbered(e.path)
		}
		all[e.data] = in
		order = append(order, e.data)
	})
	return all, order
}

func judgeFlinkOutput(r *Run, _ Budget) Result {
	inputs, order := r.inputs()
	last := map[string]*runlog.Event{}
	records := 0
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Output {
			continue
		}
		records++
		in := inputs[e.Data]
		switch was := last[e.Path]; {
		case in == nil || in.dir != e.Path || in.num >= 0 && in.num != int64(e.Num):
			return violation("exactly-once phantom", "The output has %q as record %d of %s, which no client wrote there.", e.Data, e.Num, e.Path)
		case in.seen != nil:
			return violation("exactly-once duplicated", "The output has %q, record %d of %s, twice: from checkpoint %d (attempt %d of %s) and from checkpoint %d (attempt %d of %s).",
				e.Data, e.Num, e.Path, in.seen.Ckpt, in.seen.Attempt, in.seen.Token, e.Ckpt, e.Attempt, e.Token)
		case was != nil && e.Num < was.Num:
			return violation("exactly-once order", "The output has record %d of %s after record %d.", e.Num, e.Path, was.Num)
		}
		in.seen = e
		last[e.Path] = e
	}
	sure, missing := 0, ""
	for _, data := range order {
		if in := inputs[data]; in.op.Out == runlog.OK {
			sure++
			if in.seen == nil && missing == "" {
				missing = data
			}
		}
	}
	switch {
	case missing == "":
		return ok("%s in the output, each once and in order; %d were acknowledged.", plural(records, "record"), sure)
	case r.drained():
		in := inputs[missing]
		return violation("exactly-once lost", "Client c%d appended %q to %s at %s, and it is acknowledged; the job has read all there is and completed a checkpoint, and it is not in the output.",
			in.op.Client, missing, in.dir, when(in.op.Call))
	case r.endedJob() != nil:
		return ok("%s in the output, each once and in order. The job was ended before it had read all.", plural(records, "record"))
	}
	return unknown("%q is not in the output, but the job was never seen to have read all there is.", missing)
}

var flinkConfig = Check{
	Name:    "flink-config",
	Doc:     "Of the configuration's versions the job puts out each at most once, in order, with the value that it had; and the last one for certain.",
	Applies: hasFlink(runlog.Config),
	Judge:   judgeFlinkConfig,
}

func judgeFlinkConfig(r *Run, _ Budget) Result {
	writes := map[string]*runlog.Operation{}
	r.touches(func(e *effect) {
		if e.path == plan.ConfigPath && (e.kind == opSet || e.kind == opCreate) {
			writes[e.data] = e.op
		}
	})
	var last *runlog.Event
	n := 0
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Config {
			continue
		}
		n++
		w := writes[e.Data]
		switch {
		case w == nil || w.Out == runlog.OK && w.Op == opSet && w.Result.Version != e.Version:
			return violation("config invented", "The job put out the configuration %q as version %d, which no client wrote.", e.Data, e.Version)
		case last != nil && e.Version == last.Version:
			return violation("config duplicated", "The job put out version %d of the configuration twice.", e.Version)
		case last != nil && e.Version < last.Version:
			return violation("config order", "The job put out version %d of the configuration after version %d.", e.Version, last.Version)
		}
		last = e
	}
	final := r.finalVersion(plan.ConfigPath)
	switch {
	case final == last.Version || final < 0:
		return ok("%s of the configuration, each once and in order, the last one too.", plural(n, "version"))
	case r.drained():
		return violation("config last", "The configuration ends with version %d, but the last that the job put out is version %d, and it has read all there is.", final, last.Version)
	case r.endedJob() != nil:
		return ok("%s of the configuration, each once and in order. The job was ended before it had put out the last one.", plural(n, "version"))
	}
	return unknown("The last version of the configuration was not put out, but the job was never seen to have read all there is.")
}

// finalVersion is a znode's version at the end, -1 if nobody looked.
func (r *Run) finalVersion(path string) int32 {
	var versions []int32
	for _, t := range r.trees {
		if e := t.znodes[path]; e != nil {
			versions = append(versions, e.Version)
		}
	}
	if len(versions) == 0 {
		return -1
	}
	sort.Slice(versions, func(i, j int) bool { return versions[i] > versions[j] })
	return versions[0]
}
