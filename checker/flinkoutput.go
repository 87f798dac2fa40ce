package checker

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var flinkOutput = Check{
	Name:    "flink-exactly-once",
	Doc:     "What clients appended to the input is in the job's output once, in the order of its directory; what may or may not have been appended, at most once; and nothing else.",
	Applies: hasFlink(runlog.Output, runlog.Drained),
	Judge:   judgeFlinkOutput,
}

// input is one record that a client appended, or may have.
type input struct {
	op   *runlog.Operation
	dir  string
	num  int64 // -1 where no answer tells
	seen *runlog.Event
	// there: it is in ZooKeeper at the end, whatever the client was answered.
	there bool
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
	for _, t := range r.trees {
		for _, e := range t.finals {
			in := all[e.Data]
			if in == nil || in.dir != parent(e.Path) {
				continue
			}
			if _, n, is := numbered(e.Path); is && (in.num < 0 || in.num == n) {
				in.num, in.there = n, true
			}
		}
	}
	return all, order
}

// outputs is what was put out, held against what was written.
type outputs struct {
	inputs  map[string]*input
	order   []string
	last    map[string]*runlog.Event // by directory
	records int
}

func judgeFlinkOutput(r *Run, _ Budget) Result {
	o := &outputs{last: map[string]*runlog.Event{}}
	o.inputs, o.order = r.inputs()
	for i := range r.Events {
		if e := &r.Events[i]; e.Kind == runlog.Output {
			if bad := o.take(e); bad != nil {
				return *bad
			}
		}
	}
	sure, missing := 0, ""
	for _, data := range o.order {
		if o.inputs[data].op.Out != runlog.OK {
			continue
		}
		if sure++; o.inputs[data].seen == nil && missing == "" {
			missing = data
		}
	}
	drained, ended := r.drained(), r.endedJob() != nil
	if drained || ended {
		if bad := o.lost(drained); bad != nil {
			return *bad
		}
	}
	switch {
	case missing == "":
		return ok("%s in the output, each once and in order; %d were acknowledged.", plural(o.records, "record"), sure)
	case ended:
		return ok("%s in the output, each once and in order. The job was ended before it had read all.", plural(o.records, "record"))
	}
	return unknown("%q is not in the output, but the job was never seen to have read all there is.", missing)
}

// take takes the next record of the output.
func (o *outputs) take(e *runlog.Event) *Result {
	o.records++
	var bad Result
	in := o.inputs[e.Data]
	switch was := o.last[e.Path]; {
	case in == nil || in.dir != e.Path || in.num >= 0 && in.num != int64(e.Num):
		bad = violation("exactly-once phantom", "The output has %q as record %d of %s, which no client wrote there.", e.Data, e.Num, e.Path)
	case in.seen != nil:
		bad = violation("exactly-once duplicated", "The output has %q, record %d of %s, twice: from checkpoint %d (attempt %d of %s) and from checkpoint %d (attempt %d of %s).",
			e.Data, e.Num, e.Path, in.seen.Ckpt, in.seen.Attempt, in.seen.Token, e.Ckpt, e.Attempt, e.Token)
	case was != nil && e.Num < was.Num:
		bad = violation("exactly-once order", "The output has record %d of %s after record %d.", e.Num, e.Path, was.Num)
	default:
		in.seen, o.last[e.Path] = e, e
		return nil
	}
	return &bad
}

// lost is a record that is not in the output although it should be. A directory is
// read in the order of its numbers: of a job that was ended, what it has put out says
// how far it had read. And where a record is in ZooKeeper whose client was never
// answered, a greater number that was answered, or put out, says that it was there
// before the clients had stopped.
func (o *outputs) lost(drained bool) *Result {
	known := map[string]int64{} // by directory, the greatest number of which that is known
	for dir, e := range o.last {
		known[dir] = int64(e.Num)
	}
	for _, in := range o.inputs { // the order does not matter: these are maxima
		if in.op.Out == runlog.OK {
			known[in.dir] = max(known[in.dir], in.num)
		}
	}
	for _, data := range o.order {
		in := o.inputs[data]
		acknowledged := in.op.Out == runlog.OK
		if in.seen != nil || !acknowledged && (!in.there || in.num >= known[in.dir]) {
			continue
		}
		last, read := o.last[in.dir], "the job has read all there is and completed a checkpoint"
		if !drained {
			if last == nil || in.num >= int64(last.Num) {
				continue
			}
			read = fmt.Sprintf("the job has put out record %d of it before it was ended", last.Num)
		}
		answer := "it is acknowledged"
		if !acknowledged {
			answer = fmt.Sprintf("it was not answered, but is there as record %d", in.num)
		}
		bad := violation("exactly-once lost", "Client c%d appended %q to %s at %s, and %s; %s, and it is not in the output.",
			in.op.Client, data, in.dir, when(in.op.Call), answer, read)
		return &bad
	}
	return nil
}

var flinkConfig = Check{
	Name: "flink-config",
	Doc:  "Of the configuration's versions the job puts out each at most once, in order, with the value that it had; and the last one for certain.",
	Applies: func(r *Run) bool {
		return hasFlink(runlog.Config)(r) || hasFlink(runlog.Drained)(r) && r.configVersions().latest >= 0
	},
	Judge: judgeFlinkConfig,
}

// configVersions is what is known of the versions of the configuration.
type configVersions struct {
	writes map[string]*runlog.Operation // by value
	values map[int32]string             // by version, as an answer or a server's final state tells
	// latest is the last version of which anybody knows, -1 if there is none; whole: it
	// is the last that there is.
	latest int32
	whole  bool
}

func (r *Run) configVersions() *configVersions {
	c := &configVersions{writes: map[string]*runlog.Operation{}, values: map[int32]string{}, latest: -1}
	r.touches(func(e *effect) {
		if e.path != plan.ConfigPath || e.kind != opSet && e.kind != opCreate {
			return
		}
		c.writes[e.data] = e.op
		if e.acknowledged() {
			c.values[e.version] = e.data // 0 of one that is created
			c.latest = max(c.latest, e.version)
		}
	})
	for i := range r.History {
		if o := &r.History[i]; o.Op == opGet && o.Out == runlog.OK && o.Path == plan.ConfigPath {
			c.values[o.Result.Version] = o.Result.Data
			c.latest = max(c.latest, o.Result.Version)
		}
	}
	for _, t := range r.trees {
		if e := t.znodes[plan.ConfigPath]; e != nil {
			c.values[e.Version] = e.Data
			c.latest, c.whole = max(c.latest, e.Version), true
		}
	}
	return c
}

func judgeFlinkConfig(r *Run, _ Budget) Result {
	c := r.configVersions()
	last := int32(-1)
	n := 0
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Config {
			continue
		}
		n++
		value, told := c.values[e.Version]
		w := c.writes[e.Data]
		switch {
		case w == nil || told && value != e.Data || c.whole && e.Version > c.latest || w.Out == runlog.OK && w.Op == opSet && w.Result.Version != e.Version:
			return violation("config invented", "The job put out the configuration %q as version %d, which no client wrote.", e.Data, e.Version)
		case e.Version == last:
			return violation("config duplicated", "The job put out version %d of the configuration twice.", e.Version)
		case e.Version < last:
			return violation("config order", "The job put out version %d of the configuration after version %d.", e.Version, last)
		}
		last = e.Version
	}
	switch {
	case c.latest <= last:
		return ok("%s of the configuration, each once and in order, the last one too.", plural(n, "version"))
	case r.drained() && n == 0:
		return violation("config last", "The configuration ends with version %d, but the job has put out none, and it has read all there is.", c.latest)
	case r.drained():
		return violation("config last", "The configuration ends with version %d, but the last that the job put out is version %d, and it has read all there is.", c.latest, last)
	case r.endedJob() != nil:
		return ok("%s of the configuration, each once and in order. The job was ended before it had put out the last one.", plural(n, "version"))
	}
	return unknown("The last version of the configuration was not put out, but the job was never seen to have read all there is.")
}
