package checker

import (
	"testing"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"github.com/schismlab/schism/runlog"
)

// turn is a moment of a tenure, as the search below sees it.
type turn struct {
	n     int
	token uint64
	ends  bool
}

// lockState is the last token given, and the tenure that is on; -1: none.
type lockState struct {
	token uint64
	on    int
}

// findTurns searches for an order of the tenures' moments in which they take
// turns and tokens grow. A tenure without an end may have ended at any moment.
func findTurns(list []*tenure) bool {
	model := porcupine.Model{
		Init: func() any { return lockState{on: -1} },
		Step: func(s, in, _ any) (bool, any) {
			before, m := s.(lockState), in.(turn)
			if m.ends {
				return before.on == m.n, lockState{before.token, -1}
			}
			return before.on < 0 && m.token > before.token, lockState{m.token, m.n}
		},
	}
	var ops []porcupine.Operation
	for i, n := range list {
		ops = append(ops, porcupine.Operation{Input: turn{i, n.from.Result.Czxid, false}, Call: n.from.Call, Return: n.from.Ret})
		end := porcupine.Operation{Input: turn{i, 0, true}, Call: n.from.Call, Return: never}
		if n.until != nil {
			end.Call, end.Return = n.until.Call, n.until.Ret
		}
		ops = append(ops, end)
	}
	return porcupine.CheckOperations(model, ops)
}

// TestSweepAgreesWithSearch: the sweep by tokens, and the intervals that judge
// without tokens, say what a search says.
func TestSweepAgreesWithSearch(t *testing.T) {
	verdicts := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		draw := rapidDraws(t)
		var list []*tenure
		for i := range 1 + draw(5) {
			from := &runlog.Operation{Client: i, Op: runlog.OpAcquire, Call: int64(draw(20)), Out: runlog.OK}
			from.Ret = from.Call + int64(draw(10))
			from.Result.Czxid = uint64(1 + draw(8))
			n := &tenure{from: from}
			if draw(3) > 0 {
				n.until = &runlog.Operation{Client: i, Op: runlog.OpRelease, Call: from.Ret + int64(draw(4)), Out: runlog.OK}
				n.until.Ret = n.until.Call + int64(draw(6))
			}
			list = append(list, n)
		}
		th := &thing{path: "/lock"}
		r := judgeTokens("lock", th, list)
		verdicts[r.Verdict]++
		if want := findTurns(list); want != (r.Verdict == OK) {
			t.Fatalf("with tokens: %v %s, but a search says %v: %s", r.Verdict, r.Why, want, showTenures(list))
		}
		if r := judgeHolds("lock", th, list); r.Verdict == Violation && findTurns(list) {
			t.Fatalf("without tokens: %s, though tokens show an order: %s", r.Why, showTenures(list))
		}
	})
	if verdicts[OK] == 0 || verdicts[Violation] == 0 {
		t.Errorf("%v: want both verdicts", verdicts)
	}
}

func showTenures(list []*tenure) string {
	text := ""
	for _, n := range list {
		text += "\n" + describe(n.from)
		if n.until != nil {
			text += " until " + describe(n.until)
		}
	}
	return text
}
