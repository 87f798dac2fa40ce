package flink

import (
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

// monitor is the state of a subtask that adds up a server's samples in windows.
type monitor struct {
	window int // the one that is open, if sum has samples
	sum    figures.Sum
	alert  string // raised or cleared, "" at first
}

// take adds the sample that a record holds. A sample beyond the open window
// closes it, for samples of one directory come in the order of their times; one
// of a window that is closed is late, and dropped. It gives what is to be put
// out.
func (m *monitor) take(dir, data string, length plan.Duration) []Record {
	s, err := figures.Parse(data)
	if err != nil {
		return nil // not a monitor's: it is put out as any record, and adds to nothing
	}
	w := figures.WindowOf(s.At, int64(length/plan.Millisecond))
	if w < m.window {
		return nil
	}
	var out []Record
	if w > m.window {
		if m.sum.Samples > 0 {
			out = m.close(dir)
		}
		m.window, m.sum = w, figures.Sum{}
	}
	m.sum.Add(s)
	return out
}

// close puts out the sum of the open window, and the alert that it changes.
func (m *monitor) close(dir string) []Record {
	out := []Record{{Kind: runlog.Window, Path: dir, Seq: m.window, Data: m.sum.String()}}
	if now := m.sum.Alert(m.alert); now != "" {
		m.alert = now
		out = append(out, Record{Kind: runlog.Alert, Path: dir, Seq: m.window, Data: now})
	}
	return out
}

// tasks are the numbers of a job's subtasks: one for each of its keys, and, with
// windows, one for each server that is monitored.
func (c *Config) tasks(job int) []int {
	list := c.Flink.KeysOf(job)
	if c.Flink.Window > 0 {
		for i := range c.Servers {
			list = append(list, c.Flink.Keys+i+1)
		}
	}
	return list
}
