package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// Bounds of what a page draws, beside MaxOps.
const (
	maxMarks   = 2000 // marks, role spans of one server
	maxWatches = 500  // of one client
	maxClients = 100  // lanes
	maxText    = 160  // bytes of one text
)

// timeline is a run as the page draws it. All times are microseconds since the
// run began. Names are short because there are many.
type timeline struct {
	Start   int64        `json:"start"`
	End     int64        `json:"end"`
	Done    int64        `json:"done"` // when the clients had stopped, or End
	Servers []serverLane `json:"servers"`
	Clients []clientLane `json:"clients"`
	Faults  []fault      `json:"faults"`
	Marks   []mark       `json:"marks"`
	Ops     []op         `json:"ops"`
	Bins    bins         `json:"bins"`
	// Total is how many operations the log has, Counts by outcome.
	Total  int    `json:"total"`
	Counts [3]int `json:"counts"`
	// From and To bound the operations kept, if some were left out.
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Dropped counts roles, watches and marks that were left out.
	Dropped int `json:"dropped"`

	events  []runlog.Event
	all     []runlog.Event // those too that no lane of servers or clients shows
	longest gap
	gaps    []gap // the longest of each client
}

// serverLane is what one server was, without gaps.
type serverLane struct {
	Name  string `json:"name"`
	Spans []span `json:"spans"`
	// Ticks are those of a Flink job.
	Ticks []tick `json:"ticks,omitempty"`
	job   bool
}

// span is a time in which a server was Is: starting, looking, following,
// leading, observing, down or paused. Serves is false of a leader or follower
// that does not answer clients yet.
type span struct {
	From, To int64
	Is       string
	Epoch    uint32
	Serves   bool
	// Token is the fencing token of a process of Flink in office, Epoch then counts
	// these tokens, so that each has its own colour.
	Token string
}

func (s span) MarshalJSON() ([]byte, error) {
	if s.Token != "" {
		return json.Marshal([]any{s.From, s.To, s.Is, s.Epoch, s.Serves, s.Token})
	}
	return json.Marshal([]any{s.From, s.To, s.Is, s.Epoch, s.Serves})
}

// clientLane is one client beside its operations.
type clientLane struct {
	Name    string  `json:"name"`
	Conns   []conn  `json:"conns"`
	Watches []watch `json:"watches"`
	Expired []int64 `json:"expired"`
}

// conn is a time in which a client was connected to server Node.
type conn struct {
	From, To int64
	Node     int
}

func (c conn) MarshalJSON() ([]byte, error) { return json.Marshal([]any{c.From, c.To, c.Node}) }

// watch is a moment at which a client was told of a change.
type watch struct {
	At         int64
	Path, Text string
}

func (w watch) MarshalJSON() ([]byte, error) { return json.Marshal([]any{w.At, w.Path, w.Text}) }

// mark is a moment of the whole run. Kind is step, await, ready, begin, done,
// violated, or end.
type mark struct {
	At   int64  `json:"t"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	Line int    `json:"line"`
}

func newTimeline(h runlog.Header, events []runlog.Event) *timeline {
	all := events
	t := &timeline{events: drawable(events)}
	for _, e := range events {
		if !fits(e) && e.Proc == "" && e.With == "" { // those of processes have their own lanes
			t.Dropped++
		}
	}
	events = t.events
	if len(events) > 0 {
		t.Start = t.at(events[0].T)
		t.End = max(t.Start, t.at(events[len(events)-1].T)) // a log of no world may go back
	}
	t.Done = t.End
	servers, clients := max(0, min(h.Servers, plan.MaxServers)), max(0, min(h.Clients, maxClients))+1
	for _, e := range events {
		servers, clients = max(servers, e.Node, e.Peer), max(clients, e.Client)
		if e.Kind == runlog.Done {
			t.Done = t.at(e.T)
		}
	}
	t.gatherServers(servers)
	t.gatherClients(clients)
	t.gatherMarks()
	t.gatherFaults()
	t.gatherOps()
	t.gatherProcesses(all)
	t.gatherProcessFaults(all)
	t.gatherJobs(all, h.Parties)
	t.all = all
	return t
}

// drawable is events without those of servers that no plan can have, and of
// clients for which there are too many lanes.
func drawable(events []runlog.Event) []runlog.Event {
	for _, e := range events {
		if !fits(e) {
			return slices.DeleteFunc(slices.Clone(events), func(e runlog.Event) bool { return !fits(e) })
		}
	}
	return events
}

// at turns a time of the log into one of the page.
func (t *timeline) at(ns int64) int64 { return ns / 1000 }

// fits says whether an event can be drawn in the lanes of servers and clients.
func fits(e runlog.Event) bool {
	ofServer := e.Kind <= runlog.Role || e.Kind == runlog.LinkState
	return e.Node <= plan.MaxServers && e.Peer <= plan.MaxServers && e.Client <= maxClients+1 && (e.Node > 0 || !ofServer) &&
		(e.Peer > 0 || e.Kind != runlog.LinkState)
}

func (t *timeline) gatherServers(n int) {
	t.Servers = make([]serverLane, n)
	for i := range t.Servers {
		t.Servers[i] = serverLane{Name: plan.ServerName(i + 1), Spans: []span{}}
	}
	polled := true // no server ever says that it serves: what is seen, serves
	for _, e := range t.events {
		polled = polled && !(e.Kind == runlog.Role && e.Text == "serving")
	}
	open := make([]span, n)
	turn := func(e runlog.Event, is string, serves bool) {
		at, cur := t.at(e.T), &open[e.Node-1]
		if cur.Is == is && cur.Epoch == e.Epoch && cur.Serves == serves {
			return
		}
		t.close(e.Node, *cur, at)
		*cur = span{From: at, Is: is, Epoch: e.Epoch, Serves: serves}
	}
	for _, e := range t.events {
		switch {
		case e.Node == 0:
		case e.Kind == runlog.Role && e.Text == "serving":
			e.Epoch = max(e.Epoch, open[e.Node-1].Epoch)
			turn(e, open[e.Node-1].Is, true)
		case e.Kind == runlog.Role:
			turn(e, e.Text, polled && e.Text != "looking")
		case e.Kind == runlog.Start:
			turn(e, "starting", false)
		case e.Kind == runlog.Resume:
			// What it was before, it takes itself for until it says otherwise.
			was := span{Is: "starting"}
			if done := t.Servers[e.Node-1].Spans; len(done) > 0 && open[e.Node-1].Is == "paused" {
				was = done[len(done)-1]
			}
			e.Epoch = was.Epoch
			turn(e, was.Is, was.Serves)
		case e.Kind == runlog.Crash:
			turn(e, "down", false)
		case e.Kind == runlog.Pause:
			turn(e, "paused", false)
		}
	}
	for i, cur := range open {
		t.close(i+1, cur, t.End)
	}
}

// close ends a span of server n.
func (t *timeline) close(n int, s span, at int64) {
	lane := &t.Servers[n-1]
	switch {
	case s.Is == "" || at <= s.From:
	case len(lane.Spans) >= maxMarks:
		t.Dropped++
	default:
		s.To = at
		lane.Spans = append(lane.Spans, s)
	}
}

func (t *timeline) gatherClients(n int) {
	t.Clients = make([]clientLane, n)
	for i := range t.Clients {
		t.Clients[i] = clientLane{Name: plan.ClientName(i), Conns: []conn{}, Watches: []watch{}, Expired: []int64{}}
	}
	open := make([]conn, n)
	end := func(i int, at int64) {
		if c := open[i]; c.Node > 0 && len(t.Clients[i].Conns) < maxWatches {
			c.To = at
			t.Clients[i].Conns = append(t.Clients[i].Conns, c)
		}
		open[i] = conn{}
	}
	for _, e := range t.events {
		if e.Client == 0 {
			continue
		}
		i, at := e.Client-1, t.at(e.T)
		lane := &t.Clients[i]
		switch e.Kind {
		case runlog.Conn:
			end(i, at)
			open[i] = conn{From: at, Node: e.Node}
		case runlog.Lost:
			end(i, at)
		case runlog.Expired:
			lane.Expired = append(lane.Expired, at)
		case runlog.Watch:
			if len(lane.Watches) >= maxWatches {
				t.Dropped++
				continue
			}
			lane.Watches = append(lane.Watches, watch{at, clip(e.Path, maxText), e.Text})
		}
	}
	for i := range open {
		end(i, t.Done)
	}
}

func (t *timeline) gatherMarks() {
	t.Marks = []mark{}
	for i, e := range t.events {
		m := mark{At: t.at(e.T), Kind: e.Kind.String(), Line: i + 1}
		switch e.Kind {
		case runlog.Step, runlog.Await:
			m.Text = clip(e.Text, maxText)
		case runlog.Ready:
			m.Text = fmt.Sprintf("healthy (%s): n%d leads in epoch %d", e.Text, e.Node, e.Epoch)
		case runlog.Begin:
			m.Text = "the clients began"
		case runlog.Done:
			m.Text = "the clients had stopped"
		case runlog.Violated:
			m.Text = clip(e.Msg+": "+e.Text, 4*maxText)
		case runlog.End:
			m.Text = "end of the run"
			if e.Text != "" {
				m.Text = clip("the run could not go on: "+e.Text, 4*maxText)
			}
		default:
			continue
		}
		if len(t.Marks) >= maxMarks && e.Kind != runlog.Violated {
			t.Dropped++
			continue
		}
		t.Marks = append(t.Marks, m)
	}
}

// was is what server n was just before a moment.
func (t *timeline) was(n int, at int64) span {
	spans := t.Servers[n-1].Spans
	i := sort.Search(len(spans), func(i int) bool { return spans[i].To >= at })
	if i < len(spans) && spans[i].From < at {
		return spans[i]
	}
	return span{}
}
