package report

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// told is a page with a counterexample of one write that was lost.
func told() Report {
	r := crashRun()
	r.Verdict = "violation"
	r.Counterexample = &Counterexample{
		Title: "2 of 13 operations suffice to break durable /r:", Zero: 300 * ms, Given: []string{`/r exists with "0"`, "/q exists"},
		Moments: []Moment{{0, 10, `c1 sets /r to "<b>" through n1, and is told: done.`}, {2100 * ms, 40, "At the end n1 is read."}},
		Spans: []Span{
			{"n1", 2100 * ms, 2100 * ms, false, `/r is "0"`, "final"},
			{"c1", 0, 5 * ms, false, `set /r "<b>" & more`, "write"},
			{"c2", 3 * ms, 9 * ms, true, strings.Repeat("ü", 400), "write"},
		},
		Broken: "What was acknowledged must stay.",
	}
	return r
}

func TestCounterexampleStandsOnTop(t *testing.T) {
	page := html(t, told())
	at := strings.Index(page, `id="short"`)
	if at < 0 || at > strings.Index(page, `id="story"`) {
		t.Fatalf("the counterexample stands at %d, the story at %d", at, strings.Index(page, `id="story"`))
	}
	for _, want := range []string{
		`At first: /r exists with &#34;0&#34;; /q exists.`, `href="#t=`, `c1 sets /r to &#34;&lt;b&gt;&#34;`, `What was acknowledged must stay.`, `title="event 40:`,
	} {
		if !strings.Contains(page[at:], want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if without := html(t, crashRun()); strings.Contains(without, `id="short"`) {
		t.Error("a page without a counterexample has the section")
	}
}

// TestPictureIsWellFormed: whatever the texts hold, the picture is XML, and
// within its frame.
func TestPictureIsWellFormed(t *testing.T) {
	spans := told().Counterexample.Spans
	for range 60 {
		spans = append(spans, Span{"c<9>", 7 * ms, 8 * ms, false, `]]>"&<`, "read"})
	}
	text := string(picture(spans))
	d := xml.NewDecoder(strings.NewReader(text))
	rows := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if e, is := token.(xml.StartElement); is && (e.Name.Local == "rect" || e.Name.Local == "circle") {
			rows++
		}
	}
	if rows != maxSpans {
		t.Errorf("%d rows, want %d", rows, maxSpans)
	}
	if first, second := strings.Index(text, ">c1<"), strings.Index(text, ">c2<"); first < 0 || second < first {
		t.Error("rows are not in the order of time")
	}
	if picture(nil) != "" {
		t.Error("nothing is drawn as something")
	}
}

func TestBrowserShowsTheCounterexample(t *testing.T) {
	dom := opened(t, html(t, told()), "")
	if !strings.Contains(dom, `class="example"`) || !strings.Contains(dom, `data-ready="yes"`) {
		t.Error("the page with a counterexample did not come to its end")
	}
}
