package flink

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Storage is the file system that all processes of the cluster share: what is
// written is there for all, at once and for good. It is not copied.
type Storage struct {
	files map[string]any
	// Committed are the files that the sink has committed, in that order.
	Committed []Part
}

// NewStorage is an empty file system.
func NewStorage() *Storage { return &Storage{files: map[string]any{}} }

// Has says whether there is a file of that name.
func (s *Storage) Has(name string) bool {
	_, ok := s.files[name]
	return ok
}

func (s *Storage) put(name string, content any) { s.files[name] = content }

func (s *Storage) get(name string) any { return s.files[name] }

// drop deletes a file; false if there is none.
func (s *Storage) drop(name string) bool {
	had := s.Has(name)
	delete(s.files, name)
	return had
}

// commit makes a pending part visible. A part that is not pending has been
// committed before.
func (s *Storage) commit(p Part) bool {
	if !s.drop(p.pendingName()) {
		return false
	}
	s.Committed = append(s.Committed, p)
	return true
}

// Record is one thing that the job has read, and puts out.
type Record struct {
	Path    string // the directory, or plan.ConfigPath
	Seq     int    // within the directory, or the version
	Data    string
	Zxid    uint64
	Version int32
	// Kind is runlog.Output or runlog.Config for what was read, runlog.Window or
	// runlog.Alert for what was made of it. Seq is then the number of the window. It is
	// runlog.Passed for a round of the barrier, whose number Seq is.
	Kind runlog.Kind
}

// Part is what one subtask puts out between two checkpoints: a file that is
// pending until the checkpoint is complete, or a znode.
type Part struct {
	// Job is its number. It is not in the text of a znode, which is in the job's own
	// directory.
	Job     int
	Subtask int
	// Ckpt is the checkpoint that this part belongs to, Attempt the deployment
	// that wrote it, with its leader's token.
	Ckpt    int64
	Attempt int
	Token   string
	Records []Record
}

func (p *Part) pendingName() string {
	return fmt.Sprintf("part-%d-%d-%s.%d", p.Subtask, p.Ckpt, p.Token, p.Attempt)
}

// Outputs gives the events that tell of a part's records.
func (p *Part) Outputs(yield func(runlog.Event) bool) {
	for i := range p.Records {
		r := &p.Records[i]
		e := runlog.Event{
			Kind: r.Kind, Job: JobID(p.Job), Path: r.Path, Num: r.Seq, Data: r.Data, Zxid: r.Zxid,
			Subtask: p.Subtask, Attempt: p.Attempt, Ckpt: p.Ckpt, Token: p.Token,
		}
		switch r.Kind {
		case runlog.Config:
			e.Num, e.Version, e.Mzxid, e.Zxid = 0, r.Version, r.Zxid, 0
		case runlog.Alert:
			e.Text, e.Data = r.Data, ""
		}
		if !yield(e) {
			return
		}
	}
}

// The znode sinks write a part as text, a record a line. Its data come last: they
// may hold spaces, but no line breaks, for clients write none.

func (p *Part) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %d %s\n", p.Subtask, p.Ckpt, p.Attempt, p.Token)
	for _, r := range p.Records {
		fmt.Fprintf(&b, "%v %s %d %d %d %s\n", r.Kind, r.Path, r.Seq, r.Zxid, r.Version, r.Data)
	}
	return b.String()
}

// kindNamed is the kind of a record that has this name, 0 if none has.
func kindNamed(name string) runlog.Kind {
	for _, k := range []runlog.Kind{runlog.Output, runlog.Config, runlog.Window, runlog.Alert, runlog.Passed} {
		if k.String() == name {
			return k
		}
	}
	return 0
}

// ParsePart reads what the znode sink of a job has written.
func ParsePart(job int, text string) (Part, error) {
	p := Part{Job: job}
	head, rest, _ := strings.Cut(text, "\n")
	if _, err := fmt.Sscanf(head, "%d %d %d %s", &p.Subtask, &p.Ckpt, &p.Attempt, &p.Token); err != nil {
		return p, fmt.Errorf("%q is no part: want subtask, checkpoint, attempt and token", head)
	}
	for line := range strings.Lines(rest) {
		var r Record
		words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 6)
		if len(words) == 6 {
			r.Kind = kindNamed(words[0])
		}
		if r.Kind == 0 {
			return p, fmt.Errorf("%q is no record: want kind, path, number, zxid, version and data", line)
		}
		r.Path, r.Data = words[1], words[5]
		seq, bad1 := strconv.Atoi(words[2])
		zxid, bad2 := strconv.ParseUint(words[3], 10, 64)
		version, bad3 := strconv.ParseInt(words[4], 10, 32)
		if err := cmp.Or(bad1, bad2, bad3); err != nil {
			return p, fmt.Errorf("%q is no record: %w", line, err)
		}
		r.Seq, r.Zxid, r.Version = seq, zxid, int32(version)
		p.Records = append(p.Records, r)
	}
	return p, nil
}
