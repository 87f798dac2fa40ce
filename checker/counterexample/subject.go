package counterexample

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// kind is what an item is.
type kind uint8

const (
	call  kind = iota // a client's operation; index is its place in the history
	final             // what a server held at the end; index is its place in trees
	event             // a watch that fired, or the end of a session; index is its event
)

// item is what a counterexample is made of, and what is taken away from it.
type item struct {
	kind  kind
	index int
}

// tree is what one server held at the end: the places of its Final events and
// of the Tree event that closes them.
type tree struct {
	node   int
	finals []int
	end    int
}

// change is one thing that a write may have done to one znode. A refused write
// does nothing and has none.
type change struct {
	op        int // in the history
	do        string
	data      string
	guard     int32
	version   int32 // after a set, as the answer showed it; 0 if it did not
	acked     bool
	ephemeral bool
	zxid      uint64
}

// subject is a run with what must be looked up while it is taken apart.
type subject struct {
	run   *checker.Run
	trees []tree
	rets  []int       // by operation: the event of its answer, -1 for none
	opOf  map[int]int // the other way round

	// changes are by znode what may have happened to it, by call. A sequential
	// create without an answer stands under the prefix that it asked for.
	changes map[string][]change
	nodes   map[string]*nature
	// whole keeps of every znode all changes, or none.
	whole bool
}

// nature says how a znode's history may be cut.
type nature struct {
	// fleeting: it may have been deleted, so it may be there more than once, and
	// its versions begin again each time.
	fleeting bool
	// opaque: some acknowledged write does not say which version it made, so
	// nothing of it can be left out.
	opaque bool
}

func newSubject(run *checker.Run) *subject {
	s := &subject{run: run, changes: map[string][]change{}, nodes: map[string]*nature{}}
	s.gatherRets()
	s.gatherTrees()
	for i := range run.History {
		if run.History[i].Out != runlog.Fail {
			s.gatherChanges(i)
		}
	}
	return s
}

func (s *subject) gatherRets() {
	s.opOf = map[int]int{}
	s.rets = make([]int, len(s.run.History))
	byCall := map[int]int{}
	for i := range s.run.History {
		s.rets[i] = -1
		byCall[int(s.run.History[i].Line-1)] = i
	}
	open := map[int]int{}
	for i := range s.run.Events {
		switch e := &s.run.Events[i]; e.Kind {
		case runlog.Call:
			open[e.Client] = byCall[i]
		case runlog.Ret:
			s.rets[open[e.Client]] = i
			s.opOf[i] = open[e.Client]
		}
	}
}

func (s *subject) gatherTrees() {
	open := map[int][]int{}
	for i := range s.run.Events {
		switch e := &s.run.Events[i]; e.Kind {
		case runlog.Final:
			open[e.Node] = append(open[e.Node], i)
		case runlog.Tree:
			s.trees = append(s.trees, tree{e.Node, open[e.Node], i})
			delete(open, e.Node)
		}
	}
}

func (s *subject) gatherChanges(i int) {
	for _, c := range changesOf(&s.run.History[i]) {
		c.op = i
		n := s.nodes[c.path]
		if n == nil {
			n = &nature{}
			s.nodes[c.path] = n
		}
		n.fleeting = n.fleeting || c.do == "delete" || c.ephemeral
		n.opaque = n.opaque || c.do == "set" && c.acked && c.version == 0
		n.opaque = n.opaque || c.do == "set" && !c.acked && c.guard < 0 && s.run.History[i].Op == "multi"
		for _, other := range s.changes[c.path] {
			n.opaque = n.opaque || other.op == i // twice in one multi
		}
		s.changes[c.path] = append(s.changes[c.path], c.change)
	}
}

// placed is a change with its znode.
type placed struct {
	path string
	change
}

// changesOf are the changes that a write asks for, as far as it may have taken
// effect.
func changesOf(o *runlog.Operation) []placed {
	var list []placed
	add := func(do, path, data, mode, given string, guard, version int32) {
		c := placed{path, change{do: do, data: data, guard: guard, acked: o.Out == runlog.OK, zxid: o.Result.Zxid}}
		switch do {
		case "set":
			c.version = version
			if version == 0 && guard >= 0 && c.acked {
				c.version = guard + 1
			}
		case "create":
			c.ephemeral = strings.Contains(mode, "ephemeral")
			if strings.Contains(mode, "sequential") && given != "" {
				c.path = given
			}
		case "delete":
		default:
			return
		}
		list = append(list, c)
	}
	if o.Op != "multi" {
		add(o.Op, o.Path, o.Data, o.Mode, o.Result.Path, o.Version, o.Result.Version)
		return list
	}
	for i, p := range o.Parts {
		var r runlog.Part
		if i < len(o.Result.Parts) && o.Out == runlog.OK {
			r = o.Result.Parts[i]
		}
		add(p.Op, p.Path, p.Data, p.Mode, r.Path, p.Version, r.Version)
	}
	return list
}

// pathsOf are the znodes that an operation speaks of.
func pathsOf(o *runlog.Operation) []string {
	if o.Op == "multi" {
		var list []string
		for i, p := range o.Parts {
			path := p.Path
			if i < len(o.Result.Parts) && o.Result.Parts[i].Path != "" {
				path = o.Result.Parts[i].Path
			}
			list = append(list, path)
		}
		return list
	}
	if o.Op == "create" && o.Result.Path != "" {
		return []string{o.Result.Path}
	}
	list := []string{o.Path}
	for _, kid := range o.Result.Kids {
		list = append(list, strings.TrimSuffix(o.Path, "/")+"/"+kid)
	}
	return list
}

// rest says whether a znode's changes are all to be kept together, or none.
func (s *subject) rest(path string) bool {
	n := s.nodes[path]
	return n != nil && (s.whole || n.fleeting || n.opaque)
}

// items are all there is to take away, in the order of their times.
func (s *subject) items(check string) []item {
	var list []item
	for i := range s.run.History {
		list = append(list, item{call, i})
	}
	lost := map[int]bool{}
	for i := range s.run.Events {
		switch e := &s.run.Events[i]; {
		case e.Kind == runlog.Lost && check == "watches":
			lost[e.Client] = true
		case e.Kind == runlog.Watch && check == "watches" && !lost[e.Client]:
			list = append(list, item{event, i})
		case endsSession(e) && check == "ephemerals":
			list = append(list, item{event, i})
		}
	}
	for i := range s.trees {
		list = append(list, item{final, i})
	}
	slices.SortStableFunc(list, func(a, b item) int { return s.place(a) - s.place(b) })
	return list
}

func endsSession(e *runlog.Event) bool {
	return e.Session != 0 && (e.Kind == runlog.Expired || e.Kind == runlog.Lost && e.Text == checker.Closed)
}

// place is where an item begins in the log.
func (s *subject) place(i item) int {
	switch i.kind {
	case call:
		return int(s.run.History[i.index].Line) - 1
	case final:
		return s.trees[i.index].end
	}
	return i.index
}

// owner is the client that an item is of, -1 for none.
func (s *subject) owner(i item) int {
	switch i.kind {
	case call:
		return s.run.History[i.index].Client
	case event:
		return s.run.Events[i.index].Client - 1
	}
	return -1
}

// parent is the path of the znode above; "" for the root.
func parent(path string) string {
	i := strings.LastIndexByte(path, '/')
	switch {
	case path == "/" || i < 0:
		return ""
	case i == 0:
		return "/"
	}
	return path[:i]
}

// top is the first name of a path.
func top(path string) string {
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		return path[:i+1]
	}
	return path
}

// prefixOf is what a sequential name was asked for as: without its ten digits.
func prefixOf(path string) (string, bool) {
	const digits = 10
	if len(path) <= digits {
		return "", false
	}
	for _, c := range path[len(path)-digits:] {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return path[:len(path)-digits], true
}
