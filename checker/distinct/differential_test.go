package distinct

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var bulk = flag.Int("histories", 20_000, "how many histories TestBulk judges")

// draw is what histories are drawn from: rapid, or a fixed stream.
type draw func(n int) int

// drawHistory draws a history that is linearizable because it was made so: each
// operation takes effect at one moment between its call and its return; one of
// unknown outcome later, or never.
func drawHistory(obj *object, d draw) []Op {
	type point struct {
		at  int64
		op  int
		now bool
	}
	n, span, lost := 1+d(9), 2+d(24), []int{0, 0, 2, 4}[d(4)]
	ops := make([]Op, n)
	order := make([]point, n)
	holds := d(2) == 0 // releases follow what was acquired
	for i := range ops {
		o := &ops[i]
		o.Kind, o.Value = obj.kinds[d(len(obj.kinds))], int64(i)
		if o.Kind == Increment {
			o.Blank = d(2) == 0
		}
		if o.Kind == Remove || o.Kind == Contains || o.Kind == Release {
			o.Value = int64(d(n))
		}
		o.Call = int64(d(span))
		if o.Kind == Release && holds && i > 0 {
			o.Value, o.Call = ops[i-1].Value, max(o.Call, min(ops[i-1].Ret, int64(span)))
		}
		o.Ret = o.Call + int64(d(span))
		at := o.Call + int64(d(int(o.Ret-o.Call)+1))
		order[i] = point{at, i, true}
		if d(10) < lost {
			o.Ret = Never
			order[i] = point{o.Call + int64(d(3*span)), i, d(2) == 0}
		}
	}
	slices.SortStableFunc(order, func(a, b point) int { return int(a.at - b.at) })
	s, kept := state{}, make([]bool, n)
	for _, p := range order {
		o := &ops[p.op]
		kept[p.op] = true
		if !p.now {
			continue
		}
		after, got, took := obj.step(s, *o)
		s = after
		if o.Ret != Never {
			*o, kept[p.op] = got, took
		}
	}
	history := ops[:0]
	for i, o := range ops {
		if kept[i] {
			history = append(history, o)
		}
	}
	return history
}

// mutate changes a history so that it may be wrong.
func mutate(ops []Op, d draw) []Op {
	if len(ops) == 0 {
		return ops
	}
	i := d(len(ops))
	o, other := &ops[i], &ops[d(len(ops))]
	switch d(8) {
	case 0: // another answer
		o.Value = int64(d(6))
	case 1:
		o.Value, other.Value = other.Value, o.Value
	case 2: // another time
		if o.Ret != Never {
			by := int64(d(20)) - 10
			o.Call, o.Ret = o.Call+by, o.Ret+by
		}
	case 3: // a shorter time
		if o.Ret != Never {
			o.Call += (o.Ret - o.Call) / 2
		}
	case 4:
		if o.Ret != Never {
			o.Ret = o.Call
		}
	case 5:
		return slices.Delete(ops, i, i+1)
	case 6:
		ops = append(ops, *o)
	case 7:
		if o.Kind != Insert && o.Kind != Enqueue && o.Kind != Acquire && o.Kind != Release && o.Kind != Write {
			o.Blank = !o.Blank
		}
	}
	return ops
}

// tally counts what was found.
type tally [NotApplicable + 1]int

// compare holds a verdict to porcupine's.
func compare(t rapid.TB, obj *object, ops []Op, seen *tally) {
	before := slices.Clone(ops)
	r := obj.judge(ops)
	seen[r.Grade]++
	if !slices.Equal(ops, before) {
		t.Fatalf("%s: the history was changed:\n%s", obj.name, show(before))
	}
	if r.Grade == NotApplicable {
		return
	}
	if want := obj.search(ops); want != (r.Grade == Linearizable) {
		t.Fatalf("%s: %v, %q %v, but porcupine says linearizable: %v\n%s", obj.name, r.Grade, r.Why, r.Ops, want, show(ops))
	}
	if r.Grade == Broken && (r.Why == "" || len(r.Ops) == 0 || slices.Max(r.Ops) >= len(ops) || slices.Min(r.Ops) < 0) {
		t.Fatalf("%s: broken, %q by %v of %d operations", obj.name, r.Why, r.Ops, len(ops))
	}
}

func TestAgreesWithPorcupine(t *testing.T) {
	for i := range objects {
		obj := &objects[i]
		t.Run(obj.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "d") }
				ops := drawHistory(obj, d)
				for range d(3) {
					ops = mutate(ops, d)
				}
				compare(t, obj, ops, &tally{})
			})
		})
	}
}

// TestBulk judges many histories; with -histories=1000000 as many as that. Each
// object's are of all grades, most of them of those that say something.
func TestBulk(t *testing.T) {
	for i := range objects {
		obj := &objects[i]
		t.Run(obj.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			var seen tally
			each := *bulk / len(objects)
			for range each {
				ops := drawHistory(obj, r.IntN)
				if r.IntN(5) == 0 {
					if g := obj.judge(ops).Grade; g == Broken {
						t.Fatalf("%s: made linearizable, judged %v\n%s", obj.name, g, show(ops))
					}
				}
				for range r.IntN(5) {
					ops = mutate(ops, r.IntN)
				}
				compare(t, obj, ops, &seen)
			}
			t.Logf("%d linearizable, %d broken, %d not applicable", seen[Linearizable], seen[Broken], seen[NotApplicable])
			if seen[Linearizable] < each/10 || seen[Broken] < each/20 {
				t.Errorf("%v: want more of each", seen)
			}
		})
	}
}
