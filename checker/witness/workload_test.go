package witness

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/schismlab/schism/runlog"
)

// load says what a drawn history looks like. Clients are closed loops: a pause
// of up to 20 µs, a call of up to 100 µs.
type load struct {
	ops, clients, znodes int
	// lost is how many of a hundred writes get no answer. Half of those never
	// take effect, the others up to late calls later.
	lost, late int
	// distinct values; else one of five.
	distinct bool
	// bad puts one stale value into a read near the end.
	bad  bool
	seed uint64
}

// draw makes a history of gets and sets that is linearizable because each call
// takes effect at a moment drawn between its call and its return.
func (l load) draw() Input {
	rng := rand.New(rand.NewPCG(l.seed, 1))
	paths := make([]string, l.znodes)
	h := make(runlog.History, 0, l.ops+l.znodes)
	for i := range paths {
		paths[i] = "/r" + strconv.Itoa(i)
		h = append(h, runlog.Operation{Op: "create", Path: paths[i], Data: "0", Version: -1, Call: int64(2*i - 2*l.znodes), Ret: int64(2*i - 2*l.znodes + 1), Out: runlog.OK, Client: -1})
	}
	effect := make([]int64, 0, l.ops) // when, in picoseconds, so that few are equal; -1 never
	free := make([]int64, l.clients)
	for i := range free {
		free[i] = rng.Int64N(100_000)
	}
	for len(effect) < l.ops {
		c := 0
		for i := range free {
			if free[i] < free[c] {
				c = i
			}
		}
		o := runlog.Operation{Client: c, Num: len(effect), Path: paths[rng.IntN(l.znodes)], Op: "get", Out: runlog.OK, Call: free[c], Version: -1}
		took := 1000 + rng.Int64N(99_000)
		o.Ret = o.Call + took
		at := o.Call*1000 + rng.Int64N(took*1000)
		if rng.IntN(2) == 0 {
			o.Op, o.Data = "set", strconv.Itoa(rng.IntN(5))
			if l.distinct {
				o.Data = strconv.Itoa(len(effect))
			}
		}
		free[c] = o.Ret + 1 + rng.Int64N(20_000)
		if o.Op == "set" && rng.IntN(100) < l.lost {
			o.Out, o.Ret = runlog.Unknown, never
			at = -1
			if rng.IntN(2) == 0 {
				at = o.Call*1000 + rng.Int64N(int64(l.late)*100_000_000+1)
			}
		}
		h, effect = append(h, o), append(effect, at)
	}
	l.carryOut(h, effect)
	in := Input{Ops: h}
	if l.bad {
		spoil(h)
	}
	return in
}

// carryOut lets the calls take effect in order. Only what a client sees without
// a Stat is answered: values, versions, and the zxid.
func (l load) carryOut(h runlog.History, effect []int64) {
	order := make([]int32, 0, len(effect))
	for i, at := range effect {
		if at >= 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return int(effect[a] - effect[b]) })
	type state struct {
		data    string
		version int32
	}
	now := map[string]state{}
	zxid := uint64(0)
	for i := range l.znodes {
		zxid++
		h[i].Result.Zxid = zxid
		now[h[i].Path] = state{data: "0"}
	}
	for _, i := range order {
		o := &h[int(i)+l.znodes]
		s := now[o.Path]
		if o.Op == "set" {
			zxid++
			s = state{o.Data, s.version + 1}
			now[o.Path] = s
		}
		if o.Out == runlog.OK {
			o.Result = runlog.Event{Zxid: zxid, Version: s.version}
			if o.Op == "get" {
				o.Result.Data = s.data
			}
		}
	}
}

// spoil lets the last get show what the first one showed.
func spoil(h runlog.History) {
	first := slices.IndexFunc(h, func(o runlog.Operation) bool { return o.Op == "get" })
	for i := len(h) - 1; i > first; i-- {
		if h[i].Op == "get" && h[i].Path == h[first].Path {
			h[i].Result.Data, h[i].Result.Version = h[first].Result.Data, h[first].Result.Version
			return
		}
	}
}
