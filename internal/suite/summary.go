package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json.
type event struct {
	Action, Package, ImportPath, Test, Output string
}

// summary shows what go test says, less what nobody needs, and keeps what was
// left out.
type summary struct {
	w       io.Writer
	output  map[string][]string // of tests under way, by package and name
	reasons []string            // of what was left out, as they came
	left    map[string][]string // tests by reason
	open    []string            // bugs of others that were passed over
	failed  []string            // parts
	times   []string
}

func newSummary(w io.Writer) *summary {
	return &summary{w: w, output: map[string][]string{}, left: map[string][]string{}}
}

// read takes the events of one part.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			// go test prints what is no event when it cannot even begin.
			fmt.Fprintln(s.w, lines.Text())
			continue
		}
		s.take(e)
	}
	return lines.Err()
}

func (s *summary) take(e event) {
	id := e.Package + "." + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.w, e.Output)
	case e.Test == "":
		// The line of the package: ok, FAIL, or no test files.
		if e.Action == "output" && e.Output != "PASS\n" && !strings.HasSuffix(e.Output, "[no test files]\n") {
			fmt.Fprint(s.w, e.Output)
		}
	case e.Action == "output":
		s.output[id] = append(s.output[id], e.Output)
	case e.Action == "fail":
		for _, line := range s.output[id] {
			fmt.Fprint(s.w, line)
		}
		delete(s.output, id)
	case e.Action == "skip" && strings.HasPrefix(e.Test, "Fuzz") && strings.Contains(e.Test, "/"):
		// So a fuzz target says that a seed of its corpus is none of its business.
		delete(s.output, id)
	case e.Action == "skip":
		s.skipped(strings.TrimPrefix(id, module+"/"), reason(s.output[id]))
		delete(s.output, id)
	case e.Action == "pass":
		s.passedOver(strings.TrimPrefix(id, module+"/"), s.output[id])
		delete(s.output, id)
	}
}

// reason is what a test said when it skipped itself: the text of the line
// before "--- SKIP", less the place in the source.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "---") || strings.HasPrefix(text, "===") {
			continue
		}
		if _, after, found := strings.Cut(text, "not ready: "); found {
			return after
		}
		if _, after, found := strings.Cut(text, ".go:"); found {
			if _, why, _ := strings.Cut(after, ":"); strings.TrimSpace(why) != "" {
				return strings.TrimSpace(why)
			}
			break
		}
		return text
	}
	return "no reason given"
}

func (s *summary) skipped(test, why string) {
	if s.left[why] == nil {
		s.reasons = append(s.reasons, why)
	}
	s.left[why] = append(s.left[why], test)
}

// passedOver keeps what a test says of bugs that real servers are known to have.
func (s *summary) passedOver(test string, output []string) {
	for _, line := range output {
		if _, bug, found := strings.Cut(line, "open bug: "); found {
			s.open = append(s.open, strings.TrimSpace(bug)+"\n\t"+test)
		}
	}
}

func (s *summary) failedPart(name string, err error) {
	if err != nil {
		s.failed = append(s.failed, name)
		fmt.Fprintf(s.w, "# %s: %v\n", name, err)
	}
}

func (s *summary) took(name string, d time.Duration) {
	s.times = append(s.times, fmt.Sprintf("%s %v", name, d.Round(time.Second)))
}

// end prints what was left out, and says whether all is well.
func (s *summary) end(wantAll bool) bool {
	fmt.Fprintf(s.w, "\ntimes: %s\n", strings.Join(s.times, ", "))
	if len(s.reasons) == 0 {
		fmt.Fprintln(s.w, "left out: nothing")
	}
	for _, why := range s.reasons {
		fmt.Fprintf(s.w, "left out, %d tests: %s\n", len(s.left[why]), why)
		for _, test := range s.left[why] {
			fmt.Fprintf(s.w, "\t%s\n", test)
		}
	}
	for _, bug := range s.open {
		fmt.Fprintf(s.w, "open bug shown, and another run made in its place: %s\n", bug)
	}
	well := len(s.failed) == 0
	if !well {
		fmt.Fprintf(s.w, "FAILED: %s\n", strings.Join(s.failed, ", "))
	}
	if wantAll && len(s.reasons) > 0 {
		fmt.Fprintln(s.w, "FAILED: SCHISM_REQUIRE_ALL=1, and something was left out")
		well = false
	}
	return well
}
