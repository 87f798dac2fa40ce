package distinct

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// long makes a linearizable history of about n operations by 30 clients, each of
// which calls again when it has its answer; one call in twenty gets none. Each
// takes effect at a random moment of its time.
func long(obj *object, n int) []Op {
	if obj.name == "lock" {
		return turns(n / 2)
	}
	const clients = 30
	r := rand.New(rand.NewPCG(7, 7))
	ops, at, order := make([]Op, n), make([]int64, n), make([]int, n)
	var free [clients]int64
	removed := map[int64]bool{}
	for i := range ops {
		o, idle := &ops[i], &free[i%clients]
		o.Kind, o.Value = obj.kinds[r.IntN(len(obj.kinds))], int64(i+1)
		o.Blank = o.Kind == Increment && r.IntN(2) == 0
		if o.Kind == Remove || o.Kind == Contains {
			o.Value = int64(max(1, i-r.IntN(100)))
		}
		if o.Kind == Remove && removed[o.Value] {
			o.Kind = Contains
		}
		removed[o.Value] = removed[o.Value] || o.Kind == Remove
		o.Call = *idle + int64(r.IntN(20))
		took := int64(1 + r.IntN(100))
		o.Ret, at[i], order[i] = o.Call+took, o.Call+int64(r.IntN(int(took)+1)), i
		*idle = o.Ret + 1
		if r.IntN(20) == 0 {
			o.Ret, at[i] = Never, o.Call+int64(r.IntN(2000))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
	play := newPlay(obj)
	for _, i := range order {
		if got, took := play(ops[i]); took && ops[i].Ret != Never {
			ops[i] = got
		}
	}
	return ops
}

// turns makes a lock's history: each acquire waits for the release before it.
func turns(holds int) []Op {
	var ops []Op
	for i := range int64(holds) {
		t := 20 * i
		ops = append(ops, Op{Kind: Acquire, Value: i, Call: max(0, t-300), Ret: t + 5}, Op{Kind: Release, Value: i, Call: t + 10, Ret: t + 30})
	}
	return ops
}

// newPlay is a sequential object that is fast with many values, unlike the one
// of the models.
func newPlay(obj *object) func(Op) (Op, bool) {
	if obj.name != "set" && obj.name != "queue" {
		var s state
		return func(o Op) (got Op, took bool) {
			s, got, took = obj.step(s, o)
			return got, took
		}
	}
	in := map[int64]bool{}
	var line []int64
	return func(o Op) (Op, bool) {
		switch o.Kind {
		case Insert:
			in[o.Value] = true
		case Contains:
			o.Blank = !in[o.Value]
		case Remove:
			o.Blank = !in[o.Value]
			delete(in, o.Value)
		case Enqueue:
			line = append(line, o.Value)
		case Dequeue:
			if o.Blank = len(line) == 0; !o.Blank {
				o.Value, line = line[0], line[1:]
			}
		}
		return o, true
	}
}

// TestLongHistories: what defeats a search is judged, and one wrong answer in it
// is found.
func TestLongHistories(t *testing.T) {
	for i := range objects {
		obj := &objects[i]
		t.Run(obj.name, func(t *testing.T) {
			ops := long(obj, 20_000)
			if r := obj.judge(ops); r.Grade != Linearizable {
				t.Fatalf("%v: %s\n%s", r.Grade, r.Why, show([]Op{ops[r.Ops[0]], ops[r.Ops[len(r.Ops)-1]]}))
			}
			spoil(ops)
			if r := obj.judge(ops); r.Grade != Broken {
				t.Errorf("%v: %s", r.Grade, r.Why)
			}
		})
	}
}

// spoil makes one of the last answers one that was right long ago.
func spoil(ops []Op) {
	late := -1
	for i := range ops {
		o := &ops[i]
		if o.Ret == Never || o.Blank || o.Kind == Write || o.Kind == Insert || o.Kind == Enqueue || o.Kind == Release {
			continue
		}
		if late < 0 || o.Ret > ops[late].Ret {
			late = i
		}
	}
	o := &ops[late]
	switch o.Kind {
	case Read, Increment, Dequeue:
		o.Value = 1
	case Contains, Remove:
		o.Value = 1 << 40
	case Acquire:
		o.Call, o.Ret = 17, 18 // in the middle of the first hold
	}
}

func BenchmarkMillion(b *testing.B) {
	for i := range objects {
		obj := &objects[i]
		b.Run(obj.name, func(b *testing.B) {
			ops := long(obj, 1_000_000)
			b.ReportAllocs()
			for b.Loop() {
				if r := obj.judge(ops); r.Grade != Linearizable {
					b.Fatal(r)
				}
			}
			b.ReportMetric(float64(len(ops))*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
