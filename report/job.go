package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// tick is a moment of a job: a checkpoint that was completed or restored, an alert
// that it raised.
type tick struct {
	At   int64  `json:"t"`
	Kind string `json:"kind"` // completed, restored, raised
}

// gatherJob adds a lane for the Flink job, below those of the processes: what it
// is, by the word of whoever leads, with its checkpoints and alerts.
func (t *timeline) gatherJob(events []runlog.Event) {
	lane := serverLane{Name: "job", Spans: []span{}}
	open, token := span{}, ""
	turn := func(at int64, is string) {
		if open.To = at; open.Is != "" && open.To > open.From && len(lane.Spans) < maxMarks {
			lane.Spans = append(lane.Spans, open)
		}
		open = span{From: at, Is: is}
	}
	for _, e := range events {
		switch {
		case e.Kind == runlog.JobState && e.Text == runlog.JobSuspended && e.Token != token:
			// The late word of one that has led before.
		case e.Kind == runlog.JobState:
			token = e.Token
			turn(t.at(e.T), "job "+clip(e.Text, maxText))
		case len(lane.Ticks) >= maxMarks:
		case e.Kind == runlog.Checkpoint && (e.Text == runlog.Completed || e.Text == runlog.Restored),
			e.Kind == runlog.Alert && e.Text == "raised":
			lane.Ticks = append(lane.Ticks, tick{t.at(e.T), e.Text})
		}
	}
	if open.Is == "" {
		return
	}
	turn(t.End, "")
	t.Servers = append(t.Servers, lane)
}

// tellFlink tells what happened to Flink's processes, who led, and what became of
// the job.
func (t *timeline) tellFlink(all []runlog.Event) (told []sentence) {
	say := func(e runlog.Event, kind, format string, args ...any) {
		at := t.at(e.T)
		told = append(told, sentence{Text: fmt.Sprintf(format, args...), From: at, To: at, Timed: true, Kind: kind})
	}
	leads := map[string]bool{}
	office := func(proc string) string {
		if leads[proc] {
			return ", which led,"
		}
		return ""
	}
	begun := false
	for _, e := range all {
		if begun = begun || e.Kind == runlog.Begin; !begun && e.Kind != runlog.Grant && e.Kind != runlog.Revoke {
			continue
		}
		switch of := plan.ProcessNumber(e.Proc) > 0; {
		case e.Kind == runlog.Grant:
			leads[e.Proc] = true
			say(e, "election", "%s was granted leadership of the Flink cluster, with the token %s.", e.Proc, clip(e.Token, 8))
		case e.Kind == runlog.Revoke:
			leads[e.Proc] = false
			say(e, "election", "%s gave leadership up.", e.Proc)
		case e.Kind == runlog.Crash && of && e.Text != "":
			say(e, "fault", "%s%s ended by itself: %s.", e.Proc, office(e.Proc), clip(e.Text, maxText))
			leads[e.Proc] = false
		case e.Kind == runlog.Crash && of:
			say(e, "fault", "%s%s was killed.", e.Proc, office(e.Proc))
			leads[e.Proc] = false
		case e.Kind == runlog.Pause && of:
			say(e, "fault", "%s%s was stopped in its tracks.", e.Proc, office(e.Proc))
		case e.Kind == runlog.Step && (len(e.Text) > 4 && e.Text[:4] == "cut ") && processIn(e.Text):
			between := e.Text[4:]
			if _, rest, two := strings.Cut(between, " "); e.With != "" && two {
				between = e.With + " " + rest // who that was, not what the plan calls it
			}
			say(e, "fault", "The network was cut: %s.", clip(between, maxText))
		case e.Kind == runlog.Checkpoint && e.Text == runlog.Restored && e.Ckpt > 0:
			say(e, "", "The job was started again on %s, from checkpoint %d.", e.Proc, e.Ckpt)
		case e.Kind == runlog.Alert:
			say(e, "", "The job %s the alert of %s.", clip(e.Text, maxText), clip(strings.TrimPrefix(e.Path, plan.InputRoot+"/"), maxText))
		}
	}
	return told
}

var flinkWord = regexp.MustCompile(`\b([jt]m[1-9]|jobleader|jobstandby|jobmanagers|taskmanagers|zookeeper)\b`)

// processIn says whether a step's text names a process of Flink: links between
// servers alone are told as faults.
func processIn(text string) bool {
	return flinkWord.MatchString(text)
}
