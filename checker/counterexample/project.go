package counterexample

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// projection makes a run of a part: a log as a world would have written it, had
// there been nothing else. What was left out must not be missed: the versions of
// a znode are numbered anew without gaps, multis keep the parts about znodes
// that count, lists the children that do, and Stats say nothing of children.
type projection struct {
	s *subject
	part
	check string
	// versions are by znode those that count, ascending, with 0 as the first.
	versions map[string][]int32
	// folded counts by counter the acknowledged counts that are left out.
	folded map[string]int64
}

// beyond is a version that no znode has: of a guard whose version is left out.
const beyond = 1 << 30

func (s *subject) project(check string, p part) *projection {
	j := &projection{s: s, part: p, check: check, versions: map[string][]int32{}, folded: map[string]int64{}}
	for i := range p.items {
		switch i.kind {
		case call:
			j.mention(&s.run.History[i.index])
		case final:
			for _, at := range s.trees[i.index].finals {
				e := &s.run.Events[at]
				j.note(e.Path, e.Version)
			}
		}
	}
	for path, list := range j.versions {
		list = append(list, 0)
		slices.Sort(list)
		j.versions[path] = slices.Compact(list)
	}
	if check == "counter" {
		j.fold()
	}
	return j
}

func (j *projection) note(path string, version int32) {
	if j.paths[path] && !j.s.rest(path) {
		j.versions[path] = append(j.versions[path], version)
	}
}

// mention notes the versions that an operation's answer shows.
func (j *projection) mention(o *runlog.Operation) {
	if o.Out == runlog.Unknown && o.Op == "multi" {
		// If it took effect it did so on all of its znodes.
		for _, p := range o.Parts {
			if p.Op == "set" && p.Version >= 0 {
				j.note(p.Path, p.Version+1)
			}
		}
	}
	if o.Out != runlog.OK {
		return
	}
	if (o.Op == "get" || o.Op == "exists") && o.Result.Version >= 0 {
		j.note(o.Path, o.Result.Version)
	}
	for _, c := range changesOf(o) {
		if c.do == "set" {
			j.note(c.path, c.version)
		}
	}
}

// fold puts the counts that are left out into what a counter began with.
func (j *projection) fold() {
	for path, list := range j.s.changes {
		for _, c := range list {
			if c.do == "set" && c.acked && !j.items[item{call, c.op}] {
				j.folded[path]++
			}
		}
	}
}

// rank is a version's place among those that count: how many lower ones there
// are.
func (j *projection) rank(path string, version int32) (int32, bool) {
	list, is := j.versions[path]
	if !is || version < 0 {
		return version, true
	}
	n, found := slices.BinarySearch(list, version)
	return int32(n), found
}

// floor is the rank of the last version that counts, up to this one.
func (j *projection) floor(path string, version int32) int32 {
	n, found := j.rank(path, version)
	if !found {
		n--
	}
	return n
}

// guard is the guard of a write, told in versions that count. An acknowledged
// set was made on the version before its own.
func (j *projection) guard(o *runlog.Operation, do, path string, guard, made int32) int32 {
	if guard < 0 || j.versions[path] == nil {
		return guard
	}
	switch o.Out {
	case runlog.OK:
		if do == "set" {
			return j.floor(path, made) - 1
		}
	case runlog.Fail:
		n, found := j.rank(path, guard)
		if !found {
			return beyond
		}
		return n
	}
	return j.floor(path, guard)
}

// events is the log of the part.
func (j *projection) events() []runlog.Event {
	type at struct {
		place int
		e     runlog.Event
	}
	var list []at
	for i := range j.items {
		switch i.kind {
		case event:
			list = append(list, at{i.index, j.s.run.Events[i.index]})
		case call:
			o := &j.s.run.History[i.index]
			asked, answered, some := j.operation(o)
			if !some {
				continue
			}
			asked.T, asked.Kind, asked.Client, asked.Num = o.Call, runlog.Call, o.Client+1, o.Num
			list = append(list, at{int(o.Line) - 1, asked})
			if ret := j.s.rets[i.index]; ret >= 0 {
				list = append(list, at{ret, answered})
			}
		case final:
			t := &j.s.trees[i.index]
			held := 0
			for _, f := range t.finals {
				if e := j.s.run.Events[f]; j.paths[e.Path] {
					e.Version = j.floor(e.Path, e.Version)
					e.Cversion, e.Pzxid = 0, 0
					list = append(list, at{f, e})
					held++
				}
			}
			e := j.s.run.Events[t.end]
			e.Num = held
			list = append(list, at{t.end, e})
		}
	}
	slices.SortFunc(list, func(a, b at) int { return cmp.Compare(a.place, b.place) })
	var events []runlog.Event
	for _, l := range list {
		l.e.Cause = 0
		events = append(events, l.e)
	}
	last := int64(0)
	if len(events) > 0 {
		last = events[len(events)-1].T
	}
	return append(events, runlog.Event{T: last, Kind: runlog.End})
}

// operation is a call and its answer, as far as they are about the znodes that
// count; false if they are not at all.
func (j *projection) operation(o *runlog.Operation) (asked, answered runlog.Event, some bool) {
	asked = runlog.Event{Node: o.Node, Session: o.Session, Op: o.Op, Path: o.Path, Data: o.Data, Version: o.Version, Mode: o.Mode}
	if j.check == "watches" {
		asked.Mode = strings.TrimSpace(strings.ReplaceAll(o.Mode, runlog.WatchMode, ""))
	}
	answered = o.Result
	answered.Cversion, answered.Pzxid = 0, 0
	if o.Op == "multi" {
		return j.multi(o, asked, answered)
	}
	path := pathsOf(o)[0]
	if o.Op == "sync" || pairwise[j.check] {
		return asked, answered, true
	}
	if !j.paths[path] {
		return asked, answered, false
	}
	switch o.Op {
	case "get", "exists":
		if o.Out == runlog.OK {
			answered.Version = j.floor(path, o.Result.Version)
		}
	case "set", "delete":
		made := o.Result.Version
		if made == 0 {
			made = o.Version + 1
		}
		asked.Version = j.guard(o, o.Op, path, o.Version, made)
		if o.Op == "set" && o.Out == runlog.OK && o.Result.Version > 0 {
			answered.Version = j.floor(path, o.Result.Version)
		}
	case "create":
		if n := j.folded[path]; n > 0 {
			asked.Data = plus(o.Data, n)
		}
	case "children":
		answered.Kids = nil
		for _, kid := range o.Result.Kids {
			if j.paths[strings.TrimSuffix(o.Path, "/")+"/"+kid] {
				answered.Kids = append(answered.Kids, kid)
			}
		}
	}
	return asked, answered, true
}

func (j *projection) multi(o *runlog.Operation, asked, answered runlog.Event) (runlog.Event, runlog.Event, bool) {
	answered.Parts = nil
	paths := pathsOf(o)
	for i, p := range o.Parts {
		if !j.paths[paths[i]] {
			if o.Out == runlog.Fail {
				return asked, answered, false
			}
			continue
		}
		var r runlog.Part
		if i < len(o.Result.Parts) {
			r = o.Result.Parts[i]
		}
		made := r.Version
		if made == 0 {
			made = p.Version + 1
		}
		p.Version = j.guard(o, p.Op, paths[i], p.Version, made)
		if p.Op == "set" && o.Out == runlog.OK && r.Version > 0 {
			r.Version = j.floor(paths[i], r.Version)
		}
		asked.Parts = append(asked.Parts, p)
		if i < len(o.Result.Parts) {
			answered.Parts = append(answered.Parts, r)
		}
	}
	return asked, answered, len(asked.Parts) > 0
}

// judged is what the check says of the part.
func (j *projection) judged(check checker.Check, b checker.Budget) checker.Result {
	run, err := checker.NewRun(j.s.run.Header, j.events())
	if err != nil || !check.Applies(run) {
		return checker.Result{}
	}
	return check.Judge(run, b)
}

// plus adds to a number in a znode; what is no number stays.
func plus(data string, n int64) string {
	if v, err := strconv.ParseInt(data, 10, 64); err == nil {
		return strconv.FormatInt(v+n, 10)
	}
	return data
}
