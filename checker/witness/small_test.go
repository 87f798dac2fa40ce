package witness

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// plot says what a small history looks like.
type plot struct {
	ops, clients int
	lost         int // of a hundred writes
	lag          bool
	whole        bool // deletes, multis, children, ephemerals and ends of sessions, too
}

var smallPaths = []string{"/a", "/b", "/a/x", "/a/y"}

// world is a tree of znodes that shares nothing with the judge's or the
// verifier's: what all three agree on is not one mistake made thrice.
type world struct {
	znodes map[string]thing
	over   string // sessions that have ended, as text
}

type thing struct {
	data                string
	version, cversion   int32
	czxid, mzxid, pzxid uint64
	owner               int64
}

func newWorld() world { return world{znodes: map[string]thing{"/": {}}} }

func (w world) copy() world { return world{maps.Clone(w.znodes), w.over} }

func (w world) children(path string) []string {
	var kids []string
	for p := range w.znodes {
		if name, under := strings.CutPrefix(p, strings.TrimSuffix(path, "/")+"/"); under && name != "" && !strings.Contains(name, "/") {
			kids = append(kids, name)
		}
	}
	slices.Sort(kids)
	return kids
}

func dir(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// do carries one part of a write out and gives its error.
func (w world) do(p runlog.Part, session int64, zxid uint64) string {
	n, there := w.znodes[p.Path]
	up, parent := w.znodes[dir(p.Path)]
	switch {
	case p.Op == "create" && !parent, p.Op != "create" && !there:
		return "NoNode"
	case p.Op == "create" && there:
		return "NodeExists"
	case p.Op == "create" && up.owner != 0:
		return "NoChildrenForEphemerals"
	case p.Op != "create" && p.Version >= 0 && p.Version != n.version:
		return "BadVersion"
	case p.Op == "delete" && len(w.children(p.Path)) > 0:
		return "NotEmpty"
	}
	switch p.Op {
	case "set":
		n.data, n.mzxid = p.Data, zxid
		n.version++
		w.znodes[p.Path] = n
		return ""
	case "check":
		return ""
	case "delete":
		delete(w.znodes, p.Path)
	case "create":
		n = thing{data: p.Data, czxid: zxid, mzxid: zxid, pzxid: zxid}
		if p.Mode != "" {
			n.owner = session
		}
		w.znodes[p.Path] = n
	}
	up.cversion++
	up.pzxid = zxid
	w.znodes[dir(p.Path)] = up
	return ""
}

func (w world) end(session int64, zxid uint64) {
	for _, path := range slices.Sorted(maps.Keys(w.znodes)) {
		if w.znodes[path].owner == session {
			w.do(runlog.Part{Op: "delete", Path: path, Version: -1}, session, zxid)
		}
	}
}

// answer carries an operation out and gives what ZooKeeper would answer.
func (w *world) answer(o *runlog.Operation, zxid uint64) runlog.Event {
	e := runlog.Event{Out: runlog.OK, Zxid: zxid, Session: o.Session}
	n, there := w.znodes[o.Path]
	switch o.Op {
	case "get", "exists", "children":
		if !there {
			e.Out, e.Err = runlog.Fail, "NoNode"
			return e
		}
		e.Version, e.Cversion, e.Czxid, e.Mzxid, e.Pzxid, e.Owner = n.version, n.cversion, n.czxid, n.mzxid, n.pzxid, n.owner
		if o.Op == "get" {
			e.Data = n.data
		}
		if o.Op == "children" {
			e.Kids = w.children(o.Path)
		}
		return e
	}
	parts := o.Parts
	if o.Op != "multi" {
		parts = []runlog.Part{{Op: o.Op, Path: o.Path, Data: o.Data, Version: o.Version, Mode: o.Mode}}
	}
	next := w.copy()
	for _, p := range parts {
		if err := next.do(p, o.Session, zxid); err != "" {
			e.Out, e.Err = runlog.Fail, err
			e.Parts = nil
			return e
		}
		if o.Op == "multi" {
			e.Parts = append(e.Parts, runlog.Part{Op: p.Op, Path: p.Path, Version: next.znodes[p.Path].version})
		}
	}
	*w = next
	if n := w.znodes[o.Path]; o.Op == "set" {
		e.Version, e.Cversion, e.Czxid, e.Mzxid, e.Pzxid, e.Owner = n.version, n.cversion, n.czxid, n.mzxid, n.pzxid, n.owner
	}
	return e
}

// act is an operation, or the end of a session, and when it takes effect.
type act struct {
	at  int64
	op  *runlog.Operation
	end int64
}

// draw makes a small history: with lag, reads may be answered from older states.
func (p plot) draw(rng *rand.Rand) Input {
	var acts []act
	free := make([]int64, p.clients)
	session := make([]int64, p.clients)
	for c := range session {
		session[c] = int64(c + 1)
	}
	for n := range p.ops {
		c := rng.IntN(p.clients)
		o := p.operation(rng, n)
		o.Client, o.Num, o.Session = c, n, session[c]
		o.Call = free[c] + rng.Int64N(20)
		o.Ret = o.Call + 1 + rng.Int64N(60)
		free[c] = o.Ret + 1
		a := act{at: o.Call + rng.Int64N(o.Ret-o.Call+1), op: o}
		if write := o.Op != "get" && o.Op != "exists" && o.Op != "children"; write && rng.IntN(100) < p.lost {
			o.Out = runlog.Unknown
			if a.at = o.Call + rng.Int64N(200); rng.IntN(2) == 0 {
				a.at = -1
			}
		}
		acts = append(acts, a)
		if p.whole && rng.IntN(8) == 0 {
			acts = append(acts, act{at: max(o.Ret, a.at) + 200, end: session[c]})
			session[c] += 10
			free[c] += 400
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int { return cmp.Compare(a.at, b.at) })
	w := newWorld()
	past := []world{w.copy()}
	own := make([]int, p.clients) // what each client has seen
	for _, a := range acts {
		switch {
		case a.at < 0:
		case a.end != 0:
			w.end(a.end, uint64(len(past)))
			past = append(past, w.copy())
		case a.op.Op == "get" || a.op.Op == "exists" || a.op.Op == "children":
			// Only one client lags, and its own view never goes back.
			seen := len(past) - 1
			if p.lag && a.op.Client == 0 {
				seen = max(own[0], seen-2)
			}
			own[a.op.Client] = seen
			a.op.Result = past[seen].answer(a.op, uint64(seen))
		default:
			e := w.answer(a.op, uint64(len(past)))
			past = append(past, w.copy())
			if a.op.Out != runlog.Unknown {
				a.op.Result = e
				own[a.op.Client] = len(past) - 1
			}
		}
	}
	var in Input
	for _, a := range acts {
		if a.op != nil {
			if a.op.Out != runlog.Unknown {
				a.op.Out = a.op.Result.Out
			}
			in.Ops = append(in.Ops, *a.op)
		}
	}
	slices.SortStableFunc(in.Ops, func(a, b runlog.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return in
}

func (p plot) operation(rng *rand.Rand, n int) *runlog.Operation {
	o := &runlog.Operation{Path: smallPaths[rng.IntN(2)], Data: strconv.Itoa(n), Version: -1}
	if rng.IntN(3) == 0 {
		o.Data = strconv.Itoa(rng.IntN(3)) // not distinct
	}
	if p.whole {
		o.Path = smallPaths[rng.IntN(4)]
	}
	guard := func() int32 { return []int32{-1, -1, 0, 1, 2}[rng.IntN(5)] }
	switch k := rng.IntN(12); {
	case k < 3 || n < 2:
		o.Op = "create"
		if n < 2 {
			o.Path = smallPaths[n]
		} else if p.whole && rng.IntN(3) == 0 {
			o.Mode = "ephemeral"
		}
	case k < 6:
		o.Op, o.Data = "get", ""
	case k < 7:
		o.Op, o.Data = "exists", ""
	case k < 8 && p.whole:
		o.Op, o.Data = "children", ""
		o.Path = []string{"/a", "/"}[rng.IntN(2)]
	case k < 9 && p.whole:
		o.Op, o.Data, o.Version = "delete", "", guard()
	case k < 10 && p.whole:
		o.Op, o.Path = "multi", ""
		for i := range 2 {
			o.Parts = append(o.Parts, runlog.Part{
				Op: []string{"set", "set", "check", "create", "delete"}[rng.IntN(5)], Path: smallPaths[rng.IntN(4)], Data: fmt.Sprint(n, ".", i), Version: guard(),
			})
		}
		o.Data = ""
	default:
		o.Op, o.Version = "set", guard()
	}
	return o
}
