package checker

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// The outcome of an operation, its errors and its operations, as worlds write
// them.
const (
	opGet      = "get"
	opSet      = "set"
	opCreate   = "create"
	opDelete   = "delete"
	opExists   = "exists"
	opChildren = "children"
	opCheck    = "check"
	opMulti    = "multi"

	errNoNode     = "NoNode"
	errBadVersion = "BadVersion"
	errNodeExists = "NodeExists"
	errNotEmpty   = "NotEmpty"
)

// when is a time for people: seconds since the run began.
func when(t int64) string {
	if t == never {
		return "no answer"
	}
	return fmt.Sprintf("%.3f s", float64(t)/1e9)
}

// top is the first name of a path: what a signature keeps of it.
func top(path string) string {
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		return path[:i+1]
	}
	return path
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

func under(path, dir string) bool { return strings.HasPrefix(path, dir+"/") }

func has(mode, word string) bool { return strings.Contains(mode, word) }

// describe says what an operation was and what came of it.
func describe(o *runlog.Operation) string {
	var b strings.Builder
	name := o.Op
	if name == runlog.OpCached {
		name = "look at its cache"
	}
	fmt.Fprintf(&b, "client c%d's %s", o.Client, name)
	if o.Path != "" {
		fmt.Fprintf(&b, " of %s", o.Path)
	}
	switch o.Op {
	case opSet:
		fmt.Fprintf(&b, " to %q", o.Data)
	case opCreate, runlog.OpEnqueue, runlog.OpJoin, runlog.OpPart:
		fmt.Fprintf(&b, " with %q", o.Data)
	}
	if o.Op == opMulti {
		fmt.Fprintf(&b, " of %d parts", len(o.Parts))
	}
	if n := server(o); n > 0 {
		fmt.Fprintf(&b, " on n%d", n)
	}
	fmt.Fprintf(&b, " (called at %s, ", when(o.Call))
	switch o.Out {
	case runlog.Unknown:
		b.WriteString("outcome unknown)")
	case runlog.Fail:
		fmt.Fprintf(&b, "refused with %s at %s)", o.Result.Err, when(o.Ret))
	default:
		fmt.Fprintf(&b, "answered at %s%s)", when(o.Ret), shown(o))
	}
	return b.String()
}

// shown is what an answer showed.
func shown(o *runlog.Operation) string {
	switch o.Op {
	case opGet:
		return fmt.Sprintf(" with %q, version %d", o.Result.Data, o.Result.Version)
	case opExists, opSet:
		return fmt.Sprintf(" with version %d", o.Result.Version)
	case opChildren:
		return fmt.Sprintf(" with %d children", len(o.Result.Kids))
	case runlog.OpAcquire, runlog.OpElect, runlog.OpUse:
		if o.Result.Czxid == 0 {
			return ""
		}
		return fmt.Sprintf(" with token %#x", o.Result.Czxid)
	case runlog.OpDequeue, runlog.OpRead, runlog.OpAdd:
		return fmt.Sprintf(" with %q", o.Result.Data)
	case runlog.OpCached:
		return fmt.Sprintf(" with %q, mzxid %#x", o.Result.Data, o.Result.Mzxid)
	case runlog.OpMembers:
		if len(o.Result.Kids) == 0 {
			return " with nobody"
		}
		return " with " + strings.Join(o.Result.Kids, ", ")
	}
	return ""
}

func server(o *runlog.Operation) int {
	if o.Result.Node > 0 {
		return o.Result.Node
	}
	return o.Node
}

func session(o *runlog.Operation) int64 {
	if o.Result.Session != 0 {
		return o.Result.Session
	}
	return o.Session
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
