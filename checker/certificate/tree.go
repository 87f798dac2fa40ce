package certificate

import (
	"path"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// tree holds the znodes there are, by path.
type tree map[string]znode

type znode struct {
	data    string
	version int32
	kids    int
	owner   int64 // the session it ends with, 0 if none
	passing bool  // a container, or with a time to live: the servers may remove it
}

// do carries one part of a call out, or gives its error. The order of the tests is
// ZooKeeper's.
func (t tree) do(p *runlog.Part, session int64, kids []string) string {
	n, there := t[p.Path]
	switch create := p.Op == "create"; {
	case create && !t.has(path.Dir(p.Path)), !create && !there, p.Op == "delete" && p.Path == "/":
		return "NoNode"
	case create && there:
		return "NodeExists"
	case create && t[path.Dir(p.Path)].owner != 0:
		return "NoChildrenForEphemerals"
	case p.Op == "children" && !t.lists(p.Path, kids):
		return "other children"
	case create || p.Op == "children":
	case p.Version >= 0 && p.Version != n.version:
		return "BadVersion"
	case p.Op == "delete" && n.kids > 0:
		return "NotEmpty"
	case p.Op == "get" && p.Data != n.data:
		return "other data"
	}
	switch p.Op {
	case "set":
		t[p.Path] = znode{p.Data, n.version + 1, n.kids, n.owner, n.passing}
	case "delete":
		t.put(p.Path, n, -1)
	case "create":
		n = znode{data: p.Data, passing: strings.Contains(p.Mode, "container") || strings.Contains(p.Mode, "ttl")}
		if strings.Contains(p.Mode, "ephemeral") {
			n.owner = session
		}
		t.put(p.Path, n, 1)
	}
	return ""
}

func (t tree) has(p string) bool { _, there := t[p]; return there }

// put lets there be one znode more, or one less, and counts it with its parent.
func (t tree) put(p string, n znode, more int) {
	up := t[path.Dir(p)]
	up.kids += more
	t[path.Dir(p)], t[p] = up, n
	if more < 0 {
		delete(t, p)
	}
}

func (t tree) end(e End) {
	for p, n := range t {
		if e.Session != 0 && n.owner == e.Session || p == e.Path && n.passing && n.kids == 0 {
			t.put(p, n, -1)
		}
	}
}

// own is ZooKeeper's own znode, which no history creates.
const own = "/zookeeper"

func (t tree) lists(p string, kids []string) bool {
	found := map[string]bool{}
	for _, name := range kids {
		if _, there := t[strings.TrimSuffix(p, "/")+"/"+name]; there {
			found[name] = true
		} else if p+name != own {
			return false
		}
	}
	return len(found) == t[p].kids
}
