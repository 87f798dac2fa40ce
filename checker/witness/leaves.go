package witness

import (
	"strings"

	"github.com/schismlab/schism/runlog"
)

// tree is the verifier's tree of znodes: the plainest there can be, so that it
// does not share a mistake with the judge's.
type tree struct {
	leaves map[string]leaf
	over   map[int64]bool // sessions that have ended
	undo   []change
}

type leaf struct {
	data    string
	version int32
	owner   int64
	kids    int
}

// change is what a leaf was before.
type change struct {
	path  string
	old   leaf
	there bool
}

func above(path string) string { return path[:max(1, strings.LastIndexByte(path, '/'))] }

func (t *tree) put(path string, n leaf) {
	old, there := t.leaves[path]
	t.undo = append(t.undo, change{path, old, there})
	t.leaves[path] = n
}

func (t *tree) remove(path string) {
	t.undo = append(t.undo, change{path, t.leaves[path], true})
	delete(t.leaves, path)
	up := t.leaves[above(path)]
	up.kids--
	t.put(above(path), up)
}

func (t *tree) takeBack() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		if u := &t.undo[i]; u.there {
			t.leaves[u.path] = u.old
		} else {
			delete(t.leaves, u.path)
		}
	}
}

// end ends a session: its ephemeral znodes go.
func (t *tree) end(session int64) {
	t.over[session] = true
	for path, n := range t.leaves {
		if n.owner == session && session != 0 {
			t.remove(path)
		}
	}
}

// part does one part of a write, or gives its error, in ZooKeeper's order of
// tests.
func (t *tree) part(p *runlog.Part, session int64) string {
	n, there := t.leaves[p.Path]
	if p.Op == "create" {
		up, parent := t.leaves[above(p.Path)]
		switch {
		case !parent:
			return "NoNode"
		case there:
			return "NodeExists"
		case up.owner != 0:
			return "NoChildrenForEphemerals"
		}
		up.kids++
		t.put(above(p.Path), up)
		made := leaf{data: p.Data}
		if strings.Contains(p.Mode, "ephemeral") {
			made.owner = session
		}
		t.put(p.Path, made)
		return ""
	}
	switch {
	case !there || p.Path == "/" && p.Op == "delete":
		return "NoNode"
	case p.Version >= 0 && p.Version != n.version:
		return "BadVersion"
	case p.Op == "delete" && n.kids > 0:
		return "NotEmpty"
	case p.Op == "delete":
		t.remove(p.Path)
	case p.Op == "set":
		n.data, n.version = p.Data, n.version+1
		t.put(p.Path, n)
	}
	return ""
}

func (t *tree) lists(path string, count int, kids []string) bool {
	for _, name := range kids {
		if path == "/" && name == own {
			count++
		} else if _, there := t.leaves[strings.TrimSuffix(path, "/")+"/"+name]; !there {
			return false
		}
	}
	return count == len(kids)
}

func (t *tree) holds(znodes []*runlog.Event) bool {
	count := 1 // the root
	for _, e := range znodes {
		if e.Path == "/" || e.Path == "/"+own || strings.HasPrefix(e.Path, "/"+own+"/") {
			continue
		}
		count++
		if n, there := t.leaves[e.Path]; !there || n.data != e.Data || n.version != e.Version {
			return false
		}
	}
	return count == len(t.leaves)
}
