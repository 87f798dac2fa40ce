package incidents

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var writeReadme = flag.Bool("write-readme", false, "write the track record's table into the README")

// Where the record and its table are.
var (
	recordFile = filepath.Join("..", "..", "doc", "findings", "track-record.jsonl")
	readmeFile = filepath.Join("..", "..", "README.md")
)

const (
	tableBegins = "<!-- track record: go test ./scenarios/incidents -write-readme -->\n"
	tableEnds   = "<!-- end of track record -->\n"
)

// TestReadme holds the README's table to the record that schism incidents keeps:
// nobody types these figures.
func TestReadme(t *testing.T) {
	f, err := os.Open(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := ReadTracks(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no line", recordFile)
	}
	text, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	table, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table: want it between %q and %q", readmeFile, tableBegins, tableEnds)
	}
	want := "\n" + Table(all) + "\n"
	if *writeReadme {
		if err := os.WriteFile(readmeFile, []byte(before+tableBegins+want+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Errorf("the table is not that of %s, run go test ./scenarios/incidents -write-readme:\n%s\nwant\n%s", recordFile, table, want)
	}
}

// TestRecord holds the record itself: each line is about an incident, on its own
// releases, with its own signature, and no count is beyond the attempts.
func TestRecord(t *testing.T) {
	f, err := os.Open(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := ReadTracks(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range all {
		i, err := Named(tr.Incident)
		if err != nil {
			t.Fatal(err)
		}
		if tr.Signature != i.Signature {
			t.Errorf("%s: signature %q, the incident's is %q", tr.Incident, tr.Signature, i.Signature)
		}
		if tr.Attempts < 1 || tr.Reproduced > tr.Attempts || tr.ReproducedFixed > tr.Attempts || tr.Commit == "" {
			t.Errorf("%s: %d of %d, %d on what is repaired, commit %q", tr.Incident, tr.Reproduced, tr.Attempts, tr.ReproducedFixed, tr.Commit)
		}
	}
}

func TestReadTracks(t *testing.T) {
	const text = `{"incident":"zookeeper-4925","world":"local","version":"3.9.3","repaired":"3.9.4","attempts":5,"reproduced":4,"commit":"a"}
{"incident":"zookeeper-2623","world":"docker","version":"3.8.0","attempts":2,"reproduced":2,"commit":"b"}
{"incident":"zookeeper-2623","world":"local","version":"3.8.0","attempts":2,"reproduced":2,"commit":"b"}

{"incident":"zookeeper-4925","world":"local","version":"3.9.3","repaired":"3.9.4","attempts":9,"reproduced":9,"undecidedFixed":1,"medianSeconds":11.4,"slowestSeconds":13,"commit":"c"}
{"incident":"zookeeper-4837","world":"local","version":"3.9.5","attempts":1,"unrepaired":true,"commit":"c"}
`
	all, err := ReadTracks(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	const want = `| incident | world | affected | showed it | median | slowest | repaired | showed it there | commit |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| ZOOKEEPER-2623 | local | 3.8.0 | 2 of 2 | 0 s | 0 s |  | 0 of 2 | b |
| ZOOKEEPER-2623 | docker | 3.8.0 | 2 of 2 | 0 s | 0 s |  | 0 of 2 | b |
| ZOOKEEPER-4837 | local | 3.9.5 | 0 of 1 | 0 s | 0 s | no release |  | c |
| ZOOKEEPER-4925 | local | 3.9.3 | 9 of 9 | 11 s | 13 s | 3.9.4 | 0 of 9, 1 undecided | c |
`
	if got := Table(all); got != want {
		t.Errorf("table\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{`{"incident":"zookeeper-1"}`, `{"incident":"zookeeper-4925","tries":1}`, `{`} {
		if _, err := ReadTracks(strings.NewReader(text + bad)); err == nil || !strings.Contains(err.Error(), "line 7") {
			t.Errorf("%s: %v, want an error of line 7", bad, err)
		}
	}
}

func TestTook(t *testing.T) {
	var tr Track
	tr.Took(nil)
	if tr.MedianSeconds != 0 || tr.SlowestSeconds != 0 {
		t.Errorf("of no attempts: %v", tr)
	}
	tr.Took([]float64{9, 1, 5})
	if tr.MedianSeconds != 5 || tr.SlowestSeconds != 9 {
		t.Errorf("median %v, slowest %v, want 5 and 9", tr.MedianSeconds, tr.SlowestSeconds)
	}
}
