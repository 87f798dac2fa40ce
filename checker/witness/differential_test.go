package witness

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/schismlab/schism/runlog"
)

var (
	differential     = flag.Int("differential", 4000, "how many small histories to hold the judge and porcupine against each other with")
	differentialSeed = flag.Uint64("differential-seed", 1, "what they are drawn from")
)

// TestJudgeAgainstPorcupine draws small histories, spoils most of them, and
// holds the judge to a search by values that knows no zxids and prunes nothing.
func TestJudgeAgainstPorcupine(t *testing.T) {
	rng := rand.New(rand.NewPCG(*differentialSeed, 2))
	n := map[string]int{}
	for range *differential {
		p := plot{ops: 6 + rng.IntN(12), clients: 1 + rng.IntN(4), lost: rng.IntN(31), lag: rng.IntN(4) == 0, whole: rng.IntN(2) == 0}
		in := p.draw(rng)
		how := spoilOne(rng, &in)
		r := Judge(in)
		if r.Certificate != nil {
			if err := r.Certificate.Verify(in); err != nil {
				t.Fatalf("%s, %v: the certificate does not hold: %v\n%s", how, r.Grade, err, shown(in))
			}
			n["certificates verified"]++
		}
		all, writes := explained(in, false), explained(in, true)
		accepted := r.Grade == Linearizable
		switch {
		case accepted && !all:
			t.Fatalf("%s: accepted, and no order of the values explains it\n%s", how, shown(in))
		case r.Grade == Ordered && !writes:
			t.Fatalf("%s: %v, and no order of the writes explains them\n%s", how, r.Grade, shown(in))
		case how == "nothing" && r.Grade < Ordered && !guessed(r):
			t.Errorf("refuted, but made so: %v\n%s", r.Breaches, shown(in))
		case how == "nothing" && r.Grade < Ordered:
			n["sound, given up after a guess"]++
		case how == "nothing" && !p.lag && !accepted:
			t.Fatalf("%v, but made linearizable\n%s", r.Grade, shown(in))
		}
		switch {
		case accepted:
			n["both accept"]++
		case !all && r.Grade == Ordered:
			n["both say stale"]++
		case !all:
			n["both reject"]++
		case r.Grade == Ordered:
			n["porcupine alone accepts: stale by the zxids only"]++
		case guessed(r):
			n["porcupine alone accepts: after a guess"]++
		default:
			n["porcupine alone accepts: zxids only"]++
		}
		n["spoilt by "+how]++
	}
	for _, k := range slices.Sorted(maps.Keys(n)) {
		t.Logf("%8d %s", n[k], k)
	}
	if n["both accept"] == 0 || n["both reject"] == 0 || n["both say stale"] == 0 {
		t.Errorf("want histories of all kinds: %v", n)
	}
}

func guessed(r *Result) bool {
	return slices.ContainsFunc(r.Breaches, func(b Breach) bool { return b.Guessed })
}

// spoilOne changes one thing in a history, or nothing, and says what.
func spoilOne(rng *rand.Rand, in *Input) string {
	h := in.Ops
	o := &h[rng.IntN(len(h))]
	kinds := []string{"nothing", "a value", "a version", "a zxid", "a time", "a dropped call", "a call twice", "two answers swapped", "a refusal", "a lost answer"}
	how := kinds[rng.IntN(len(kinds))]
	switch how {
	case "a value":
		o.Result.Data = strconv.Itoa(rng.IntN(4))
	case "a version":
		o.Result.Version += int32(rng.IntN(3)) - 1
	case "a zxid":
		o.Result.Zxid = uint64(1 + rng.IntN(len(h)))
	case "a time":
		if o.Out != runlog.Unknown {
			o.Ret = o.Call + (o.Ret-o.Call)*int64(rng.IntN(3))/4
		}
	case "a dropped call":
		i := rng.IntN(len(h))
		in.Ops = slices.Delete(h, i, i+1)
	case "a call twice":
		again := *o
		again.Client += 100
		again.Session += 1000
		i := slices.IndexFunc(h, func(p runlog.Operation) bool { return p.Call > o.Call })
		if i < 0 {
			i = len(h)
		}
		in.Ops = slices.Insert(h, i, again)
	case "two answers swapped":
		p := &h[rng.IntN(len(h))]
		if p.Op != o.Op || p.Path != o.Path || p.Out == runlog.Unknown || o.Out == runlog.Unknown {
			return "nothing"
		}
		o.Result, p.Result = p.Result, o.Result
		o.Out, p.Out = p.Out, o.Out
	case "a refusal":
		if o.Out == runlog.Unknown {
			return "nothing"
		}
		o.Out, o.Result = runlog.Fail, runlog.Event{Out: runlog.Fail, Err: []string{"NoNode", "BadVersion", "NodeExists"}[rng.IntN(3)], Zxid: o.Result.Zxid}
		if o.Op == "get" || o.Op == "exists" || o.Op == "children" {
			o.Result.Err = "NoNode"
		}
	case "a lost answer":
		o.Out, o.Result = runlog.Unknown, runlog.Event{}
	}
	return how
}

// explained asks porcupine for an order by the values alone: of all calls, or
// of the writes.
func explained(in Input, writesOnly bool) bool {
	type ends int64
	model := porcupine.Model{
		Init: func() any { return newWorld() },
		Step: func(s, call, _ any) (bool, any) {
			w := s.(world).copy()
			if id, is := call.(ends); is {
				w.end(int64(id), 0)
				w.over += fmt.Sprintf("|%d|", id)
				return true, w
			}
			o := call.(*runlog.Operation)
			if o.Out == runlog.Unknown {
				if !strings.Contains(w.over, fmt.Sprintf("|%d|", o.Session)) {
					w.answer(o, 0)
				}
				return true, w
			}
			got := w.answer(o, 0)
			if got.Out == runlog.OK && !plainRead(o) && strings.Contains(w.over, fmt.Sprintf("|%d|", sessionOf(o))) {
				return false, w
			}
			return sameAnswer(o, &got), w
		},
		Equal: func(a, b any) bool {
			x, y := a.(world), b.(world)
			return x.over == y.over && maps.EqualFunc(x.znodes, y.znodes, func(m, n thing) bool {
				return m.data == n.data && m.version == n.version && m.owner == n.owner
			})
		},
	}
	var ops []porcupine.Operation
	owners := map[int64]bool{}
	for i := range in.Ops {
		o := &in.Ops[i]
		if classify(o) == silent || writesOnly && plainRead(o) {
			continue
		}
		ret := o.Ret
		if o.Out == runlog.Unknown {
			ret = never
		}
		if o.Mode != "" {
			owners[sessionOf(o)] = true
		}
		ops = append(ops, porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Call, Return: ret})
	}
	for id := range owners {
		ops = append(ops, porcupine.Operation{ClientId: 1000 + int(id), Input: ends(id), Call: -1, Return: never})
	}
	return porcupine.CheckOperations(model, ops)
}

func plainRead(o *runlog.Operation) bool {
	return o.Op == "get" || o.Op == "exists" || o.Op == "children"
}

// sameAnswer compares what an answer shows of the values.
func sameAnswer(o *runlog.Operation, got *runlog.Event) bool {
	want := &o.Result
	if missing := o.Op == "exists" && o.Out == runlog.OK && want.Version == -1; missing {
		return got.Err == "NoNode"
	}
	switch {
	case o.Out != got.Out, o.Out == runlog.Fail:
		return o.Out == got.Out && got.Err == want.Err
	case o.Path == "/" && o.Op != "children":
		return true
	}
	switch o.Op {
	case "get":
		return want.Data == got.Data && want.Version == got.Version
	case "exists":
		return want.Version == got.Version
	case "set":
		return want.Version <= 0 || want.Version == got.Version
	case "children":
		kids := slices.Sorted(slices.Values(want.Kids))
		return slices.Equal(kids, got.Kids)
	case "multi":
		for i, p := range want.Parts {
			if p.Op == "set" && p.Version > 0 && p.Version != got.Parts[i].Version {
				return false
			}
		}
	}
	return true
}

func shown(in Input) string {
	var b strings.Builder
	for i := range in.Ops {
		o := &in.Ops[i]
		fmt.Fprintf(&b, "%2d c%d s%d %d-%d %s %s %q v%d %s %v -> %s %s z%d %q v%d cv%d c%d m%d p%d o%d %v %v\n", i, o.Client, o.Session, o.Call, o.Ret, o.Op, o.Path, o.Data, o.Version, o.Mode, o.Parts,
			o.Out, o.Result.Err, o.Result.Zxid, o.Result.Data, o.Result.Version, o.Result.Cversion, o.Result.Czxid, o.Result.Mzxid, o.Result.Pzxid, o.Result.Owner, o.Result.Kids, o.Result.Parts)
	}
	return b.String()
}
