package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// sentence is one sentence of the story, with the time it speaks of.
type sentence struct {
	Text string
	// From and To are what the time axis shows when the sentence is followed.
	From, To int64
	// Timed is false of a sentence about the whole run.
	Timed bool
	// Kind is bad, fault, election, client or "".
	Kind string
}

// story is what happened. A reader of a run of a hundred faults wants those
// around the broken promise, and the others folded away.
type story struct {
	// Shown is read first: what was broken, how it began, what happened around
	// the focus, what the clients felt.
	Shown []sentence
	// All has every event in order, if Shown leaves some out; Left counts those
	// beyond the bound.
	All  []sentence
	Left int
}

// Bounds of the story, in sentences about single events.
const (
	maxShown = 14
	maxTold  = 300
)

func tell(r Report, t *timeline) story {
	var told []sentence
	told = append(told, t.tellFaults()...)
	told = append(told, t.tellElections()...)
	told = append(told, t.tellTwoLeaders()...)
	told = append(told, t.tellSessions()...)
	told = append(told, t.tellFlink(t.all)...)
	for _, m := range t.Marks {
		if m.Kind == "violated" {
			told = append(told, sentence{Text: "Broken: " + strings.TrimSuffix(m.Text, ".") + ".", From: m.At, To: m.At, Timed: true, Kind: "bad"})
		}
	}
	slices.SortStableFunc(told, func(a, b sentence) int { return cmp.Compare(a.From, b.From) })
	st := story{Shown: append(t.tellEnd(r), t.tellBegin(r.Header))}
	st.Shown = append(st.Shown, aroundFocus(told)...)
	st.Shown = append(st.Shown, t.tellClients()...)
	if len(told) > maxShown {
		n := min(len(told), maxTold)
		st.All, st.Left = told[:n], len(told)-n
	}
	return st
}

// aroundFocus is what led to the first broken promise and a little after it,
// or how it all began.
func aroundFocus(told []sentence) []sentence {
	if len(told) <= maxShown {
		return told
	}
	bad := slices.IndexFunc(told, func(s sentence) bool { return s.Kind == "bad" })
	from := min(max(0, bad-maxShown+4), len(told)-maxShown)
	return told[from : from+maxShown]
}

func (t *timeline) tellBegin(h runlog.Header) sentence {
	text := count(h.Servers, "server") + " started; "
	for _, e := range t.events {
		if e.Kind == runlog.Ready {
			text += fmt.Sprintf("n%d led in epoch %d and all others followed it, and ", e.Node, e.Epoch)
			break
		}
	}
	return sentence{Text: text + "then " + count(h.Clients, "client") + " began."}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (t *timeline) tellFaults() (told []sentence) {
	for _, f := range t.Faults {
		if f.ofFlink {
			continue // tellFlink does
		}
		var text string
		after := fmt.Sprintf(" after %s", seconds(f.To-f.From))
		switch f.Kind {
		case "crash":
			text = fmt.Sprintf("n%d%s was killed", f.Servers[0], t.role(f.Servers[0], f.From))
			after = " and started again" + after
		case "pause":
			text = fmt.Sprintf("n%d%s was stopped in its tracks, with its connections open", f.Servers[0], t.role(f.Servers[0], f.From))
			after = t.woken(f) + after
		case "cut":
			text = "The network was cut: " + f.Text + t.rolesOf(f)
			after = t.ended(f) + after
		case "slow":
			text = "Links were slowed: " + f.Text
			after = ". That ended" + after
		case "silence":
			text = fmt.Sprintf("%s was silenced: nothing passed between it and the servers", plan.ClientName(f.Clients[0]))
			after = ". It was heard again" + after
		}
		if f.Open {
			after = ", and that lasted to the end of the log"
		}
		told = append(told, sentence{Text: text + after + ".", From: f.From, To: f.To, Timed: true, Kind: "fault"})
	}
	return told
}

// woken says how a pause ended: who stands still may be killed, too.
func (t *timeline) woken(f fault) string {
	for _, o := range t.Faults {
		if o.Kind == "crash" && o.From == f.To && !o.ofFlink && slices.Equal(o.Servers, f.Servers) {
			return ", and was never woken up: it was killed"
		}
	}
	return ", and woken up"
}

// ended says how a cut ended: other links may have been cut with the same step.
func (t *timeline) ended(f fault) string {
	for _, o := range t.Faults {
		if o.Kind == "cut" && o.From == f.To && !o.ofFlink {
			return ". That changed"
		}
	}
	return ". It healed"
}

// role says what server n was just before a moment: ", which led in epoch 2,".
func (t *timeline) role(n int, at int64) string {
	switch s := t.was(n, at); s.Is {
	case "leading":
		return fmt.Sprintf(", which led in epoch %d,", s.Epoch)
	case "following":
		return ", a follower,"
	case "looking":
		return ", which was looking for a leader,"
	}
	return ""
}

func (t *timeline) rolesOf(f fault) string {
	for _, n := range f.Servers {
		if s := t.was(n, f.From); s.Is == "leading" && len(f.Servers) < len(t.Servers) {
			return fmt.Sprintf(" (n%d led in epoch %d)", n, s.Epoch)
		}
	}
	return ""
}

// reign is a time in which a server led in one epoch and served clients. One
// that was interrupted by a pause is two.
type reign struct {
	node  int
	epoch uint32
	span
}

func (t *timeline) reigns() (all []reign) {
	for i, lane := range t.Servers {
		for _, s := range lane.Spans {
			if s.Is == "leading" && s.Serves {
				all = append(all, reign{i + 1, s.Epoch, s})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b reign) int { return cmp.Compare(a.From, b.From) })
	return all
}

// tellElections tells of each leader that came after the first.
func (t *timeline) tellElections() (told []sentence) {
	seen := map[[2]int]bool{}
	for _, r := range t.reigns() {
		key := [2]int{r.node, int(r.epoch)}
		if seen[key] {
			continue
		}
		seen[key] = true
		if len(seen) == 1 {
			continue
		}
		text := fmt.Sprintf("n%d led in epoch %d", r.node, r.epoch)
		if f := t.lastFault(r.From); f != nil {
			text += fmt.Sprintf(", %s after %s", seconds(r.From-f.From), cause(f))
		}
		told = append(told, sentence{Text: text + ".", From: r.From, To: r.From, Timed: true, Kind: "election"})
	}
	return told
}

// lastFault is the latest fault of servers or links that began before a moment.
func (t *timeline) lastFault(at int64) *fault {
	var last *fault
	for i := range t.Faults {
		if f := &t.Faults[i]; f.From <= at && f.Kind != "silence" && !f.ofFlink {
			last = f
		}
	}
	return last
}

func cause(f *fault) string {
	switch f.Kind {
	case "crash":
		return fmt.Sprintf("n%d was killed", f.Servers[0])
	case "pause":
		return fmt.Sprintf("n%d was paused", f.Servers[0])
	case "cut":
		return "the network was cut (" + f.Text + ")"
	case "silence":
		return fmt.Sprintf("c%d was silenced", f.Clients[0])
	}
	return "links were slowed"
}

// tellTwoLeaders tells when two servers said at once that they lead: the heart
// of many a scenario, and harmless only if the older one serves nothing new.
func (t *timeline) tellTwoLeaders() (told []sentence) {
	all := t.reigns()
	for i, a := range all {
		for _, b := range all[i+1:] {
			if b.From >= a.To {
				break // as do all after it
			}
			from, to := b.From, min(a.To, b.To)
			if a.node == b.node || to <= from {
				continue
			}
			told = append(told, sentence{
				Text: fmt.Sprintf("For %s two servers said that they led: n%d in epoch %d and n%d in epoch %d.", seconds(to-from), a.node, a.epoch, b.node, b.epoch),
				From: from, To: to, Timed: true, Kind: "election",
			})
		}
	}
	return told
}

// expiriesTogether, in microseconds, makes one sentence of what clients were
// told within it: one fault often takes the sessions of all.
const expiriesTogether = 1_000_000

func (t *timeline) tellSessions() (told []sentence) {
	type expiry struct {
		at  int64
		who string
	}
	var all []expiry
	for i, c := range t.Clients {
		for _, at := range c.Expired {
			if i > 0 { // c0 has made its calls before
				all = append(all, expiry{at, c.Name})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b expiry) int { return cmp.Compare(a.at, b.at) })
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].at-all[0].at < expiriesTogether {
			n++
		}
		var names []string
		for _, e := range all[:n] {
			names = append(names, e.who)
		}
		text := names[0] + " was told that its session had expired."
		if n > 1 {
			text = enumerate(names) + " were told that their sessions had expired."
		}
		told = append(told, sentence{Text: text, From: all[0].at, To: all[n-1].at, Timed: true, Kind: "client"})
		all = all[n:]
	}
	return told
}

// enumerate joins names as a sentence does.
func enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// feltGap is how long a time without a good answer must be, in microseconds,
// to be worth a sentence.
const feltGap = 200_000

func (t *timeline) tellClients() []sentence {
	c := t.Counts
	told := []sentence{{
		Text: fmt.Sprintf("The clients made %s: %d ended well, %d refused (without effect), and of %d nobody knows whether they took effect.", count(t.Total, "call"), c[0], c[1], c[2]),
		Kind: "client",
	}}
	if g := t.longest; g.length() >= feltGap {
		text := fmt.Sprintf("For %s no call of any client ended well", seconds(g.length()))
		if f := t.lastFault(g.To); f != nil && f.From >= g.From-500_000 {
			text += ", from about when " + cause(f)
		}
		told = append(told, sentence{Text: text + ".", From: g.From, To: g.To, Timed: true, Kind: "client"})
	}
	if len(t.gaps) > 0 && t.gaps[0].length() > max(feltGap, t.longest.length()) {
		g := t.gaps[0]
		told = append(told, sentence{
			Text: fmt.Sprintf("c%d waited longest for a good answer: %s.", g.Client, seconds(g.length())),
			From: g.From, To: g.To, Timed: true, Kind: "client",
		})
	}
	return told
}

// tellEnd says why a run stopped short, and which promises were broken.
func (t *timeline) tellEnd(r Report) (told []sentence) {
	if n := len(t.events); n > 0 && t.events[n-1].Kind == runlog.End && t.events[n-1].Text != "" {
		told = append(told, sentence{Text: "The run could not go on: " + t.events[n-1].Text + ".", From: t.End, To: t.End, Timed: true, Kind: "bad"})
	}
	var broken []Check
	for _, c := range worstFirst(r.Checks) {
		if c.Verdict == "violation" {
			broken = append(broken, c)
		}
	}
	if len(broken) > 0 {
		c := broken[0]
		told = append(told, sentence{Text: "Promise broken (" + c.Name + "): " + strings.TrimSuffix(c.Why, ".") + ".", Kind: "bad"})
	}
	if len(broken) > 1 {
		told = append(told, sentence{Text: alsoBroken(broken[1:]), Kind: "bad"})
	}
	return told
}

// alsoBroken names what is told in the table of checks: one break shows to many
// checks, and the first explains it best.
func alsoBroken(more []Check) string {
	names := make([]string, len(more))
	for i, c := range more {
		names[i] = c.Name
	}
	return fmt.Sprintf("The same run breaks %s, too: see the checks below.", enumerate(names))
}

// row is one line of the list of events, for those who do not see the axis.
type row struct {
	At   int64
	Who  string
	What string
	Line int
}

// maxRows bounds that list.
const maxRows = 500

// listed is the list of all that is no call, and how many were left out.
type listed struct {
	Rows []row
	Left int
}

func (t *timeline) list() listed {
	var all []row
	for i, e := range t.events {
		if who, what := t.rowOf(e); what != "" {
			all = append(all, row{t.at(e.T), who, what, i + 1})
		}
	}
	for _, m := range t.Marks {
		all = append(all, row{m.At, m.Kind, m.Text, m.Line})
	}
	slices.SortStableFunc(all, func(a, b row) int { return cmp.Compare(a.Line, b.Line) })
	shown := min(len(all), maxRows)
	return listed{all[:shown], len(all) - shown}
}

// rowOf says of whom an event is and what it says, "" if it is not listed.
func (t *timeline) rowOf(e runlog.Event) (who, what string) {
	server, client := plan.ServerName(e.Node), plan.ClientName(e.Client-1)
	switch e.Kind {
	case runlog.Start:
		return server, "started"
	case runlog.Crash:
		return server, "killed"
	case runlog.Pause:
		return server, "paused"
	case runlog.Resume:
		return server, "resumed"
	case runlog.Role:
		return server, fmt.Sprintf("%s, epoch %d", e.Text, e.Epoch)
	case runlog.LinkState:
		return fmt.Sprintf("n%d → n%d", e.Node, e.Peer), "link " + e.Text
	case runlog.Conn:
		return client, fmt.Sprintf("connected to n%d, session 0x%x", e.Node, uint64(e.Session))
	case runlog.Lost:
		return client, "lost its connection"
	case runlog.Expired:
		return client, fmt.Sprintf("session 0x%x expired", uint64(e.Session))
	}
	return "", ""
}

// hash is the part of an address that shows the times from and to, with a
// little around them, and marks the first.
func hash(from, to int64) string {
	around := max((to-from)/4, 400_000)
	return fmt.Sprintf("#t=%.6f_%.6f&m=%.6f", float64(from-around)/1e6, float64(to+around)/1e6, float64(from)/1e6)
}
