package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// MaxOps bounds the operations on one page, and maxOpBytes what they take up
// together.
const (
	MaxOps     = 20_000
	maxOpBytes = 2_800_000
)

// op is one operation.
type op struct {
	Client   int
	From, To int64 // To is the end of the run for one that never ended
	Write    bool
	Out      int // index into outcomes
	Node     int
	Line     int
	Call     string // set /r "v" if version 3
	Result   string // version 4, or BadVersion
}

var outcomes = []string{runlog.OK, runlog.Fail, runlog.Unknown}

func (o op) MarshalJSON() ([]byte, error) {
	write := 0
	if o.Write {
		write = 1
	}
	return json.Marshal([]any{o.Client, o.From, o.To, write, o.Out, o.Node, o.Line, o.Call, o.Result})
}

// gap is a time without an operation that ended well.
type gap struct {
	From, To int64
	Client   int // -1 is all of them
}

func (g gap) length() int64 { return g.To - g.From }

func (t *timeline) gatherOps() {
	open := map[int]int{}
	all := []op{}
	for i, e := range t.events {
		switch e.Kind {
		case runlog.Call:
			open[e.Client] = len(all)
			all = append(all, op{
				Client: e.Client - 1, From: t.at(e.T), To: t.Done, Write: writes(e.Op), Out: 2, Node: e.Node, Line: i + 1,
				Call: clip(callText(e), maxText), Result: "never ended",
			})
		case runlog.Ret:
			at, ok := open[e.Client]
			if !ok {
				continue // checks will say what is wrong with such a log
			}
			delete(open, e.Client)
			o := &all[at]
			o.To, o.Out, o.Node = t.at(e.T), max(0, slices.Index(outcomes, e.Out)), max(e.Node, o.Node)
			o.Result = clip(resultText(e), maxText)
		}
	}
	t.Total = len(all)
	for _, o := range all {
		t.Counts[o.Out]++
	}
	t.Bins = newBins(t.Start, t.End, all)
	t.findGaps(all)
	t.Ops = t.choose(all)
}

func writes(op string) bool {
	return op == "set" || op == "create" || op == "delete" || op == "multi"
}

// choose keeps the operations nearest to the focus, in the order of their calls.
func (t *timeline) choose(all []op) []op {
	bytes := 0
	for _, o := range all {
		bytes += size(o)
	}
	if len(all) <= MaxOps && bytes <= maxOpBytes {
		return all
	}
	focus := t.focus()
	lo, _ := slices.BinarySearchFunc(all, focus, func(o op, at int64) int { return int(o.From - at) })
	hi := lo
	for bytes = 0; hi-lo < MaxOps && (lo > 0 || hi < len(all)); {
		before := hi == len(all) || lo > 0 && focus-all[lo-1].From < all[hi].From-focus
		next := hi
		if before {
			next = lo - 1
		}
		if bytes += size(all[next]); bytes > maxOpBytes {
			break
		}
		if before {
			lo--
		} else {
			hi++
		}
	}
	kept := all[lo:hi]
	if len(kept) > 0 {
		t.From, t.To = kept[0].From, kept[len(kept)-1].From
	}
	return kept
}

// size is what an operation takes up on the page, at most.
func size(o op) int { return 60 + escaped(o.Call) + escaped(o.Result) }

// escaped is the length of s in JSON as it stands in a page.
func escaped(s string) int {
	n := len(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == '<' || c == '>' || c == '&':
			n += 5
		case c == '"' || c == '\\':
			n++
		}
	}
	return n
}

// focus is the moment that a reader comes for.
func (t *timeline) focus() int64 {
	for _, m := range t.Marks {
		if m.Kind == "violated" {
			return m.At
		}
	}
	if len(t.Faults) > 0 {
		return t.Faults[0].From
	}
	return 0
}

func callText(e runlog.Event) string {
	if e.Op == "multi" {
		parts := make([]string, len(e.Parts))
		for i, p := range e.Parts {
			parts[i] = actionText(p.Op, p.Path, p.Data, p.Version, p.Mode)
		}
		return "multi { " + strings.Join(parts, "; ") + " }"
	}
	return actionText(e.Op, e.Path, e.Data, e.Version, e.Mode)
}

func actionText(op, path, data string, version int32, mode string) string {
	w := op + " " + path
	if op == "set" || op == "create" {
		w += " " + strconv.Quote(data)
	}
	if (op == "set" || op == "delete" || op == "check") && version >= 0 {
		w += fmt.Sprintf(" if version %d", version)
	}
	if mode != "" {
		w += " " + mode
	}
	return w
}

func resultText(e runlog.Event) string {
	var w []string
	add := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	if e.Err != "" {
		add("%s", e.Err)
	}
	if e.Data != "" {
		add("%q", e.Data)
	}
	if e.Path != "" {
		add("%s", e.Path)
	}
	if e.Kids != nil {
		add("%d children: %s", len(e.Kids), strings.Join(e.Kids, " "))
	}
	if e.Mzxid != 0 {
		add("version %d, mzxid 0x%x", e.Version, e.Mzxid)
	}
	for _, p := range e.Parts {
		if p.Err != "" {
			add("%s %s: %s", p.Op, p.Path, p.Err)
		}
	}
	return strings.Join(w, ", ")
}

// bins count all operations by the time they ended.
type bins struct {
	Width int64    `json:"width"`
	Out   [3][]int `json:"out"`
}

const maxBins = 600

func newBins(start, end int64, all []op) bins {
	b := bins{Width: max((end-start)/maxBins+1, 1)}
	n := int((end-start)/b.Width) + 1
	for i := range b.Out {
		b.Out[i] = make([]int, n)
	}
	for _, o := range all {
		b.Out[o.Out][min(max(int((o.To-start)/b.Width), 0), n-1)]++
	}
	return b
}

// findGaps finds how long clients had to do without an answer.
func (t *timeline) findGaps(all []op) {
	byEnd := slices.Clone(all)
	slices.SortStableFunc(byEnd, func(a, b op) int { return int(a.To - b.To) })
	last := map[int]int64{}
	worst := map[int]gap{}
	t.longest = gap{Client: -1}
	lastAny := t.End // nobody waits before the first call of all
	for _, o := range all {
		if _, ok := last[o.Client]; !ok && o.From >= 0 {
			last[o.Client] = o.From
		}
		if o.Client != 0 && o.From >= 0 {
			lastAny = min(lastAny, o.From)
		}
	}
	for _, o := range byEnd {
		if o.Client == 0 || o.Out != 0 {
			continue
		}
		if g := (gap{last[o.Client], o.To, o.Client}); g.length() > worst[o.Client].length() {
			worst[o.Client] = g
		}
		if g := (gap{lastAny, o.To, -1}); g.length() > t.longest.length() {
			t.longest = g
		}
		last[o.Client], lastAny = o.To, o.To
	}
	for _, g := range worst {
		t.gaps = append(t.gaps, g)
	}
	slices.SortFunc(t.gaps, func(a, b gap) int {
		if a.length() != b.length() {
			return int(b.length() - a.length())
		}
		return a.Client - b.Client
	})
}
