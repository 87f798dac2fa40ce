package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// tick is a moment of a job: a checkpoint that was completed or restored, an alert
// that it raised, a round of the barrier that all had come to.
type tick struct {
	At   int64  `json:"t"`
	Kind string `json:"kind"` // completed, restored, raised, met
}

// jobLane is the lane of one job while it is made.
type jobLane struct {
	serverLane
	id    string
	open  span
	token string
}

func (l *jobLane) turn(at int64, is string) {
	if l.open.To = at; l.open.Is != "" && l.open.To > l.open.From && len(l.Spans) < maxMarks {
		l.Spans = append(l.Spans, l.open)
	}
	l.open = span{From: at, Is: is}
}

func (l *jobLane) tick(at int64, kind string) {
	if len(l.Ticks) < maxMarks {
		l.Ticks = append(l.Ticks, tick{at, kind})
	}
}

// gatherJobs adds a lane for each Flink job, below those of the processes: what it
// is, by the word of whoever leads, with its checkpoints, its alerts, and the rounds of
// the barrier at which jobs meet. parties is how many do.
func (t *timeline) gatherJobs(events []runlog.Event, parties int) {
	var lanes []*jobLane
	of := func(id string) *jobLane {
		for _, l := range lanes {
			if l.id == id {
				return l
			}
		}
		lanes = append(lanes, &jobLane{serverLane: serverLane{Name: jobName(events, id), Spans: []span{}, job: true}, id: id})
		return lanes[len(lanes)-1]
	}
	came := map[int]map[string]bool{} // by round, who has arrived
	for _, e := range events {
		switch {
		case e.Kind == runlog.JobState:
			l := of(e.Job)
			if e.Text == runlog.JobSuspended && e.Token != l.token {
				continue // the late word of one that has led before
			}
			l.token = e.Token
			l.turn(t.at(e.T), "job "+clip(e.Text, maxText))
		case e.Kind == runlog.Checkpoint && (e.Text == runlog.Completed || e.Text == runlog.Restored),
			e.Kind == runlog.Alert && e.Text == "raised":
			of(e.Job).tick(t.at(e.T), e.Text)
		case e.Kind == runlog.Arrived && parties > 0:
			if came[e.Num] == nil {
				came[e.Num] = map[string]bool{}
			}
			who := runlog.PartyText(e.Path)
			if already := came[e.Num][who]; already {
				continue
			}
			if came[e.Num][who] = true; len(came[e.Num]) == parties {
				for _, l := range lanes {
					l.tick(t.at(e.T), "met")
				}
			}
		}
	}
	for _, l := range lanes {
		if l.open.Is != "" {
			l.turn(t.End, "")
			t.Servers = append(t.Servers, l.serverLane)
		}
	}
}

// jobName names a job where there are several.
func jobName(events []runlog.Event, id string) string {
	for _, e := range events {
		if e.Kind == runlog.JobState && e.Job != id {
			return "job " + clip(runlog.JobName(id), maxText)
		}
	}
	return "job"
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
			say(e, "election", "%s was granted leadership of the Flink cluster, with the token %s.", e.Proc, strings.TrimSuffix(clip(e.Token, 8), "…"))
		case e.Kind == runlog.Revoke:
			leads[e.Proc] = false
			say(e, "election", "%s gave leadership up.", e.Proc)
		case e.Kind == runlog.Crash && of && e.Text != "":
			say(e, "fault", "%s%s ended by itself: %s.", e.Proc, office(e.Proc), clip(e.Text, maxText))
			leads[e.Proc] = false
		case e.Kind == runlog.Crash && of:
			say(e, "fault", "%s%s was killed.", e.Proc, office(e.Proc))
			leads[e.Proc] = false
		case e.Kind == runlog.Exit:
			say(e, "", "%s%s had done its work and ended, with the exit code 0.", e.Proc, office(e.Proc))
			leads[e.Proc] = false
		case e.Kind == runlog.Pause && of:
			say(e, "fault", "%s%s was stopped in its tracks.", e.Proc, office(e.Proc))
		case e.Kind == runlog.Step && strings.HasPrefix(e.Text, "cut ") && processIn(e.Text):
			say(e, "fault", "The network was cut: %s.", clip(between(e), maxText))
		case e.Kind == runlog.Checkpoint && e.Text == runlog.Restored && e.Ckpt > 0:
			say(e, "", "%s was started again on %s, from checkpoint %d.", theJob(all, e.Job), e.Proc, e.Ckpt)
		case e.Kind == runlog.Alert:
			say(e, "", "The job %s the alert of %s.", clip(e.Text, maxText), clip(strings.TrimPrefix(e.Path, plan.InputRoot+"/"), maxText))
		}
	}
	return told
}

// theJob is a job at the beginning of a sentence.
func theJob(events []runlog.Event, id string) string {
	if name := jobName(events, id); name != "job" {
		return "Job" + strings.TrimPrefix(name, "job")
	}
	return "The job"
}

var flinkWord = regexp.MustCompile(`\b([jt]m[1-9]|jobleader|jobstandby|jobmanagers|taskmanagers|zookeeper)\b`)

// processIn says whether a step's text names a process of Flink: links between
// servers alone are told as faults.
func processIn(text string) bool {
	return flinkWord.MatchString(text)
}
