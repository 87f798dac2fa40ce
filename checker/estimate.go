package checker

import (
	"fmt"
	"sort"

	"github.com/schismlab/schism/checker/meter"
)

// estimate is what a search for an order will have to deal with.
type estimate struct {
	ops, clients, znodes, vague int
	// open is how many operations were open at one moment, those of unknown
	// outcome, which never end, left out. All of them may be placed in any order.
	open int
	// memory is the least number of bytes that finding an order takes. porcupine
	// keeps a set of the placed operations, a bit each, for every state that it
	// visits, and it visits at least one for each operation.
	memory uint64
}

// estimate takes O(n log n) time and no search.
func (p *problem) estimate() estimate {
	clients := map[int]bool{}
	e := estimate{ops: len(p.ops), znodes: len(p.paths)}
	calls, rets := make([]int64, 0, len(p.ops)), make([]int64, 0, len(p.ops))
	for _, o := range p.ops {
		clients[o.client] = true
		if o.vague {
			e.vague++
			continue
		}
		calls, rets = append(calls, o.call), append(rets, o.ret)
	}
	e.clients, e.open = len(clients), most(calls, rets)
	e.memory = uint64(e.ops) * uint64(e.ops) / 8
	return e
}

// most is how many intervals overlap at one moment; those that touch do.
func most(calls, rets []int64) int {
	for _, times := range [][]int64{calls, rets} {
		sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	}
	best, ended := 0, 0
	for i, t := range calls {
		for rets[ended] < t {
			ended++
		}
		best = max(best, i+1-ended)
	}
	return best
}

func (e estimate) String() string {
	return fmt.Sprintf("%s of %s on %s, %d of them of unknown outcome, up to %d others open at one moment, at least %d MB",
		plural(e.ops, "operation"), plural(e.clients, "client"), plural(e.znodes, "znode"), e.vague, e.open, e.memory>>20)
}

// judgeBeginning judges a problem that is too large to be searched whole. No
// order of its beginning means no order at all; an order of its beginning proves
// nothing for the rest.
func judgeBeginning(p *problem, b Budget, m *meter.Meter) Result {
	whole := fmt.Sprintf("The search for an order was not begun at %s: %d MB are allowed.", p.estimate(), b.Memory>>20)
	at := p.answered()
	n := sort.Search(len(at), func(i int) bool { return p.until(at[i]).estimate().memory > b.Memory/2 })
	if n == 0 {
		return unknown("%s", whole)
	}
	begin := p.until(at[n-1]).writesOnly()
	switch begin.search(m) {
	case none:
		return violation("linearizable-writes "+p.about(), "%s", begin.why(m))
	case stopped:
		return unknown("%s Nor was there an answer for the time up to %s. %s.", whole, when(at[n-1]), m.Reason())
	}
	return unknown("%s The writes up to %s are explained by an order; of later ones nothing was proved.", whole, when(at[n-1]))
}
