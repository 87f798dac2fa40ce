package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// fault is a span of time in which something was disturbed.
type fault struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Kind is crash, pause, cut, slow or silence.
	Kind string `json:"kind"`
	// Text says what was disturbed: "n3 down", "n1 | n2, n3".
	Text    string `json:"text"`
	Servers []int  `json:"servers"`
	Clients []int  `json:"clients"`
	// Open is true of what was still in force when the log ended.
	Open bool `json:"open"`
	line int
	// ofFlink is true of what was done to processes of Flink: the story tells of it
	// with who led, and it explains no election among servers.
	ofFlink bool
}

// gatherFaults finds the spans. Links that change together, at one moment or with
// nothing between but other links, make one fault.
func (t *timeline) gatherFaults() {
	f := &faultFinder{t: t, servers: make([]*fault, len(t.Servers)), clients: map[int]*fault{}, links: map[[2]int]string{}}
	for i, e := range t.events {
		f.at, f.line = t.at(e.T), i+1
		f.apart = f.apart || e.Kind != runlog.LinkState
		if f.apart && f.at > f.changed {
			f.settleLinks()
		}
		f.take(e)
	}
	f.settleLinks()
	f.at = t.End
	for _, open := range f.all {
		if open.To == pending {
			open.To, open.Open = t.End, true
		}
		t.Faults = append(t.Faults, *open)
	}
	t.orderFaults()
}

// orderFaults sorts them by when they began, and keeps them within bounds.
func (t *timeline) orderFaults() {
	slices.SortStableFunc(t.Faults, func(a, b fault) int { return int(a.From - b.From) })
	if t.Faults == nil {
		t.Faults = []fault{}
	}
	if len(t.Faults) > maxMarks {
		t.Dropped += len(t.Faults) - maxMarks
		t.Faults = t.Faults[:maxMarks]
	}
}

// pending is the end of a fault that is in force.
const pending = int64(-1 << 62)

type faultFinder struct {
	t       *timeline
	at      int64
	line    int
	all     []*fault
	servers []*fault // crash or pause of server n at n-1, nil none
	clients map[int]*fault
	links   map[[2]int]string // what is not up
	changed int64             // when links began to change, if dirty
	dirty   bool
	apart   bool // since then there was something else than links
	cut     *fault
	slow    *fault
}

func (f *faultFinder) begin(kind, text string) *fault {
	n := &fault{From: f.at, To: pending, Kind: kind, Text: text, Servers: []int{}, Clients: []int{}, line: f.line}
	f.all = append(f.all, n)
	return n
}

func (f *faultFinder) end(open *fault) {
	if open != nil {
		open.To = f.at
	}
}

func (f *faultFinder) take(e runlog.Event) {
	switch e.Kind {
	case runlog.Crash, runlog.Pause:
		f.end(f.servers[e.Node-1])
		kind, word := "crash", " down"
		if e.Kind == runlog.Pause {
			kind, word = "pause", " paused"
		}
		n := f.begin(kind, plan.ServerName(e.Node)+word)
		n.Servers = []int{e.Node}
		f.servers[e.Node-1] = n
	case runlog.Start, runlog.Resume:
		f.end(f.servers[e.Node-1])
		f.servers[e.Node-1] = nil
	case runlog.LinkState:
		if !f.dirty {
			f.dirty, f.apart, f.changed = true, false, f.at
		}
		delete(f.links, [2]int{e.Node, e.Peer})
		if e.Text != "up" {
			f.links[[2]int{e.Node, e.Peer}] = e.Text
		}
	case runlog.Step:
		f.silence(e.Text)
	case runlog.Done:
		for _, open := range f.clients {
			f.end(open)
		}
		clear(f.clients)
	case runlog.Ready:
		// Before this health, every client had been connected again.
		if e.Text == "end" {
			for _, open := range f.clients {
				f.end(open)
			}
			clear(f.clients)
		}
	}
}

// silence reads the one fault that only a step's text shows.
func (f *faultFinder) silence(text string) {
	word, names, _ := strings.Cut(text, " ")
	if word != plan.Silence.String() && word != plan.Unsilence.String() {
		return
	}
	for _, name := range strings.Split(names, ",") {
		c := plan.ClientNumber(name)
		if c < 0 {
			continue
		}
		f.end(f.clients[c])
		delete(f.clients, c)
		if word == plan.Silence.String() {
			n := f.begin("silence", name+" silenced")
			n.Clients = []int{c}
			f.clients[c] = n
		}
	}
}

// settleLinks turns the links as they are now into at most one cut and one slow.
func (f *faultFinder) settleLinks() {
	if !f.dirty {
		return
	}
	f.dirty = false
	now := f.at
	f.at = f.changed
	defer func() { f.at = now }()
	cut, slow := map[[2]int]bool{}, map[[2]int]bool{}
	for link, text := range f.links {
		if text == "cut" {
			cut[link] = true
		} else {
			slow[link] = true
		}
	}
	f.cut = f.replace(f.cut, "cut", cutText(len(f.t.Servers), cut), cut)
	f.slow = f.replace(f.slow, "slow", linksText(slow, f.links), slow)
}

// replace ends what was in force and begins what is now, if they differ.
func (f *faultFinder) replace(old *fault, kind, text string, links map[[2]int]bool) *fault {
	if old != nil && old.Text == text && len(links) > 0 {
		return old
	}
	f.end(old)
	if len(links) == 0 {
		return nil
	}
	n := f.begin(kind, text)
	n.Servers = touched(len(f.t.Servers), links)
	return n
}

// touched are the servers that a reader should look at: those with the most
// links disturbed. An isolated server is one, and not all that it lost.
func touched(n int, links map[[2]int]bool) []int {
	count := make([]int, n+1)
	for l := range links {
		count[l[0]]++
		count[l[1]]++
	}
	most := slices.Max(count)
	servers := []int{}
	for s, c := range count {
		if s > 0 && c == most {
			servers = append(servers, s)
		}
	}
	return servers
}

// cutText says which servers are apart: as sides of a partition if the cuts
// are one, or else link by link.
func cutText(n int, cut map[[2]int]bool) string {
	side := make([]int, n+1) // of each server, named by its lowest member
	for s := 1; s <= n; s++ {
		side[s] = s
		for o := 1; o < s; o++ {
			if !cut[[2]int{o, s}] && !cut[[2]int{s, o}] {
				side[s] = side[o]
				break
			}
		}
	}
	for a := 1; a <= n; a++ {
		for b := 1; b <= n; b++ {
			if a != b && cut[[2]int{a, b}] == (side[a] == side[b]) {
				return linksText(cut, nil)
			}
		}
	}
	var sides []string
	for s := 1; s <= n; s++ {
		if side[s] != s {
			continue
		}
		var members []string
		for o := s; o <= n; o++ {
			if side[o] == s {
				members = append(members, plan.ServerName(o))
			}
		}
		sides = append(sides, strings.Join(members, ", "))
	}
	return strings.Join(sides, " | ")
}

// linksText lists links, both directions as one, with their texts if given.
func linksText(links map[[2]int]bool, texts map[[2]int]string) string {
	var words []string
	for l := range links {
		back := [2]int{l[1], l[0]}
		arrow := "→"
		if links[back] && texts[back] == texts[l] {
			if l[0] > l[1] {
				continue
			}
			arrow = "↔"
		}
		w := fmt.Sprintf("n%d %s n%d", l[0], arrow, l[1])
		if t := strings.TrimPrefix(texts[l], "slow "); t != "" {
			w += " " + t
		}
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
