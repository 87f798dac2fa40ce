package checker

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// tell makes a run log from a story, a line an event:
//
//	2-3 c1 set /r=a @0 -> ok v1 m5     a call from 2 to 3 ms with its answer
//	2-? c1 set /r=b @1                 a call that was never answered
//	4-5 c2 get /r -> fail NoNode
//	4-5 c2 children /s -> ok kids=a,b
//	6-7 c1 create /q/x- ephemeral sequential -> ok path=/q/x-0000000001 s7
//	6-7 c1 multi set /a=1 @0 ; check /b @3 -> fail BadVersion
//	8 expired c1 s7
//	8 watch c1 /r data                 and lost, conn
//	final n1 /r=a v1 m5                after the clients have stopped
//	tree n1
//	txn n1,n2 s7 set /r=a v1 z5        what the servers n1 and n2 have in their logs
//	txn n1 s7 z6 multi set /r=b ; create /q
//	5 crash n1                         and start, pause, resume
//	5 link n1 n2 cut
//	6 ready n1 await ready
//	5 grant jm1 a                      jm1 leads with the token a; and revoke jm1
//	5 crash jm1                        and start, pause, resume
//	6 leaderinfo dispatcher a          ZooKeeper holds this token
//	join 100                           tick times initLimit, in the header
//	session 60                         the time-out of sessions, in the header
//	tolerant                           suspended connections are tolerated, in the header
//	window 1000 2                      the length of windows and the number of servers, in the header
//	parties 2                          how many meet at the barrier, in the header
//	sample n1 0 250 follower 3         on n1 at the end: of server n1, number 0, taken at 250 ms, 3 requests outstanding
//	end the reason
//
// In answers and finals: v version, m mzxid, c czxid, z zxid of the reply,
// n server, s session, o owner; =x is the value. Ready events at the start and the
// end come by themselves unless a line says "unproved".
func tell(story string) []runlog.Event {
	t := &teller{proved: true}
	for line := range strings.Lines(story) {
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			t.line(words)
		}
	}
	sort.SliceStable(t.timed, func(i, j int) bool {
		a, b := t.timed[i], t.timed[j]
		// At one moment, answers come after calls but for those of one client,
		// which cannot overlap.
		return a.T < b.T || a.T == b.T && a.Client == b.Client && a.Kind == runlog.Ret && b.Kind == runlog.Call && a.Num < b.Num
	})
	var events []runlog.Event
	if t.proved {
		events = append(events, runlog.Event{Kind: runlog.Ready, Node: 1, Text: ReadyStart})
	}
	events = append(events, t.timed...)
	now := int64(0)
	if len(t.timed) > 0 {
		now = t.timed[len(t.timed)-1].T
	}
	if t.proved {
		events = append(events, runlog.Event{T: now, Kind: runlog.Ready, Node: 1, Text: ReadyEnd})
	}
	events = append(events, runlog.Event{T: now, Kind: runlog.Done})
	for _, e := range t.finals {
		now += 1e6
		e.T = now
		events = append(events, e)
	}
	return append(events, runlog.Event{T: now, Kind: runlog.End, Text: t.end})
}

type teller struct {
	timed, finals []runlog.Event
	nums          [10]int
	end           string
	proved        bool
}

func (t *teller) line(w []string) {
	switch w[0] {
	case "final", "tree":
		e := runlog.Event{Kind: runlog.Final}
		if w[0] == "tree" {
			e.Kind = runlog.Tree
		}
		reply(&e, w[1:])
		t.finals = append(t.finals, e)
		return
	case "txn":
		t.finals = append(t.finals, txn(w[1:]))
		return
	case "end":
		t.end = strings.Join(w[1:], " ")
		return
	case "unproved":
		t.proved = false
		return
	case "sample":
		t.finals = append(t.finals, sample(w[1:]))
		return
	case "join", "session", "tolerant", "window", "parties":
		return // see headerOf
	}
	from, to, isCall := strings.Cut(w[0], "-")
	if isCall {
		t.call(millis(from), to, w[1:])
		return
	}
	if e, ok := tellFlink(w); ok {
		e.T = millis(from)
		t.timed = append(t.timed, e)
		return
	}
	if e, ok := flinkEvent(w); ok {
		t.timed = append(t.timed, e)
		return
	}
	e := runlog.Event{T: millis(from), Client: client(w[2])}
	switch w[1] {
	case "expired":
		e.Kind = runlog.Expired
		reply(&e, w[3:])
	case "closed":
		e.Kind, e.Text = runlog.Lost, Closed
		reply(&e, w[3:])
	case "lost":
		e.Kind = runlog.Lost
	case "conn":
		e.Kind = runlog.Conn
	case "watch":
		e.Kind, e.Path, e.Text = runlog.Watch, w[3], w[4]
	case "violated":
		e = runlog.Event{T: e.T, Kind: runlog.Violated, Msg: w[2], Text: strings.Join(w[3:], " ")}
	case "awaits":
		e = runlog.Event{T: e.T, Kind: runlog.Step, Num: number1(w[2]), Text: "await " + strings.Join(w[3:], " ")}
	case "came":
		e = runlog.Event{T: e.T, Kind: runlog.Await, Num: number1(w[2]), Text: strings.Join(w[3:], " ")}
	case "crash", "start", "pause", "resume":
		kinds := map[string]runlog.Kind{"crash": runlog.Crash, "start": runlog.Start, "pause": runlog.Pause, "resume": runlog.Resume}
		e = runlog.Event{T: e.T, Kind: kinds[w[1]], Node: number1(w[2][1:])}
	case "link":
		e = runlog.Event{T: e.T, Kind: runlog.LinkState, Node: number1(w[2][1:]), Peer: number1(w[3][1:]), Text: w[4]}
	case "ready":
		e = runlog.Event{T: e.T, Kind: runlog.Ready, Node: number1(w[2][1:]), Text: strings.Join(w[3:], " ")}
	default:
		panic("story: " + w[1])
	}
	t.timed = append(t.timed, e)
}

// flinkEvent is a line about a process of Flink.
func flinkEvent(w []string) (e runlog.Event, ok bool) {
	kinds := map[string]runlog.Kind{
		"grant": runlog.Grant, "revoke": runlog.Revoke, "leaderinfo": runlog.LeaderInfo,
		"crash": runlog.Crash, "exit": runlog.Exit, "start": runlog.Start, "pause": runlog.Pause, "resume": runlog.Resume,
	}
	e = runlog.Event{T: millis(w[0]), Kind: kinds[w[1]], Proc: w[2]}
	if len(w) > 3 {
		e.Token = w[3]
	}
	if e.Kind == runlog.LeaderInfo {
		e.Proc, e.Path = "", w[2]
		return e, true
	}
	return e, e.Kind != 0 && (e.Kind == runlog.Grant || plan.ProcessNumber(e.Proc) > 0)
}

func (t *teller) call(from int64, to string, w []string) {
	c := client(w[0])
	call := runlog.Event{T: from, Kind: runlog.Call, Client: c, Num: t.nums[c], Op: w[1]}
	ret := runlog.Event{Kind: runlog.Ret, Client: c, Num: t.nums[c]}
	t.nums[c]++
	asked, answered := w[2:], []string(nil)
	for i, word := range asked {
		if word == "->" {
			asked, answered = asked[:i], asked[i+1:]
			break
		}
	}
	if call.Op == "multi" {
		call.Parts = parts(asked)
	} else {
		request(&call, asked)
	}
	t.timed = append(t.timed, call)
	if to == "?" {
		return
	}
	ret.T, ret.Out = millis(to), answered[0]
	reply(&ret, answered[1:])
	t.timed = append(t.timed, ret)
}

// txn reads the operation wherever it stands among the letters.
func txn(w []string) runlog.Event {
	e := runlog.Event{Kind: runlog.Txn}
	for n := range strings.SplitSeq(w[0], ",") {
		e.Servers = append(e.Servers, number1(n[1:]))
	}
	for i, word := range w[1:] {
		switch {
		case word == "multi":
			e.Op, e.Parts = word, parts(w[i+2:])
			return e
		case word == "ephemeral":
			e.Mode = word
		case len(word) > 2 && word[0] != '/' && (word[1] < '0' || word[1] > '9'):
			e.Op = word
		default:
			reply(&e, w[i+1:i+2])
		}
	}
	return e
}

// parts reads those of a multi, with semicolons between them.
func parts(words []string) (ps []runlog.Part) {
	for text := range strings.SplitSeq(strings.Join(words, " "), " ; ") {
		p := strings.Fields(text)
		e := runlog.Event{}
		request(&e, p[1:])
		ps = append(ps, runlog.Part{Op: p[0], Path: e.Path, Data: e.Data, Version: e.Version, Mode: e.Mode})
	}
	return ps
}

func request(e *runlog.Event, words []string) {
	e.Version = -1
	for _, w := range words {
		switch {
		case w[0] == '/':
			e.Path, e.Data, _ = strings.Cut(w, "=")
		case w[0] == '@':
			e.Version = int32(number1(w[1:]))
		default:
			e.Mode = strings.TrimSpace(e.Mode + " " + w)
		}
	}
}

func reply(e *runlog.Event, words []string) {
	for _, w := range words {
		n, err := strconv.ParseInt(w[1:], 10, 64)
		_, value, named := strings.Cut(w, "=")
		switch {
		case w[0] == '/':
			e.Path, e.Data, _ = strings.Cut(w, "=")
		case w[0] == '=':
			e.Data = w[1:]
		case named && w[0] == 'k':
			e.Kids = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		case named && w[0] == 'p':
			e.Path = value
		case err != nil:
			e.Err = w
		default:
			letter(e, w[0], n)
		}
	}
}

func letter(e *runlog.Event, c byte, n int64) {
	switch c {
	case 'v':
		e.Version = int32(n)
	case 'm':
		e.Mzxid = uint64(n)
	case 'c':
		e.Czxid = uint64(n)
	case 'z':
		e.Zxid = uint64(n)
	case 'n':
		e.Node = int(n)
	case 's':
		e.Session = n
	case 'o':
		e.Owner = n
	default:
		panic("story: letter " + string(c))
	}
}

func millis(s string) int64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return int64(f * 1e6)
}

func number1(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func client(s string) int {
	if s[0] != 'c' || len(s) != 2 {
		return 0
	}
	return int(s[1]-'0') + 1
}

// headerOf is the header of a story's log.
func headerOf(story string) runlog.Header {
	h := runlog.Header{Scenario: "story", World: "story"}
	for line := range strings.Lines(story) {
		if w := strings.Fields(line); len(w) == 1 && w[0] == "tolerant" {
			h.Tolerant = true
		} else if len(w) == 2 && w[0] == "join" {
			h.Join = millis(w[1])
		} else if len(w) == 2 && w[0] == "session" {
			h.Session = millis(w[1])
		} else if len(w) == 2 && w[0] == "parties" {
			h.Parties = number1(w[1])
		} else if len(w) == 3 && w[0] == "window" {
			h.Window, h.Servers = millis(w[1]), number1(w[2])
		}
	}
	return h
}

// logOf is the run log of a story.
func logOf(story string) []byte {
	var b bytes.Buffer
	w := runlog.NewWriter(&b, headerOf(story))
	for _, e := range tell(story) {
		w.Put(&e)
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func runOf(story string) *Run {
	r, err := NewRun(headerOf(story), tell(story))
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, story))
	}
	return r
}
