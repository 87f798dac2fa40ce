package object

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
)

// TestAgreesWithTryingEveryOrder draws small histories, most of them made by an
// object and then changed in one answer, and holds Judge, with all that it cuts
// and leaves out, to trying every order.
func TestAgreesWithTryingEveryOrder(t *testing.T) {
	for _, m := range []format.Model{format.CASRegister, format.MultiRegister, format.KV, format.Mutex, format.Set, format.Queue} {
		t.Run(string(m), func(t *testing.T) {
			verdicts := map[checker.Verdict]int{}
			rapid.Check(t, func(t *rapid.T) {
				h := draw(t, m)
				want := verdictOfAnyOrder(h)
				r := Judge(h, "0", checker.DefaultBudget)
				if r.Verdict != want {
					t.Fatalf("%v, want %v: %s\n%s", r.Verdict, want, r.Why, text(h))
				}
				verdicts[want]++
			})
			if verdicts[checker.OK] == 0 || verdicts[checker.Violation] == 0 {
				t.Errorf("%v: want some of both", verdicts)
			}
		})
	}
}

func verdictOfAnyOrder(h *format.History) checker.Verdict {
	if !slices.ContainsFunc(h.Ops, func(o format.Op) bool { return o.Outcome == format.OK || o.Outcome == format.Refused }) {
		return checker.Vacuous
	}
	if anyOrder(begin(h.Model), h.Ops, make([]bool, len(h.Ops))) {
		return checker.OK
	}
	return checker.Violation
}

// thing is an object in the plainest way: its values in a row.
type thing struct {
	model format.Model
	row   []format.Value
}

func begin(m format.Model) thing {
	switch m {
	case format.CASRegister:
		return thing{m, []format.Value{"0"}}
	case format.KV:
		return thing{m, []format.Value{""}}
	}
	if m == format.MultiRegister {
		return thing{m, []format.Value{"0", "0"}}
	}
	return thing{model: m}
}

// do gives what the object answers and becomes.
func (x thing) do(o *format.Op) (out format.Value, items []format.Value, refused bool, next thing) {
	row := slices.Clone(x.row)
	switch o.Do {
	case format.Read, format.Get:
		if x.model == format.Set {
			items = append([]format.Value{}, row...)
		} else {
			out = row[0]
		}
	case format.Write, format.Put:
		row[0] = o.Arg
	case format.Append:
		row[0] += o.Arg
	case format.CAS:
		if refused = row[0] != o.Arg; !refused {
			row[0] = o.New
		}
	case format.Acquire:
		if refused = len(row) > 0; !refused {
			row = append(row, "held")
		}
	case format.Release:
		if refused = len(row) == 0; !refused {
			row = nil
		}
	case format.Add:
		if !slices.Contains(row, o.Arg) {
			row = append(row, o.Arg)
			slices.Sort(row)
		}
	case format.Enqueue:
		row = append(row, o.Arg)
	case format.Txn:
		for _, step := range o.Steps {
			if at := int(step.Key[0] - 'x'); step.Write {
				row[at] = step.Value
			} else {
				out += row[at] + " "
			}
		}
	case format.Dequeue:
		if refused = len(row) == 0; !refused {
			out, row = row[0], row[1:]
		}
	}
	return out, items, refused, thing{x.model, row}
}

// anyOrder tries every order of the operations that are not yet placed. One that
// failed is never placed, one of unknown outcome need not be.
func anyOrder(x thing, ops []format.Op, placed []bool) bool {
	first, left := format.Never, false // the earliest return of those to place
	for i := range ops {
		if o := &ops[i]; !placed[i] && (o.Outcome == format.OK || o.Outcome == format.Refused) {
			first, left = min(first, o.Ret), true
		}
	}
	if !left {
		return true
	}
	for i := range ops {
		o := &ops[i]
		if placed[i] || o.Outcome == format.Failed || o.Call > first {
			continue
		}
		out, items, refused, next := x.do(o)
		if o.Outcome != format.Unknown && (out != o.Out || !slices.Equal(items, o.Items) || refused != (o.Outcome == format.Refused)) {
			continue
		}
		placed[i] = true
		if anyOrder(next, ops, placed) {
			return true
		}
		placed[i] = false
	}
	return false
}

var vocabulary = map[format.Model][]format.Do{
	format.CASRegister: {format.Read, format.Write, format.CAS}, format.KV: {format.Get, format.Put, format.Append},
	format.Mutex: {format.Acquire, format.Release}, format.Set: {format.Add, format.Read}, format.MultiRegister: {format.Txn}, format.Queue: {format.Enqueue, format.Dequeue},
}

// draw makes a history: operations with moments of call and return, each taking
// effect at a moment between, on an object that answers. Then some lose their
// answers, and one may get another.
func draw(t *rapid.T, m format.Model) *format.History {
	n := rapid.IntRange(1, 7).Draw(t, "ops")
	moments := rapid.Permutation(upTo(3*n)).Draw(t, "moments")
	type timed struct {
		format.Op
		effect int
	}
	value := rapid.SampledFrom([]format.Value{"0", "1", "2"})
	all := make([]timed, n)
	for i := range all {
		at := moments[3*i : 3*i+3]
		slices.Sort(at)
		all[i] = timed{Op: format.Op{
			Client: fmt.Sprint(i), Do: rapid.SampledFrom(vocabulary[m]).Draw(t, "do"), Call: at[0], Ret: at[2], Line: at[0], RetLine: at[2],
		}, effect: at[1]}
		o := &all[i].Op
		switch o.Do {
		case format.Txn:
			for range rapid.IntRange(1, 3).Draw(t, "steps") {
				o.Steps = append(o.Steps, format.Step{
					Write: rapid.Bool().Draw(t, "write"), Key: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "register"), Value: value.Draw(t, "value"),
				})
			}
			o.Arg = format.Value(fmt.Sprint(o.Steps))
		case format.CAS:
			o.New = value.Draw(t, "new")
			fallthrough
		case format.Write, format.Put, format.Append, format.Add, format.Enqueue:
			o.Arg = value.Draw(t, "arg")
		}
	}
	slices.SortFunc(all, func(a, b timed) int { return a.effect - b.effect })
	x := begin(m)
	for i := range all {
		o := &all[i].Op
		lost := rapid.IntRange(0, 9).Draw(t, "lost")
		if lost == 0 {
			o.Outcome = format.Failed
			continue
		}
		if lost > 1 || rapid.Bool().Draw(t, "applied") {
			var refused bool
			o.Out, o.Items, refused, x = x.do(o)
			if o.Outcome = format.OK; refused {
				o.Outcome = format.Refused
			}
			seen(o, strings.Fields(string(o.Out)))
		}
		if lost <= 3 {
			o.Outcome, o.Ret, o.RetLine, o.Out, o.Items = format.Unknown, format.Never, 0, "", nil
		}
	}
	if at := rapid.IntRange(0, 2*n).Draw(t, "mutate"); at < n {
		mutate(t, &all[at].Op, m, value)
	}
	slices.SortFunc(all, func(a, b timed) int { return a.Call - b.Call })
	h := &format.History{Model: m}
	for i := range all {
		h.Ops = append(h.Ops, all[i].Op)
	}
	return h
}

// seen writes what a transaction read into its steps.
func seen(o *format.Op, values []string) {
	o.Steps = slices.Clone(o.Steps)
	for i := range o.Steps {
		if !o.Steps[i].Write && len(values) > 0 {
			o.Steps[i].Value, values = format.Value(values[0]), values[1:]
		}
	}
}

// mutate gives an answered operation another answer.
func mutate(t *rapid.T, o *format.Op, m format.Model, value *rapid.Generator[format.Value]) {
	switch {
	case o.Outcome != format.OK && o.Outcome != format.Refused:
	case o.Do == format.Read && m == format.Set:
		o.Items = rapid.SampledFrom([][]format.Value{{}, {"0"}, {"1"}, {"0", "1"}, {"0", "1", "2"}}).Draw(t, "items")
	case o.Do == format.Txn:
		values := strings.Fields(string(o.Out))
		if len(values) > 0 {
			values[0] = string(value.Draw(t, "out"))
			o.Out = format.Value(strings.Join(values, " ") + " ")
			seen(o, values)
		}
	case o.Do == format.Read || o.Do == format.Get || o.Do == format.Dequeue:
		o.Outcome, o.Out = format.OK, value.Draw(t, "out")
	case o.Do == format.CAS || o.Do == format.Acquire || o.Do == format.Release:
		o.Outcome = format.OK + format.Refused - o.Outcome
	}
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// text shows a history for a failed test.
func text(h *format.History) string {
	var b strings.Builder
	for i := range h.Ops {
		fmt.Fprintf(&b, "%+v\n", h.Ops[i])
	}
	return b.String()
}
