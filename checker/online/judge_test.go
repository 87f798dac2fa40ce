package online

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// sink judges what a world writes, as it writes it.
type sink struct {
	n      int64
	judge  Judge
	alarms []*Alarm
}

func (s *sink) Put(e *runlog.Event) int64 {
	s.n++
	if a := s.judge.Observe(e); a != nil {
		s.alarms = append(s.alarms, a)
	}
	return s.n
}

func follow(t *testing.T, scenario string, seed uint64, bug string) *sink {
	t.Helper()
	sc, err := scenarios.Named(scenario)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sc.Plan(seed, scenarios.Options{Bug: bug})
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{}
	if err := (&sim.World{}).Run(t.Context(), p, s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGoodRunsRaiseNoAlarm(t *testing.T) {
	for _, s := range scenarios.All() {
		got := follow(t, s.Name, 1, "")
		for _, a := range got.alarms {
			t.Errorf("%s: event %d: %s: %s", s.Name, a.Event, a.Signature, a.Why)
		}
		if got.judge.Events != got.n || got.judge.Zxids < 300 {
			t.Errorf("%s: %d of %d events were looked at, %d answers had a zxid", s.Name, got.judge.Events, got.n, got.judge.Zxids)
		}
	}
}

// TestPlantedBugsAreSeen: what clients can see is seen, not only what the world
// reports of itself. Not every seed shows everything.
func TestPlantedBugsAreSeen(t *testing.T) {
	for _, c := range []struct {
		scenario, bug, check string
	}{
		{"leader-crash", "out-of-order-delivery", "invariants"},
		{"leader-crash", "out-of-order-delivery", "session-fifo"},
		{"leader-crash", "out-of-order-delivery", "prefix-reads"},
		{"leader-pause", "minority-commit", "write-order"},
	} {
		seen := false
		for seed := uint64(1); seed <= 10 && !seen; seed++ {
			alarms := follow(t, c.scenario, seed, c.bug).alarms
			seen = slices.ContainsFunc(alarms, func(a *Alarm) bool { return a.Check == c.check })
		}
		if !seen {
			t.Errorf("%s with %s: no alarm of %s in 10 seeds", c.scenario, c.bug, c.check)
		}
	}
}

func told(alarms []*Alarm) string {
	var list []string
	for _, a := range alarms {
		list = append(list, a.Signature)
	}
	return strings.Join(list, ", ")
}

// TestHistories follows all histories in testdata: those that keep their promise
// raise no alarm, and these raise the ones named here.
func TestHistories(t *testing.T) {
	want := map[string]string{
		"invariants/broken.bad":            "CommittedLogDurability",
		"prefix-reads/behind-its-zxid.bad": "prefix-reads /r",
		"session-fifo/went-back.bad":       "session-fifo /r",
		"sequential/header-goes-back.bad":  "session-fifo /other",
		"unique-zxids/one-for-two.bad":     "unique-zxids /s",
		"write-order/against-time.bad":     "write-order /b",
	}
	files, err := filepath.Glob("../../testdata/histories/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.ToSlash(file[len("../../testdata/histories/"):]), ".jsonl")
		alarms := read(t, file)
		signature, named := want[name]
		switch {
		case named:
			seen++
			if !slices.ContainsFunc(alarms, func(a *Alarm) bool { return a.Signature == signature }) {
				t.Errorf("%s raises %q, want %q", name, told(alarms), signature)
			}
		case len(alarms) > 0 && !strings.HasSuffix(name, ".bad"):
			t.Errorf("%s raises %s: %s", name, told(alarms), alarms[0].Why)
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d histories were found", seen, len(want))
	}
}

func read(t *testing.T, file string) (alarms []*Alarm) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := runlog.NewReader(file, f)
	if err != nil {
		t.Fatal(err)
	}
	var j Judge
	for {
		var e runlog.Event
		n, err := r.Read(&e)
		if err == io.EOF {
			return alarms
		}
		if err != nil {
			t.Fatal(err)
		}
		if a := j.Observe(&e); a != nil {
			if a.Event != n {
				t.Errorf("%s: an alarm of event %d came at event %d", file, a.Event, n)
			}
			alarms = append(alarms, a)
		}
	}
}

// TestMemoryDoesNotGrowWithTheRun follows a long run of clients that overlap,
// with znodes that come and go.
func TestMemoryDoesNotGrowWithTheRun(t *testing.T) {
	var j Judge
	zxid := uint64(1 << 32)
	round := func(i int) {
		const clients = 10
		for c := 1; c <= clients; c++ {
			op, path := "set", fmt.Sprintf("/r/%d", (i+c)%100)
			switch (i + c) % 4 {
			case 0:
				op, path = "create", fmt.Sprintf("/q/%d-%d", c, i)
			case 1:
				op, path = "delete", fmt.Sprintf("/q/%d-%d", c, i-1)
			}
			j.Observe(&runlog.Event{T: int64(i), Kind: runlog.Call, Client: c, Num: i, Session: int64(c), Op: op, Path: path, Data: fmt.Sprint(i), Version: -1})
		}
		for c := 1; c <= clients; c++ {
			zxid++
			if a := j.Observe(&runlog.Event{T: int64(i), Kind: runlog.Ret, Client: c, Num: i, Out: runlog.OK, Zxid: zxid, Mzxid: zxid}); a != nil {
				t.Fatal(a.Why)
			}
		}
	}
	heap := func(until int) uint64 {
		for i := int(j.Events) / 20; int(j.Events) < until; i++ {
			round(i)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(&j)
		return m.HeapAlloc
	}
	first, last := heap(100_000), heap(400_000)
	t.Logf("heap of %d bytes after 100,000 events, %d after 400,000; %d znodes, %d recent zxids", first, last, len(j.znodes), len(j.recent))
	if last > first+first/4+64<<10 {
		t.Errorf("the heap grew from %d to %d bytes", first, last)
	}
}
