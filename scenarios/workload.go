package scenarios

import (
	"fmt"

	"github.com/schismlab/schism/plan"
)

// Work is a kind of work that clients do.
type Work uint8

// The workloads. Checks know them by their znodes.
const (
	Registers  Work = iota + 1 // /reg/a, /reg/b: get, set, set if the version is the one seen
	Counter                    // /counter: read, write one more, if nobody else did
	Members                    // /set: children that are added, and listed
	Bank                       // /bank/a, /bank/b, /bank/c: money moved by multi
	Queue                      // /seq: sequential names
	Ephemerals                 // /live: one ephemeral znode a client
	Watching                   // of znodes and of whole trees, by watches that stay
)

var allWork = []Work{Registers, Registers, Counter, Members, Bank, Queue, Ephemerals}

// How much the clients do. Their calls must outlast the longest story.
const (
	clients        = 6
	callsPerClient = 900
	thinkMin       = 5 * plan.Millisecond
	thinkMax       = 35 * plan.Millisecond
	balance        = 100 // of each account at the start
)

var (
	registers = []string{"/reg/a", "/reg/b"}
	accounts  = []string{"/bank/a", "/bank/b", "/bank/c"}
)

// setupCalls make the znodes that the clients' calls need.
func setupCalls() []plan.Call {
	create := func(path, value string) plan.Call {
		return plan.Call{Op: plan.Create, Path: path, Value: plan.Text(value), Version: plan.AnyVersion}
	}
	calls := []plan.Call{
		create("/reg", ""), create("/set", ""), create("/bank", ""), create("/seq", ""), create("/live", ""), create("/counter", "0"),
	}
	for _, path := range registers {
		calls = append(calls, create(path, "0"))
	}
	for _, path := range accounts {
		calls = append(calls, create(path, fmt.Sprint(balance)))
	}
	return calls
}

// drawClients draws every client's calls, each from a stream of its own.
func drawClients(seed uint64, servers int, work []Work) []plan.Client {
	if len(work) == 0 {
		work = allWork
	}
	purpose := plan.NewStream(seed, "workload")
	all := make([]plan.Client, clients)
	for i := range all {
		w := &worker{stream: purpose.Split(i + 1), number: i + 1}
		for len(w.calls) < callsPerClient {
			w.work(work[w.stream.Intn(len(work))])
		}
		all[i] = plan.Client{Name: plan.ClientName(i + 1), Server: i%servers + 1, Calls: w.calls}
	}
	return all
}

// worker draws one client's calls.
type worker struct {
	stream plan.Stream
	number int
	calls  []plan.Call
	made   int // distinct values so far
}

// add adds a call after a pause, rounded so that a plan reads well.
func (w *worker) add(c plan.Call) {
	c.After = w.stream.Duration(thinkMin, thinkMax) / plan.Millisecond * plan.Millisecond
	if c.Op != plan.Set && c.Op != plan.Delete {
		c.Version = plan.AnyVersion
	}
	w.calls = append(w.calls, c)
}

// fresh is a value that nobody else writes, so that a read names its write.
func (w *worker) fresh() plan.Value {
	w.made++
	return plan.Text(fmt.Sprintf("c%d.%d", w.number, w.made))
}

func (w *worker) get(path string) { w.add(plan.Call{Op: plan.Get, Path: path}) }

func (w *worker) work(kind Work) {
	switch kind {
	case Registers:
		w.register(registers[w.stream.Intn(len(registers))])
	case Counter:
		w.get("/counter")
		w.add(plan.Call{Op: plan.Set, Path: "/counter", Value: plan.SeenPlus(1), Version: plan.SeenVersion})
	case Members:
		w.members()
	case Bank:
		w.transfer()
	case Queue:
		w.add(plan.Call{Op: plan.Create, Path: "/seq/s-", Value: w.fresh(), Sequential: true})
	case Ephemerals:
		w.ephemeral()
	case Watching:
		w.watching()
	default:
		panic(fmt.Sprintf("scenarios: work %d", kind))
	}
}

func (w *worker) register(path string) {
	switch w.stream.Intn(6) {
	case 0, 1:
		w.add(plan.Call{Op: plan.Get, Path: path, Watch: w.stream.Intn(4) == 0})
	case 2:
		w.add(plan.Call{Op: plan.Sync, Path: path})
		w.get(path)
	case 3, 4:
		w.add(plan.Call{Op: plan.Set, Path: path, Value: w.fresh(), Version: plan.SeenVersion})
	case 5:
		w.add(plan.Call{Op: plan.Set, Path: path, Value: w.fresh(), Version: plan.AnyVersion})
	}
}

func (w *worker) members() {
	if w.stream.Intn(4) == 0 {
		w.add(plan.Call{Op: plan.Children, Path: "/set"})
		return
	}
	v := w.fresh()
	w.add(plan.Call{Op: plan.Create, Path: "/set/" + v.Text, Value: v})
}

// transfer moves money from one account to another, if neither has changed
// since it was read.
func (w *worker) transfer() {
	i := w.stream.Intn(len(accounts))
	from, to := accounts[i], accounts[(i+1+w.stream.Intn(len(accounts)-1))%len(accounts)]
	amount := int64(1 + w.stream.Intn(9))
	w.get(from)
	w.get(to)
	w.add(plan.Call{Op: plan.Multi, Parts: []plan.Call{
		{Op: plan.Set, Path: from, Value: plan.SeenPlus(-amount), Version: plan.SeenVersion},
		{Op: plan.Set, Path: to, Value: plan.SeenPlus(amount), Version: plan.SeenVersion},
	}})
}

// watching leaves a watch that stays, or takes one away. Registers are watched in
// several modes at once.
func (w *worker) watching() {
	staying := []plan.Call{
		{Op: plan.AddWatch, Path: "/bank", Recursive: true},
		{Op: plan.AddWatch, Path: "/live", Recursive: true},
		{Op: plan.AddWatch, Path: "/", Recursive: true},
		{Op: plan.AddWatch, Path: "/set"},
		{Op: plan.AddWatch, Path: registers[0]},
	}
	c := staying[w.stream.Intn(len(staying))]
	if w.stream.Intn(8) == 0 {
		c = plan.Call{Op: plan.RemoveWatches, Path: c.Path}
	}
	w.add(c)
}

func (w *worker) ephemeral() {
	path := fmt.Sprintf("/live/c%d", w.number)
	switch w.stream.Intn(4) {
	case 0:
		w.add(plan.Call{Op: plan.Exists, Path: path, Watch: true})
	case 1:
		w.add(plan.Call{Op: plan.Delete, Path: path, Version: plan.AnyVersion})
	default:
		w.add(plan.Call{Op: plan.Create, Path: path, Value: w.fresh(), Ephemeral: true})
	}
}
