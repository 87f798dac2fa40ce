package flinkjob

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/runlog"
)

const (
	record = `{"kind":"record","path":"/in/k1","number":7,"zxid":4294967317,"hash":"0123456789abcdef","data":"x \"y\"","subtask":1,"attempt":2}` + "\n"
	config = `{"kind":"config","path":"/conf","number":3,"zxid":4294967320,"hash":"0123456789abcdef","data":"v3","subtask":0,"attempt":0}` + "\n"
	alert  = `{"kind":"alert","path":"/in/k1","after":5,"got":7}` + "\n"
)

func TestParseBatch(t *testing.T) {
	got, err := ParseBatch("0000000012-001-003-attempt4", []byte(record+config+alert))
	want := Batch{
		Name: "0000000012-001-003-attempt4", Checkpoint: 12, Subtask: 1, Part: 3, Attempt: 4,
		Lines: []Line{
			{Kind: Record, Path: "/in/k1", Number: 7, Zxid: 4294967317, Hash: "0123456789abcdef", Data: `x "y"`, Subtask: 1, Attempt: 2},
			{Kind: Config, Path: "/conf", Number: 3, Zxid: 4294967320, Hash: "0123456789abcdef", Data: "v3"},
			{Kind: Alert, Path: "/in/k1", After: 5, Got: 7},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseBatchRefuses(t *testing.T) {
	const name = "0000000012-001-003"
	for what, c := range map[string]struct{ name, content, want string }{
		"a stray file":   {".12-1-3.swp", record, "CHECKPOINT-SUBTASK-PART"},
		"cut off":        {name, record[:40], "cut off"},
		"empty":          {name, "", "cut off"},
		"not JSON":       {name, record + "oops\n", ":2:"},
		"two in a line":  {name, record[:len(record)-1] + record, "more than one"},
		"unknown kind":   {name, `{"kind":"rumour","path":"/x"}` + "\n", "rumour"},
		"unknown field":  {name, `{"kind":"alert","path":"/x","how":1}` + "\n", "how"},
		"no path":        {name, `{"kind":"alert"}` + "\n", "no path"},
		"without a zxid": {name, `{"kind":"record","path":"/x","hash":"0123456789abcdef"}` + "\n", "zxid"},
	} {
		if _, err := ParseBatch(c.name, []byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", what, err, c.want)
		}
	}
}

func TestReadFiles(t *testing.T) {
	output := t.TempDir()
	if got, err := ReadFiles(output); err != nil || len(got) != 0 {
		t.Fatalf("no output yet: %v, %v", got, err)
	}
	dir := filepath.Join(output, "committed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0000000013-000-000", "0000000012-001-000"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadFiles(output)
	if err != nil || len(got) != 2 || got[0].Checkpoint != 12 || got[1].Checkpoint != 13 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// outTree is a tree with children of /out alone.
type outTree map[string]string

func (o outTree) Get(path string) ([]byte, hastore.Stat, error) {
	data, there := o[strings.TrimPrefix(path, "/out/")]
	if !there {
		return nil, hastore.Stat{}, hastore.ErrNoNode
	}
	return []byte(data), hastore.Stat{}, nil
}

func (o outTree) Children(path string) (names []string, err error) {
	if path != "/out" || len(o) == 0 {
		return nil, hastore.ErrNoNode
	}
	for name := range o {
		names = append(names, name)
	}
	return names, nil
}

func TestReadZnodes(t *testing.T) {
	if got, err := ReadZnodes(outTree{}, "/out"); err != nil || len(got) != 0 {
		t.Errorf("no output yet: %v, %v", got, err)
	}
	tree := outTree{"0000000002-000-000": alert, "0000000001-001-000": record}
	got, err := ReadZnodes(tree, "/out")
	if err != nil || len(got) != 2 || got[0].Checkpoint != 1 || got[1].Lines[0].Kind != Alert {
		t.Errorf("got %+v, %v", got, err)
	}
	tree["stray"] = ""
	if _, err := ReadZnodes(tree, "/out"); err == nil || !strings.Contains(err.Error(), "stray") {
		t.Errorf("a stray znode: %v", err)
	}
}

func TestArgs(t *testing.T) {
	got, err := Options{
		ZooKeeper: []string{"127.0.0.1:1", "127.0.0.1:2"}, Keys: []string{"k1", "k2"}, Sinks: []string{"files"}, Output: "/x",
		Checkpoint: 500 * time.Millisecond,
	}.Args()
	want := strings.Fields("--zookeeper 127.0.0.1:1,127.0.0.1:2 --keys k1,k2 --sink files --output /x --checkpoint-interval 500")
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	for what, o := range map[string]Options{
		"nothing": {},
		"comma":   {ZooKeeper: []string{"a:1,b:1"}, Keys: []string{"k"}, Sinks: []string{"files"}},
		"empty":   {ZooKeeper: []string{"a:1"}, Keys: []string{""}, Sinks: []string{"files"}},
	} {
		if args, err := o.Args(); err == nil {
			t.Errorf("%s: %q, want an error", what, args)
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	f.Add("0000000012-001-003", []byte(record+config+alert))
	f.Add("0000000012-001-003-attempt4", []byte(alert))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		b, err := ParseBatch(name, content)
		if err != nil {
			return
		}
		if len(b.Lines) != strings.Count(string(content), "\n") || b.Checkpoint < 0 || b.Subtask < 0 || b.Part < 0 {
			t.Errorf("%q: %+v", name, b)
		}
	})
}

func TestEvents(t *testing.T) {
	b, err := ParseBatch("0000000012-001-003", []byte(record+config+alert))
	if err != nil {
		t.Fatal(err)
	}
	want := []runlog.Event{
		{Kind: runlog.Output, Job: "j", Path: "/in/k1", Num: 7, Czxid: 4294967317, Data: `x "y"`, Subtask: 1, Attempt: 2, Ckpt: 12},
		{Kind: runlog.Config, Job: "j", Path: "/conf", Version: 3, Mzxid: 4294967320, Data: "v3", Ckpt: 12},
		{Kind: runlog.Violated, Job: "j", Path: "/in/k1", Msg: "KeyedSequence", Text: "the job's state of /in/k1 stood at 5 when 7 came", Ckpt: 12},
	}
	if got := b.Events("j"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := Last([]Batch{b, {}}); !reflect.DeepEqual(got, map[string]int64{"/in/k1": 7}) {
		t.Errorf("last %v", got)
	}
}
