package checker

import (
	"strconv"
	"strings"

	"github.com/schismlab/schism/runlog"
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
//	9 drained
func tellFlink(w []string) (runlog.Event, bool) {
	told := map[string]runlog.Kind{
		"info": runlog.LeaderInfo, "latch": runlog.Latch, "job": runlog.JobState,
		"checkpoint": runlog.Checkpoint, "pointer": runlog.Pointer, "counter": runlog.Counter, "output": runlog.Output,
		"config": runlog.Config, "watches": runlog.Watches, "tasks": runlog.Tasks, "drained": runlog.Drained,
	}
	kind, is := told[w[1]]
	e := runlog.Event{Kind: kind}
	if !is {
		return e, false
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
