package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Report is all that a page shows.
type Report struct {
	Header runlog.Header
	Events []runlog.Event
	// Verdict is ok, violation, permitted, unknown or vacuous.
	Verdict string
	Checks  []Check
	// Reproduce is the command line that makes this run again.
	Reproduce string
	// Plan is the plan's text, LogName the log's file name beside the page.
	Plan    string
	LogName string
	// Counterexample is told first; nil if there is none.
	Counterexample *Counterexample
}

// Check is what one check found. Verdict is as in Report.
type Check struct {
	Name, Verdict, Why string
}

// MaxPlan bounds the plan's text on the page, in bytes.
const MaxPlan = 256 << 10

// maxWhy bounds what one check says, in bytes.
const maxWhy = 8 << 10

//go:embed page
var files embed.FS

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"seconds": seconds, "hash": hash,
}).ParseFS(files, "page/*.html"))

// HTML writes r as one self-contained page. It fails when the verdict is none,
// or w does.
func HTML(w io.Writer, r Report) error {
	v, ok := verdicts[r.Verdict]
	if !ok {
		return fmt.Errorf("verdict %q: want ok, violation, permitted, unknown or vacuous", r.Verdict)
	}
	run := newTimeline(r.Header, r.Events)
	data, err := json.Marshal(run)
	if err != nil {
		panic(err) // a timeline is numbers and strings
	}
	return page.Execute(w, map[string]any{
		"R": r, "V": v, "T": run,
		"Title":  r.Header.Scenario + ": " + r.Verdict,
		"Facts":  facts(r, run),
		"Short":  show(r.Counterexample, run),
		"Story":  tell(r, run),
		"Checks": worstFirst(r.Checks),
		"Plan":   clip(r.Plan, MaxPlan),
		"List":   run.list(),
		"Began":  run.began(),
		"Jobs":   slices.ContainsFunc(run.Servers, func(l serverLane) bool { return l.job }),
		"Style":  template.CSS(read("page.css")),
		"Script": template.JS(read("time.js", "draw.js", "page.js")),
		"Data":   template.JS(data), // json.Marshal escapes what would end a script
	})
}

func read(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		text, err := files.ReadFile("page/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		b.Write(text)
	}
	return b.String()
}

// verdict is how a page speaks of a verdict. The shape is drawn by the page.
type verdict struct {
	Word, Means, Lesson string
}

var verdicts = map[string]verdict{
	"ok": {Word: "ok", Means: "Every check that finished found what was promised."},
	"violation": {
		Word: "violation", Means: "The system under test broke a promise.",
		Lesson: "Start with the sentence in red below: it names the promise, and the table of checks says more.",
	},
	"permitted": {
		Word: "permitted", Means: "Not linearizable, yet within ZooKeeper's contract.",
		Lesson: "A ZooKeeper server answers a read by itself, from what it has applied, without asking the leader. So a read may show a state that is older than a write which another client already had acknowledged. That is no fault: ZooKeeper promises that writes are linearizable, that each client sees its own writes, and that no client goes back in time. Who needs the newest value makes a sync before the read, and who must be certain makes a write, because sync alone does not ask a quorum.",
	},
	"unknown": {
		Word: "unknown", Means: "The run or a check could not be finished, so nothing is proved.",
		Lesson: "This is neither a pass nor a failure. The reason stands with the check below.",
	},
	"vacuous": {
		Word: "vacuous", Means: "What the scenario is about never happened, so nothing was tested.",
		Lesson: "A run like this would pass whatever the system did. Look at which probe stayed at zero.",
	},
}

// began says how long after the start of the run the clients began, "" if they did not.
func (t *timeline) began() string {
	for _, m := range t.Marks {
		if m.Kind == "begin" {
			return seconds(m.At - t.Start)
		}
	}
	return ""
}

// worstFirst puts what a reader looks for at the top; equal ones keep their order.
func worstFirst(checks []Check) []Check {
	rank := map[string]int{"violation": 0, "unknown": 1, "vacuous": 2, "permitted": 3, "ok": 4}
	sorted := slices.Clone(checks)
	for i := range sorted {
		sorted[i].Why = clip(sorted[i].Why, maxWhy)
	}
	slices.SortStableFunc(sorted, func(a, b Check) int { return rank[a.Verdict] - rank[b.Verdict] })
	return sorted
}

// fact is a name and its value at the head of the page.
type fact struct{ Name, Value string }

func facts(r Report, t *timeline) []fact {
	fs := []fact{
		{"scenario", r.Header.Scenario},
		{"seed", fmt.Sprint(r.Header.Seed)},
		{"world", r.Header.World},
	}
	if r.Header.Protocol != "" {
		fs = append(fs, fact{"protocol", r.Header.Protocol})
	}
	if r.Header.Variant != "" {
		name := "ZooKeeper"
		switch {
		case r.Header.World == "sim":
			name = "variant"
		case r.Header.Checkpoint > 0:
			name = "Flink"
		}
		fs = append(fs, fact{name, r.Header.Variant})
		if r.Header.Application {
			fs = append(fs, fact{"Flink's mode", "application"})
		}
	}
	if r.Header.Bug != "" {
		fs = append(fs, fact{"planted bug", r.Header.Bug})
	}
	clock := ""
	if r.Header.World == "sim" {
		clock = " (virtual)"
	}
	return append(fs,
		fact{"servers", fmt.Sprint(r.Header.Servers)}, fact{"clients", fmt.Sprint(r.Header.Clients)},
		fact{"duration", seconds(t.End-t.Start) + clock},
		fact{"calls", fmt.Sprintf("%d ok, %d refused, %d unknown", t.Counts[0], t.Counts[1], t.Counts[2])})
}

// clip cuts s to at most n bytes of whole runes and says so.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// seconds prints microseconds as seconds with the digits that matter.
func seconds(us int64) string {
	s := float64(us) / 1e6
	if -10 < s && s < 10 {
		return fmt.Sprintf("%.3f s", s)
	}
	return fmt.Sprintf("%.2f s", s)
}
