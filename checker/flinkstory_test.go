package checker

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

// tellFlink reads a line of a story that tells of what a Flink cluster does, from
// its second word on; false if it does not. See flinkEvent for its processes.
//
//	7 info dispatcher ta o1 z5         leader information; without t there is none
//	7 latch o1,o2                      the owners, in order
//	8 job jm1 running
//	9 checkpoint 3 completed jm1 ta    and "savepoint" at the end
//	9 pointer 3 missing
//	9 counter 4 z9
//	9 output /in/k1=x 3
//	9 config =x v2
//	9 watches n1 5
//	9 tasks tm1 2 ta                   0: it has stopped them
//	9 arrived a-1 2 7 c12              task 1 of job a at round 2, with checkpoint 7
//	9 passed a-1 2 c14                 by its output, committed by transaction 14
//	9 drained
//	9 window n1 0 2/1/5                2 samples in window 0, 1 serving, 5 requests outstanding
//	9 alert n1 0 raised
func tellFlink(w []string) (runlog.Event, bool) {
	told := map[string]runlog.Kind{
		"info": runlog.LeaderInfo, "latch": runlog.Latch, "job": runlog.JobState,
		"checkpoint": runlog.Checkpoint, "pointer": runlog.Pointer, "counter": runlog.Counter, "output": runlog.Output,
		"config": runlog.Config, "watches": runlog.Watches, "tasks": runlog.Tasks, "drained": runlog.Drained,
		"window": runlog.Window, "alert": runlog.Alert, "arrived": runlog.Arrived, "passed": runlog.Passed,
	}
	kind, is := told[w[1]]
	e := runlog.Event{Kind: kind}
	if !is {
		return e, false
	}
	if kind == runlog.Window || kind == runlog.Alert {
		e.Path, e.Num, e.Text = plan.InputRoot+"/"+w[2], number1(w[3]), w[4]
		if kind == runlog.Window {
			var sum figures.Sum
			if _, err := fmt.Sscanf(w[4], "%d/%d/%d", &sum.Samples, &sum.Serving, &sum.Outstanding); err != nil {
				panic("story: " + w[4])
			}
			e.Text, e.Data = "", sum.String()
		}
		return e, true
	}
	if kind == runlog.Arrived || kind == runlog.Passed {
		e.Num = number1(w[3])
		e.Path = plan.BarrierRoot + "/" + w[2]
		if kind == runlog.Arrived {
			e.Path, e.Ckpt = plan.RoundDir(e.Num)+"/"+w[2], int64(number1(w[4]))
		}
		e.Job, _, _ = strings.Cut(w[2], "-")
		reply(&e, w[len(w)-1:])
		return e, true
	}
	for i, word := range w[min(2, len(w)):] {
		n, err := strconv.ParseInt(word, 10, 64)
		switch {
		case kind == runlog.Latch:
			for owner := range strings.SplitSeq(word, ",") {
				e.Parts = append(e.Parts, runlog.Part{Path: "latch-" + owner, Data: "0x" + owner[1:]})
			}
		case err == nil && (kind == runlog.Checkpoint || kind == runlog.Pointer):
			e.Ckpt, e.Path = n, "/flink/"+word
		case err == nil:
			e.Num = int(n)
		case strings.HasPrefix(word, "jm"), strings.HasPrefix(word, "tm"):
			e.Proc = word
		case word == "savepoint":
			e.Mode = word
		case strings.HasPrefix(word, "job="):
			e.Job = word[len("job="):]
		case i == 0 && kind == runlog.LeaderInfo:
			e.Path = word
		case word[0] == 't' && len(word) == 2:
			e.Token = word[1:]
		case kind == runlog.JobState || kind == runlog.Checkpoint || kind == runlog.Pointer:
			e.Text = word
		default:
			reply(&e, []string{word})
		}
	}
	return e, is
}

// sample is what a monitor wrote of a server, as server n1 holds it at the end.
func sample(w []string) runlog.Event {
	at, err := strconv.ParseInt(w[2], 10, 64)
	if err != nil {
		panic("story: " + w[2])
	}
	s := figures.Sample{At: at, State: w[3], Outstanding: number1(w[4])}
	return runlog.Event{
		Kind: runlog.Final, Node: 1, Path: fmt.Sprintf("%s/%s/s-%010d", plan.InputRoot, w[0], number1(w[1])), Data: s.String(), Czxid: uint64(1 + number1(w[1])),
	}
}
