package certificate

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
)

// TestShort holds the verifier to what makes it worth believing: it is short, and
// shares no code with who made the certificate.
func TestShort(t *testing.T) {
	for file, most := range map[string]int{"verify.go": 99, "tree.go": 90} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > most {
			t.Errorf("%s has %d lines, want at most %d", file, n, most)
		}
	}
	for _, file := range []string{"verify.go", "tree.go", "certificate.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(p, ".") && p != "github.com/schismlab/schism/runlog" {
				t.Errorf("%s imports %s: the verifier stands on the standard library and the history alone", file, p)
			}
		}
	}
}

// call is an answered operation of client c, as short as a table wants it.
func call(c int, at, ret int64, op, path, data string, version int32) runlog.Operation {
	return runlog.Operation{Client: c, Session: int64(c), Call: at, Ret: ret, Op: op, Path: path, Data: data, Version: version, Out: runlog.OK}
}

func shows(o runlog.Operation, data string, version int32) runlog.Operation {
	o.Result.Data, o.Result.Version = data, version
	return o
}

func refused(o runlog.Operation, err string) runlog.Operation {
	o.Out, o.Result.Err = runlog.Fail, err
	return o
}

func lost(o runlog.Operation) runlog.Operation {
	o.Out, o.Result.Err = runlog.Unknown, "ConnectionLoss"
	return o
}

func mode(o runlog.Operation, m string) runlog.Operation { o.Mode = m; return o }

func lists(o runlog.Operation, kids ...string) runlog.Operation { o.Result.Kids = kids; return o }

// both is a set of /a and a delete of /b in one.
func both(at int64) runlog.Operation {
	o := call(1, at, at+1, "multi", "", "", 0)
	o.Parts = []runlog.Part{{Op: "set", Path: "/a", Data: "1", Version: -1}, {Op: "delete", Path: "/b", Version: -1}}
	return o
}

func made(at int64) runlog.Operation { return call(1, at, at+1, "create", "/a", "0", 0) }

// cases are histories that are verified in the order in which they stand, unless
// order says another one. why is part of the refusal, "" if there is none.
var cases = []struct {
	name  string
	grade Grade
	ops   runlog.History
	order []int32
	ends  []End
	final []*runlog.Event
	why   string
}{
	{name: "a write and what it left", grade: Linearizable, ops: runlog.History{made(1), shows(call(2, 3, 4, "get", "/a", "", 0), "0", 0)}},
	{name: "another value", grade: Linearizable, ops: runlog.History{made(1), shows(call(2, 3, 4, "get", "/a", "", 0), "1", 0)}, why: `get of "/a" by client c2, does not fit`},
	{name: "another version", grade: Linearizable, ops: runlog.History{made(1), shows(call(2, 3, 4, "exists", "/a", "", 0), "", 1)}, why: "does not fit"},
	{name: "a stale read", grade: Linearizable, ops: runlog.History{made(1), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{1, 0}, why: "answered before"},
	{name: "a stale read, permitted", grade: Ordered, ops: runlog.History{made(1), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{1, 0}},
	{name: "a stale write", grade: Ordered, ops: runlog.History{made(1), refused(call(2, 3, 4, "delete", "/a", "", -1), "NoNode")}, order: []int32{1, 0}, why: "answered before"},
	{name: "a stale write, by sessions", grade: Session, ops: runlog.History{made(1), refused(call(2, 3, 4, "delete", "/a", "", -1), "NoNode")}, order: []int32{1, 0}},
	{name: "one's own write unseen", grade: Session, ops: runlog.History{made(1), refused(call(1, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{1, 0}, why: "behind a later call"},
	{name: "one left out", grade: Linearizable, ops: runlog.History{made(1), made(3)}, order: []int32{0}, why: "operation 1 is missing"},
	{name: "a lost one left out", grade: Linearizable, ops: runlog.History{made(1), lost(made(3))}, order: []int32{0}},
	{name: "a refusal that tells nothing left out", grade: Linearizable, ops: runlog.History{made(1), refused(made(3), "NoAuth")}, order: []int32{0}},
	{name: "one twice", grade: Linearizable, ops: runlog.History{made(1)}, order: []int32{0, 0}, why: "twice"},
	{name: "one that is none", grade: Linearizable, ops: runlog.History{made(1)}, order: []int32{0, 7}, why: "does not exist"},
	{name: "an end that is none", grade: Linearizable, ops: runlog.History{made(1)}, order: []int32{0, -1}, why: "does not exist"},
	{name: "a lost write later", grade: Linearizable, ops: runlog.History{made(1), lost(call(2, 3, 4, "set", "/a", "1", -1)), shows(call(1, 9, 10, "get", "/a", "", 0), "1", 1)}},
	{name: "a lost write of whatever version", grade: Linearizable, ops: runlog.History{made(1), shows(lost(call(2, 3, 4, "set", "/a", "1", -1)), "", 7)}},
	{name: "a lost write before it was called", grade: Linearizable, ops: runlog.History{made(1), shows(call(1, 2, 3, "get", "/a", "", 0), "1", 1), lost(call(2, 4, 5, "set", "/a", "1", -1))}, order: []int32{0, 2, 1}, why: "answered before"},
	{name: "a lost write that would be refused", grade: Linearizable, ops: runlog.History{made(1), lost(call(2, 3, 4, "set", "/a", "1", 7))}, why: "does not fit"},
	{name: "a version the set did not give", grade: Linearizable, ops: runlog.History{made(1), shows(call(1, 3, 4, "set", "/a", "1", -1), "", 2)}, why: "does not fit"},
	{name: "refusals", grade: Linearizable, ops: runlog.History{
		refused(call(1, 1, 2, "set", "/a", "1", -1), "NoNode"), made(3), refused(made(5), "NodeExists"), refused(call(1, 7, 8, "set", "/a", "1", 3), "BadVersion"),
		call(1, 9, 10, "create", "/a/b", "", 0), refused(call(1, 11, 12, "delete", "/a", "", -1), "NotEmpty"), refused(call(1, 13, 14, "delete", "/", "", -1), "NoNode"),
		mode(call(1, 15, 16, "create", "/e", "", 0), "ephemeral"), refused(call(1, 17, 18, "create", "/e/b", "", 0), "NoChildrenForEphemerals"),
	}},
	{name: "refused for another reason", grade: Linearizable, ops: runlog.History{made(1), refused(made(3), "BadVersion")}, why: "does not fit"},
	{name: "a refused multi leaves nothing", grade: Linearizable, ops: runlog.History{made(1), refused(both(3), "NoNode"), shows(call(2, 5, 6, "get", "/a", "", 0), "0", 0)}},
	{name: "a multi leaves all", grade: Linearizable, ops: runlog.History{made(1), call(1, 2, 3, "create", "/b", "", 0), both(4), lists(call(2, 6, 7, "children", "/", "", 0), "a")}},
	{name: "a multi half done", grade: Linearizable, ops: runlog.History{made(1), both(4)}, why: "does not fit"},
	{name: "children", grade: Linearizable, ops: runlog.History{made(1), lists(call(2, 3, 4, "children", "/", "", 0), "a", "zookeeper")}},
	{name: "a child too few", grade: Linearizable, ops: runlog.History{made(1), lists(call(2, 3, 4, "children", "/", "", 0))}, why: "does not fit"},
	{name: "a child twice instead of another", grade: Linearizable, ops: runlog.History{made(1), call(1, 3, 4, "create", "/b", "", 0), lists(call(2, 5, 6, "children", "/", "", 0), "a", "a")}, why: "does not fit"},
	{name: "an end takes what is ephemeral", grade: Linearizable, ops: runlog.History{mode(made(1), "ephemeral"), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{0, -1, 1}, ends: []End{{Session: 1}}},
	{name: "an end takes nothing else", grade: Linearizable, ops: runlog.History{made(1), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{0, -1, 1}, ends: []End{{Session: 1}}, why: "does not fit"},
	{name: "a write after the end", grade: Linearizable, ops: runlog.History{made(1), call(1, 3, 4, "set", "/a", "1", -1)}, order: []int32{0, -1, 1}, ends: []End{{Session: 1}}, why: "session that has ended"},
	{name: "a container goes", grade: Linearizable, ops: runlog.History{mode(made(1), "container"), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{0, -1, 1}, ends: []End{{Path: "/a"}}},
	{name: "a znode that is no container stays", grade: Linearizable, ops: runlog.History{made(1), refused(call(2, 3, 4, "get", "/a", "", 0), "NoNode")}, order: []int32{0, -1, 1}, ends: []End{{Path: "/a"}}, why: "does not fit"},
	{name: "a container with a child stays", grade: Linearizable, ops: runlog.History{mode(made(1), "container"), call(1, 3, 4, "create", "/a/b", "", 0), refused(call(2, 5, 6, "get", "/a", "", 0), "NoNode")}, order: []int32{0, 1, -1, 2}, ends: []End{{Path: "/a"}}, why: "does not fit"},
	{name: "a final read", grade: Linearizable, ops: runlog.History{made(1)}, final: []*runlog.Event{{Path: "/"}, {Path: "/a", Data: "0"}, {Path: "/zookeeper/quota"}}},
	{name: "a final read that lacks a znode", grade: Linearizable, ops: runlog.History{made(1)}, final: []*runlog.Event{{Path: "/"}}, why: "final"},
	{name: "a final read with one too many", grade: Linearizable, ops: runlog.History{made(1)}, final: []*runlog.Event{{Path: "/a", Data: "0"}, {Path: "/b"}}, why: "final"},
}

func TestVerify(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in, order := Input{Ops: c.ops}, c.order
			if c.final != nil {
				in.Finals = []Final{{Node: 1, Call: 100, Ret: 101, Znodes: c.final}}
			}
			for i := range int32(len(in.Ops) + len(in.Finals)) {
				if c.order == nil {
					order = append(order, i)
				}
			}
			err := (&Certificate{Grade: c.grade, Order: order, Ends: c.ends}).Verify(in)
			if c.why == "" && err != nil || c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)) {
				t.Errorf("%v, want %q", err, c.why)
			}
		})
	}
}

// TestNames: a sequential create without an answer has the name that the
// certificate gives it.
func TestNames(t *testing.T) {
	in := Input{Ops: runlog.History{lost(mode(call(1, 1, 2, "create", "/q-", "x", 0), "sequential")), shows(call(2, 3, 4, "get", "/q-0000000000", "", 0), "x", 0)}}
	c := Certificate{Grade: Linearizable, Order: []int32{0, 1}, Names: map[Name]string{{0, 0}: "/q-0000000000"}}
	if err := c.Verify(in); err != nil {
		t.Error(err)
	}
	if c.Names = nil; c.Verify(in) == nil {
		t.Error("a name that nobody was given was found")
	}
}
