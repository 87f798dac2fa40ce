package object

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
)

// hard is a history that no search ends: many enqueues of few values, all open at
// one moment, and in the end a value that nobody put in. A second key has an order.
func hard(n int) *format.History {
	h := &format.History{Model: format.Queue, Keyed: true}
	add := func(key string, do format.Do, arg, out format.Value, call, ret int) {
		h.Ops = append(h.Ops, format.Op{Client: fmt.Sprint(call), Key: key, Do: do, Arg: arg, Out: out, Outcome: format.OK, Call: call, Ret: ret, Line: call, RetLine: ret})
	}
	for i := range n {
		add("hard", format.Enqueue, format.Value(fmt.Sprint(i%10)), "", i+1, n+i+1)
	}
	add("easy", format.Enqueue, "a", "", 2*n+1, 2*n+2)
	for i := range n {
		add("hard", format.Dequeue, "", format.Value(fmt.Sprint(i%10)), 2*n+3+i, 9*n+i)
	}
	h.Ops[len(h.Ops)-1].Out = "nobody's"
	return h
}

func TestGivesUpWithReasonAndSize(t *testing.T) {
	h := hard(40)
	for reason, b := range map[string]checker.Budget{
		"time":   {Time: 50 * time.Millisecond, Memory: 4 << 30},
		"memory": {Time: time.Hour, Memory: 32 << 20},
	} {
		t.Run(reason, func(t *testing.T) {
			runtime.GC()
			goroutines := runtime.NumGoroutine()
			r := Judge(h, format.Nil, b)
			if r.Verdict != checker.Unknown || r.Signature != "" {
				t.Errorf("%v %s: %s", r.Verdict, r.Signature, r.Why)
			}
			for _, want := range []string{reason + ": ", "80 operations of key hard", "40 of them open at one moment", "2 keys, 1 have an order", "neither way"} {
				if !strings.Contains(r.Why, want) {
					t.Errorf("nothing is said of %q: %s", want, r.Why)
				}
			}
			awaitGoroutines(t, goroutines)
		})
	}
}

// awaitGoroutines waits until those of a search that was stopped have ended:
// porcupine answers a moment before.
func awaitGoroutines(t *testing.T, want int) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > want; runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines are left", runtime.NumGoroutine()-want)
		}
	}
}

// TestCost counts what is open at one moment, with what never ends.
func TestCost(t *testing.T) {
	h := tell(t, format.CASRegister, `1-4 a write 1
2-? b cas 1 2
3-6 c read =1
5-7 d cas 2 3 refused
8-9 e read =1`)
	p := problems(h, format.Nil)
	if len(p) != 1 {
		t.Fatalf("%d problems", len(p))
	}
	if got, want := p[0].cost(), (cost{atOnce: 3, vague: 1, ops: 5}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestLongHistoriesWithoutOverlapsAreCheap: porcupine alone would keep at least
// 300,000² / 8 bytes, 11 GB, of this one.
func TestLongHistoriesWithoutOverlapsAreCheap(t *testing.T) {
	h := &format.History{Model: format.Register}
	for i := range 300_000 {
		o := format.Op{Client: "a", Do: format.Write, Arg: format.Value(fmt.Sprint(i % 7)), Outcome: format.OK, Call: 2*i + 1, Ret: 2*i + 2}
		if i%2 == 1 {
			o.Do, o.Arg, o.Out = format.Read, "", format.Value(fmt.Sprint((i-1)%7))
		}
		h.Ops = append(h.Ops, o)
	}
	if r := Judge(h, format.Nil, checker.Budget{Time: time.Minute, Memory: 1 << 30}); r.Verdict != checker.OK {
		t.Errorf("%v: %s", r.Verdict, r.Why)
	}
}

// TestDistinctValuesNeedNoSearch judges what porcupine does not end: 1,000
// operations of which 30 are open at any moment, on one register or queue.
func TestDistinctValuesNeedNoSearch(t *testing.T) {
	const n, width = 1000, 30
	for _, m := range []format.Model{format.Register, format.KV, format.Queue} {
		put, take := format.Write, format.Read
		switch m {
		case format.KV:
			put, take = format.Put, format.Get
		case format.Queue:
			put, take = format.Enqueue, format.Dequeue
		}
		h := &format.History{Model: m}
		for i := range n {
			o := format.Op{Client: fmt.Sprint(i % width), Do: put, Arg: format.Value(fmt.Sprint("v", i/2)), Outcome: format.OK, Call: 10*i + 1, Ret: 10*(i+width) + 5}
			if i%2 == 1 {
				o.Do, o.Arg, o.Out = take, "", o.Arg
			}
			o.Line, o.RetLine = o.Call, o.Ret
			h.Ops = append(h.Ops, o)
		}
		b := checker.Budget{Time: time.Minute, Memory: 256 << 20}
		if r := Judge(h, format.Nil, b); r.Verdict != checker.OK {
			t.Errorf("%s: %v: %s", m, r.Verdict, r.Why)
		}
		h.Ops[n-1].Out = "v1"
		r := Judge(h, format.Nil, b)
		if r.Verdict != checker.Violation || !strings.Contains(r.Why, "and none is left") {
			t.Errorf("%s with a value of long ago: %v: %s", m, r.Verdict, r.Why)
		}
	}
}
