package imports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/schismlab/schism"

// pure says which packages hold no clock, randomness, goroutine, file or
// socket: the same input gives the same output, on every machine.
func pure(path string) bool {
	// checker/format reads other programs' histories: what it says of a file must
	// depend on the bytes alone.
	for _, p := range []string{"plan", "runlog", "paxos", "zookeeper", "flink", "checker/format"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			switch path {
			case "zookeeper/zktest", "zookeeper/recipes", "flink/rest", "flink/hastore":
				return false // these talk to real servers
			case "paxos/internal/stage":
				return false // the stage on which tests play transcripts
			}
			return true
		}
	}
	return false
}

// impure are the standard packages that pure code must not import.
var impure = map[string]string{
	"time":         "a clock gives another answer each time; moments come in as events",
	"math/rand":    "randomness comes in from plan.Stream, so that a seed says all",
	"math/rand/v2": "randomness comes in from plan.Stream, so that a seed says all",
	"crypto/rand":  "randomness comes in from plan.Stream, so that a seed says all",
	"hash/maphash": "its seed is drawn anew in each process",
	"os":           "files and the environment differ between machines",
	"os/exec":      "processes are no value",
	"net":          "sockets are no value",
	"net/http":     "sockets are no value",
	"sync":         "there is nothing to synchronize in code without goroutines",
	"sync/atomic":  "there is nothing to synchronize in code without goroutines",
	"context":      "what ends early depends on a clock",
	"runtime":      "it differs between machines",
	"unsafe":       "addresses differ between runs",
}

// load reads all packages of the module, with types, without their tests.
func load(t *testing.T) []*packages.Package {
	t.Helper()
	all, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedDeps,
		Dir:  filepath.Join("..", ".."),
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(all) > 0 {
		t.Fatal("the packages do not compile")
	}
	return all
}

// short is a path within the module, "" for what lies outside.
func short(path string) string {
	s, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	return s
}

func under(path, top string) bool { return path == top || strings.HasPrefix(path, top+"/") }

// std: paths of the standard library have no dot in their first part.
func std(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// broken says why from must not import to, "" if it may.
func broken(from, to string) string {
	in := short(to)
	switch {
	case pure(from) && impure[to] != "":
		return "pure code: " + impure[to]
	case pure(from) && in == "" && !std(to):
		return "pure code stands on the standard library alone, so that it can run anywhere, a browser too"
	case pure(from) && in != "" && !pure(in):
		return "pure code imports pure code only"
	case under(from, "zookeeper") && (under(in, "sim") || under(in, "cluster") || in == "scenarios" || in == "campaign"):
		return "what anybody's tests stand on must not bring the harness's worlds along"
	case under(from, "checker") && in != "" && !under(in, "checker") && !pure(in):
		return "a check knows nothing of worlds: it judges a log, wherever that came from"
	case under(from, "checker") && in == "" && !std(to) && to != "github.com/anishathalye/porcupine":
		return "the checker stands on porcupine and the standard library alone"
	case under(from, "sim") && (under(in, "cluster") || in == "scenarios" || in == "campaign"):
		return "the model must not know real servers, nor what is asked of it"
	case under(from, "cluster") && (under(in, "sim") || in == "scenarios" || in == "campaign"):
		return "real worlds must not know the model, nor what is asked of them"
	case from == "scenarios" && (under(in, "sim") || under(in, "cluster") || in == "campaign"):
		return "a scenario knows a world only through scenarios.World, so that it runs in all of them"
	case from == "report" && in != "" && !pure(in):
		return "a report is made of a log and a verdict, wherever they came from"
	}
	return ""
}

func TestImports(t *testing.T) {
	seen := 0
	for _, p := range load(t) {
		from := short(p.PkgPath)
		for _, to := range slices.Sorted(maps.Keys(p.Imports)) {
			seen++
			if why := broken(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d imports were looked at", seen)
	}
}

// TestRulesBite holds that each rule forbids something.
func TestRulesBite(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"plan", "time"},
		{"paxos/zab", "github.com/spf13/cobra"},
		{"zookeeper", module + "/sim"},
		{"zookeeper/zktest", module + "/sim"},
		{"checker", module + "/sim"},
		{"checker", "github.com/spf13/cobra"},
		{"sim", module + "/cluster/local"},
		{"cluster/run", module + "/sim"},
		{"cluster/local", module + "/scenarios"},
		{"scenarios", module + "/sim"},
		{"report", module + "/checker"},
	} {
		if broken(c.from, c.to) == "" {
			t.Errorf("%s may import %s", c.from, c.to)
		}
	}
	for _, c := range []struct{ from, to string }{
		{"checker", "time"}, {"campaign", module + "/sim"}, {"sim", module + "/zookeeper"}, {"cluster/run", module + "/plan"},
	} {
		if why := broken(c.from, c.to); why != "" {
			t.Errorf("%s must not import %s: %s", c.from, c.to, why)
		}
	}
}

// impurities lists what the files of a pure package do that they must not.
func impurities(fset *token.FileSet, files []*ast.File, info *types.Info) (found []string) {
	say := func(n ast.Node, why string) {
		found = append(found, fset.Position(n.Pos()).String()+": "+why)
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				say(n, "a goroutine: the scheduler would decide what comes first")
			case *ast.SelectStmt:
				say(n, "a select: which case is taken is drawn by the runtime")
			case *ast.RangeStmt:
				if tv, ok := info.Types[n.X]; ok {
					if _, isMap := tv.Type.Underlying().(*types.Map); isMap {
						say(n, "a range over a map: its order is drawn by the runtime")
					}
				}
			}
			return true
		})
	}
	return found
}

func TestPureCode(t *testing.T) {
	packagesSeen := 0
	for _, p := range load(t) {
		if !pure(short(p.PkgPath)) {
			continue
		}
		packagesSeen++
		for _, what := range impurities(p.Fset, p.Syntax, p.TypesInfo) {
			t.Error(what)
		}
	}
	if packagesSeen < 5 {
		t.Errorf("only %d pure packages were looked at", packagesSeen)
	}
}

// TestImpuritiesAreSeen holds the search to code that has them all.
func TestImpuritiesAreSeen(t *testing.T) {
	const bad = `package bad
func f(m map[int]int) {
	go f(m)
	select {}
	for range m {}
	for range []int{} {}
}`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "bad.go", bad, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := new(types.Config).Check("bad", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	if found := impurities(fset, []*ast.File{file}, info); len(found) != 3 {
		t.Errorf("found %q, want a goroutine, a select and a range over a map", found)
	}
}

// TestNamesAndSize holds files and packages to the rules that a program can
// check.
func TestNamesAndSize(t *testing.T) {
	vague := []string{"util", "utils", "common", "manager", "helper", "helpers", "misc"}
	top := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(d.Name(), ".go")
		if d.IsDir() && (name == ".git" || name == "out" || name == "bin" || name == ".cache") {
			return filepath.SkipDir
		}
		if slices.Contains(vague, name) {
			t.Errorf("%s: the name says nothing of what is in it", path)
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		if lines := strings.Count(string(text), "\n"); lines > 700 {
			t.Errorf("%s: %d lines: a file has one concern, and at most 700 lines", path, lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were looked at", files)
	}
}
