package flinkjob

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// Events are the events of a run's log that tell of a batch, in the order of its
// lines: Output for records, Config for versions of the configuration. An alert
// is a Violated: that the job's own state is right is an invariant. None has a
// time; Proc is not known. The batches of a whole output, in the order in which
// they were read, give the order that runlog.Output asks for.
func (b Batch) Events(job string) []runlog.Event {
	var all []runlog.Event
	for _, l := range b.Lines {
		e := runlog.Event{Job: job, Path: l.Path, Data: l.Data, Subtask: l.Subtask, Attempt: l.Attempt, Ckpt: b.Checkpoint}
		switch l.Kind {
		case Record:
			e.Kind, e.Num, e.Czxid = runlog.Output, int(l.Number), l.Zxid
		case Config:
			e.Kind, e.Version, e.Mzxid = runlog.Config, int32(l.Number), l.Zxid
		case Window:
			e.Kind, e.Num = runlog.Window, int(l.Number)
		case Round:
			e.Kind, e.Num, e.Czxid = runlog.Passed, int(l.Number), b.Czxid
		case Notice:
			e.Kind, e.Num, e.Text, e.Data = runlog.Alert, int(l.Number), l.Data, ""
		case Alert:
			e.Kind, e.Msg = runlog.Violated, "KeyedSequence"
			e.Text = fmt.Sprintf("the job's state of %s stood at %d when %d came", l.Path, l.After, l.Got)
		}
		all = append(all, e)
	}
	return all
}

// Last is the highest number of a record in the output, by its path. Records of
// a path are read in order by one subtask, so once the last one is there, what
// is missing before it will never come.
func Last(output []Batch) map[string]int64 {
	last := map[string]int64{}
	for _, b := range output {
		for _, l := range b.Lines {
			if was, found := last[l.Path]; l.Kind == Record && (!found || l.Number > was) {
				last[l.Path] = l.Number
			}
		}
	}
	return last
}
