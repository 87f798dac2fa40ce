package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
)

const ms = int64(1e6)

// crashRun is a run in which n1 leads, is killed at 1 s, and n2 leads from
// 1.5 s. c1 calls every 100 ms, but nothing is answered for half a second.
func crashRun() Report {
	ev := []runlog.Event{
		{Kind: runlog.Start, Node: 1},
		{Kind: runlog.Start, Node: 2},
		{Kind: runlog.Start, Node: 3},
		{T: 100 * ms, Kind: runlog.Role, Node: 1, Text: "leading", Epoch: 1},
		{T: 100 * ms, Kind: runlog.Role, Node: 2, Text: "following", Epoch: 1},
		{T: 100 * ms, Kind: runlog.Role, Node: 3, Text: "following", Epoch: 1},
		{T: 200 * ms, Kind: runlog.Ready, Node: 1, Epoch: 1, Text: "start"},
		{T: 250 * ms, Kind: runlog.Conn, Client: 2, Node: 1, Session: 7},
		{T: 300 * ms, Kind: runlog.Begin},
	}
	call := func(num int, from, to int64, out, err string) {
		ev = append(ev,
			runlog.Event{T: 300*ms + from*ms, Kind: runlog.Call, Client: 2, Num: num, Op: "set", Path: "/r", Data: "v", Version: -1},
			runlog.Event{T: 300*ms + to*ms, Kind: runlog.Ret, Client: 2, Num: num, Out: out, Err: err, Node: 1, Version: int32(num), Mzxid: 9})
	}
	for i := range 10 {
		call(i, int64(i)*100, int64(i)*100+5, runlog.OK, "")
	}
	ev = append(ev,
		runlog.Event{T: 1300 * ms, Kind: runlog.Crash, Node: 1},
		runlog.Event{T: 1300 * ms, Kind: runlog.Step, Text: "crash leader", Servers: []int{1}})
	call(10, 1001, 1010, runlog.Unknown, "ConnectionLoss")
	ev = append(ev, runlog.Event{T: 1800 * ms, Kind: runlog.Role, Node: 2, Text: "leading", Epoch: 2})
	call(11, 1501, 1520, runlog.OK, "")
	ev = append(ev,
		runlog.Event{T: 1900 * ms, Kind: runlog.Start, Node: 1},
		runlog.Event{T: 2000 * ms, Kind: runlog.Role, Node: 1, Text: "following", Epoch: 2})
	call(12, 1900, 1905, runlog.Fail, "BadVersion")
	ev = append(ev, runlog.Event{T: 2300 * ms, Kind: runlog.Done}, runlog.Event{T: 2400 * ms, Kind: runlog.End})
	return Report{
		Header: runlog.Header{Scenario: "leader-crash", Seed: 1, World: "local", Variant: "3.9.5", Servers: 3, Clients: 1},
		Events: ev, Verdict: "ok", Checks: []Check{{"durable", "ok", "All is there."}, {"linearizable", "unknown", "time"}},
		Reproduce: "schism run leader-crash --seed 1", Plan: "schism plan 1", LogName: "log",
	}
}

func html(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func texts(told []sentence) (all []string) {
	for _, s := range told {
		all = append(all, s.Text)
	}
	return all
}

func TestStoryOfACrash(t *testing.T) {
	r := crashRun()
	got := texts(tell(r, newTimeline(r.Header, r.Events)).Shown)
	want := []string{
		"3 servers started; n1 led in epoch 1 and all others followed it, and then 1 client began.",
		"n1, which led in epoch 1, was killed and started again after 0.600 s.",
		"n2 led in epoch 2, 0.500 s after n1 was killed.",
		"The clients made 13 calls: 11 ended well, 1 refused (without effect), and of 1 nobody knows whether they took effect.",
		"For 0.615 s no call of any client ended well, from about when n1 was killed.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestStoryNamesTheBrokenPromise(t *testing.T) {
	r := crashRun()
	r.Verdict = "violation"
	r.Checks = append(r.Checks, Check{"durable", "violation", "The write of /r is gone."})
	r.Checks = append(r.Checks, Check{"prefix-reads", "violation", "A read of /r."}, Check{"witness", "violation", "The order."})
	r.Events[len(r.Events)-1].Text = "n2 did not start"
	got := texts(tell(r, newTimeline(r.Header, r.Events)).Shown)
	head := got[:3]
	want := []string{
		"The run could not go on: n2 did not start.", "Promise broken (durable): The write of /r is gone.",
		"The same run breaks prefix-reads and witness, too: see the checks below.",
	}
	if !slices.Equal(head, want) {
		t.Errorf("the story begins\n%s\nwant\n%s", strings.Join(head, "\n"), strings.Join(want, "\n"))
	}
}

func TestStoryOfTwoLeaders(t *testing.T) {
	r := crashRun()
	r.Events = slices.DeleteFunc(r.Events, func(e runlog.Event) bool { return e.Kind == runlog.Crash || e.Kind == runlog.Start && e.T > 0 })
	if got := strings.Join(texts(tell(r, newTimeline(r.Header, r.Events)).Shown), "\n"); !strings.Contains(got, "For 0.200 s two servers said that they led: n1 in epoch 1 and n2 in epoch 2.") {
		t.Errorf("told\n%s\nwithout the two leaders", got)
	}
}

func TestStoryOfManyFaultsShowsThoseAroundTheBrokenPromise(t *testing.T) {
	r := crashRun()
	end := r.Events[len(r.Events)-1]
	r.Events = r.Events[:len(r.Events)-1]
	for i := range 400 {
		end.T += 2 * ms
		r.Events = append(r.Events, runlog.Event{T: end.T - 1*ms, Kind: runlog.Crash, Node: 3}, runlog.Event{T: end.T, Kind: runlog.Start, Node: 3})
		if i == 50 {
			r.Events = append(r.Events, runlog.Event{T: end.T, Kind: runlog.Violated, Msg: "Agreement", Text: "n2 differs"})
		}
	}
	r.Events = append(r.Events, end)
	st := tell(r, newTimeline(r.Header, r.Events))
	if !slices.Contains(texts(st.Shown), "Broken: Agreement: n2 differs.") || len(st.Shown) > maxShown+6 {
		t.Errorf("%d sentences shown, want few, and the broken invariant among them:\n%s", len(st.Shown), strings.Join(texts(st.Shown), "\n"))
	}
	if len(st.All) != maxTold || st.Left != 403-maxTold {
		t.Errorf("%d told and %d left, of 403", len(st.All), st.Left)
	}
}

func TestServerSpans(t *testing.T) {
	r := crashRun()
	var got []string
	for _, s := range newTimeline(r.Header, r.Events).Servers[0].Spans {
		got = append(got, fmt.Sprintf("%d-%d %s %d", s.From/1000, s.To/1000, s.Is, s.Epoch))
	}
	want := []string{"0-100 starting 0", "100-1300 leading 1", "1300-1900 down 0", "1900-2000 starting 0", "2000-2400 following 2"}
	if !slices.Equal(got, want) {
		t.Errorf("n1 was %v, want %v", got, want)
	}
}

// TestServerSpansAfterAPause: who is woken up takes itself for what it was, until it
// says otherwise; it does not start again.
func TestServerSpansAfterAPause(t *testing.T) {
	at := func(n int64, k runlog.Kind, role string, epoch uint32) runlog.Event {
		return runlog.Event{T: n * ms, Kind: k, Node: 1, Text: role, Epoch: epoch}
	}
	var got []string
	for _, s := range newTimeline(runlog.Header{Servers: 1}, []runlog.Event{
		at(0, runlog.Start, "", 0), at(5, runlog.Pause, "", 0), at(6, runlog.Resume, "", 0),
		at(10, runlog.Role, "following", 1), at(15, runlog.Role, "serving", 1),
		at(20, runlog.Pause, "", 0), at(30, runlog.Resume, "", 0),
		at(40, runlog.Pause, "", 0), at(50, runlog.Crash, "", 0), at(60, runlog.Start, "", 0),
		at(70, runlog.End, "", 0),
	}).Servers[0].Spans {
		got = append(got, fmt.Sprintf("%d-%d %s %d %v", s.From/1000, s.To/1000, s.Is, s.Epoch, s.Serves))
	}
	want := []string{
		"0-5 starting 0 false", "5-6 paused 0 false", "6-10 starting 0 false", "10-15 following 1 false", "15-20 following 1 true",
		"20-30 paused 0 false", "30-40 following 1 true", "40-50 paused 0 false", "50-60 down 0 false", "60-70 starting 0 false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("n1 was\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestPageSaysWhatTimesCountFrom: as doc.go does.
func TestPageSaysWhatTimesCountFrom(t *testing.T) {
	r := crashRun()
	r.Events = slices.DeleteFunc(r.Events, func(e runlog.Event) bool { return e.Kind == runlog.Begin })
	if page := html(t, r); !strings.Contains(page, "Times count from the start of the run, those of the plan from when its clients began.") {
		t.Error("the page does not say what its times count from")
	}
	r.Events = slices.Insert(r.Events, 1, runlog.Event{T: 250 * ms, Kind: runlog.Begin})
	r.Events[0].T = 0
	if page := html(t, r); !strings.Contains(page, "those of the plan from when its clients began, 0.250 s later.") {
		t.Error("the page does not say when the clients began")
	}
}

// TestStoryOfAPauseThatACrashEnds: nobody woke that server up.
func TestStoryOfAPauseThatACrashEnds(t *testing.T) {
	at := func(n int64, k runlog.Kind, node int) runlog.Event {
		return runlog.Event{T: n * ms, Kind: k, Node: node}
	}
	r := Report{Header: runlog.Header{Servers: 2}, Verdict: "ok", Events: []runlog.Event{
		at(0, runlog.Start, 1), at(0, runlog.Start, 2),
		at(10, runlog.Pause, 1), at(20, runlog.Resume, 1), at(20, runlog.Crash, 2), at(25, runlog.Start, 2),
		at(30, runlog.Pause, 2), at(40, runlog.Crash, 2), at(60, runlog.Start, 2), at(70, runlog.End, 0),
	}}
	told := strings.Join(texts(tell(r, newTimeline(r.Header, r.Events)).Shown), "\n")
	for _, want := range []string{
		"n1 was stopped in its tracks, with its connections open, and woken up after 0.010 s.",
		"n2 was stopped in its tracks, with its connections open, and was never woken up: it was killed after 0.010 s.",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("told\n%s\nwithout %q", told, want)
		}
	}
}

func TestFaultsFromLinks(t *testing.T) {
	link := func(at int64, from, to int, text string) runlog.Event {
		return runlog.Event{T: at * ms, Kind: runlog.LinkState, Node: from, Peer: to, Text: text}
	}
	step := func(at int64, text string) runlog.Event {
		return runlog.Event{T: at * ms, Kind: runlog.Step, Text: text}
	}
	end := runlog.Event{T: 100 * ms, Kind: runlog.End}
	for _, tc := range []struct {
		name   string
		events []runlog.Event
		want   []string
	}{
		{
			"leader apart",
			[]runlog.Event{
				link(10, 3, 1, "cut"), link(10, 1, 3, "cut"), link(11, 3, 2, "cut"), link(11, 2, 3, "cut"), step(11, "cut L -- others"),
				link(40, 3, 1, "up"), link(40, 1, 3, "up"), link(40, 3, 2, "up"), link(40, 2, 3, "up"), step(41, "heal"),
			},
			[]string{"10-40 cut n1, n2 | n3 [3]"},
		},
		{
			"one moment, with something between",
			[]runlog.Event{
				link(10, 1, 2, "cut"), link(10, 2, 1, "cut"), step(10, "cut n1 -- n2"),
				link(30, 1, 2, "up"),
				{T: 30 * ms, Kind: runlog.Drop},
				link(30, 2, 1, "up"), step(30, "heal"),
			},
			[]string{"10-30 cut n1 ↔ n2 [1 2]"},
		},
		{"one way", []runlog.Event{link(10, 1, 2, "cut"), step(10, "cut n1 -> n2")}, []string{"10-100 cut n1 → n2 [1 2] open"}},
		{
			"one pair of three",
			[]runlog.Event{link(10, 1, 2, "cut"), link(10, 2, 1, "cut"), step(10, "cut n1 -- n2")},
			[]string{"10-100 cut n1 ↔ n2 [1 2] open"},
		},
		{
			"slow and then cut",
			[]runlog.Event{
				link(10, 1, 2, "slow delay=5ms jitter=0s loss=0ppm"), step(10, "slow"), link(20, 1, 2, "cut"), step(20, "cut"),
				link(30, 1, 2, "up"), step(30, "heal"),
			},
			[]string{"10-20 slow n1 → n2 delay=5ms jitter=0s loss=0ppm [1 2]", "20-30 cut n1 → n2 [1 2]"},
		},
		{
			"silence",
			[]runlog.Event{step(10, "silence c1,c2"), step(30, "unsilence c1"), {T: 50 * ms, Kind: runlog.Ready, Text: "end"}},
			[]string{"10-30 silence c1 silenced []", "10-50 silence c2 silenced []"},
		},
		{"pause to the end", []runlog.Event{{T: 10 * ms, Kind: runlog.Pause, Node: 2}}, []string{"10-100 pause n2 paused [2] open"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, f := range newTimeline(runlog.Header{Servers: 3, Clients: 2}, append(tc.events, end)).Faults {
				s := fmt.Sprintf("%d-%d %s %s %v", f.From/1000, f.To/1000, f.Kind, f.Text, f.Servers)
				if f.Open {
					s += " open"
				}
				got = append(got, s)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

func TestPageStandsAlone(t *testing.T) {
	page := html(t, crashRun())
	if m := regexp.MustCompile(`(?i)(src|href)\s*=\s*["']?(https?:|//|[a-z]+\.(js|css))|@import|url\(`).FindString(page); m != "" {
		t.Errorf("the page refers to something outside of itself: %s", m)
	}
	if !strings.Contains(page, `default-src 'none'`) {
		t.Error("no policy that forbids the network")
	}
}

func TestPageEscapesWhatARunHolds(t *testing.T) {
	r := crashRun()
	evil := `</script><img src=x onerror=alert(1)>` + "\u2028"
	for i := range r.Events {
		if r.Events[i].Kind == runlog.Call {
			r.Events[i].Path, r.Events[i].Data = "/"+evil, evil
		}
	}
	r.Plan, r.Reproduce, r.Header.Scenario, r.LogName = evil, evil, evil, evil
	r.Checks = []Check{{evil, "ok", evil}}
	page := html(t, r)
	if strings.Contains(page, "<img") || strings.Count(page, "</script>") != 2 {
		t.Error("text of the run became markup")
	}
	if d := dataOf(t, page); !strings.Contains(d.Ops[0][7].(string), "<img") {
		t.Errorf("the call became %q", d.Ops[0][7])
	}
}

type pageData struct {
	Ops      [][]any
	Total    int
	From, To int64
	Bins     struct{ Out [3][]int }
}

func dataOf(t *testing.T, page string) (d pageData) {
	t.Helper()
	_, after, _ := strings.Cut(page, `id="run">`)
	text, _, _ := strings.Cut(after, "</script>")
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPageIsBounded(t *testing.T) {
	r := crashRun()
	end := r.Events[len(r.Events)-1]
	r.Events = r.Events[:len(r.Events)-2]
	at := r.Events[len(r.Events)-1].T
	long := strings.Repeat("ä\"\x01", 200)
	for i := range 60_000 {
		at += ms
		r.Events = append(
			r.Events, runlog.Event{T: at, Kind: runlog.Call, Client: 2, Num: 13 + i, Op: "set", Path: "/" + long, Data: long},
			runlog.Event{T: at, Kind: runlog.Ret, Client: 2, Num: 13 + i, Out: runlog.OK, Data: long},
			runlog.Event{T: at, Kind: runlog.Watch, Client: 2, Path: "/" + long, Text: "data"},
			runlog.Event{T: at, Kind: runlog.Role, Node: 1, Text: []string{"looking", "following"}[i%2], Epoch: uint32(i)},
			runlog.Event{T: at, Kind: runlog.Step, Text: long})
	}
	end.T = at
	r.Events = append(r.Events, end)
	r.Plan = strings.Repeat("+0s get /r\n", 200_000)
	page := html(t, r)
	if len(page) >= 5<<20 {
		t.Errorf("the page has %d bytes, want less than 5 MB", len(page))
	}
	d := dataOf(t, page)
	if d.Total != 60_013 || len(d.Ops) > MaxOps || len(d.Ops) < 1000 {
		t.Errorf("%d of %d operations kept", len(d.Ops), d.Total)
	}
	// The crash is what a reader comes for.
	if d.From > 1_000_000 || d.To < 1_000_000 {
		t.Errorf("operations kept from %d to %d µs, without the crash at 1 s", d.From, d.To)
	}
	sum := 0
	for _, bin := range d.Bins.Out {
		for _, n := range bin {
			sum += n
		}
	}
	if sum != d.Total {
		t.Errorf("the overview counts %d of %d operations", sum, d.Total)
	}
}

func TestEveryVerdictHasItsWordShapeAndNoOther(t *testing.T) {
	shapes := map[string]string{}
	for v := range verdicts {
		r := crashRun()
		r.Verdict = v
		page := html(t, r)
		head := page[strings.Index(page, "<header"):strings.Index(page, "</header>")]
		if !strings.Contains(head, `<span class="word">`+v+`</span>`) {
			t.Errorf("%s: the bar does not say so", v)
		}
		shape := regexp.MustCompile(`(?s)<svg.*</svg>`).FindString(head)
		if other, taken := shapes[shape]; taken || shape == "" {
			t.Errorf("%s and %s have one shape", v, other)
		}
		shapes[shape] = v
	}
	r := crashRun()
	r.Verdict = "green"
	if err := HTML(&bytes.Buffer{}, r); err == nil || err.Error() != `verdict "green": want ok, violation, permitted, unknown or vacuous` {
		t.Errorf("error %v for a verdict that is none", err)
	}
}

func TestChecksWorstFirst(t *testing.T) {
	got := worstFirst([]Check{{Name: "a", Verdict: "ok"}, {Name: "b", Verdict: "permitted"}, {Name: "c", Verdict: "violation"}, {Name: "d", Verdict: "ok"}})
	var names string
	for _, c := range got {
		names += c.Name
	}
	if names != "cbad" {
		t.Errorf("order %s, want cbad", names)
	}
}

// FuzzHTML: whatever log can be read can be shown.
func FuzzHTML(f *testing.F) {
	var b bytes.Buffer
	r := crashRun()
	w := runlog.NewWriter(&b, r.Header)
	for i := range r.Events {
		w.Put(&r.Events[i])
	}
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schism":"run log","format":1,"scenario":"x","seed":1,"world":"sim","servers":-1,"clients":99999999}
{"i":1,"t":-5,"kind":"link","node":"n9","peer":"n65535","text":"cut"}
{"i":2,"t":5,"kind":"crash"}
{"i":3,"t":5,"kind":"ret","client":"c7","out":"no"}
{"i":4,"t":1,"kind":"end"}
`))
	f.Add([]byte(`{"schism":"run log","format":1,"scenario":"x","seed":1,"world":"sim"}
{"i":1,"t":9223372036854775807,"kind":"begin"}
{"i":2,"t":-9223372036854775808,"kind":"call","client":"c1","op":"get"}
{"i":3,"t":-9223372036854775808,"kind":"end"}
`))
	f.Fuzz(func(t *testing.T, log []byte) {
		h, events, err := runlog.ReadAll("log", bytes.NewReader(log))
		if err != nil {
			t.Skip()
		}
		if err := HTML(&bytes.Buffer{}, Report{Header: h, Events: events, Verdict: "unknown"}); err != nil {
			t.Error(err)
		}
	})
}
