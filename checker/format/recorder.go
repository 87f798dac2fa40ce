package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/schismlab/schism/runlog"
)

// event is one line of a history, before its sense is known.
type event struct {
	line    int
	client  string
	typ     string // invoke, ok, fail, info, refused
	f       string
	key     *node // nil unless a member of its own names it
	value   *node // nil if absent
	index   *int64
	time    *int64
	refusal bool // fail says that the object refused, as porcupine's logs mean it
}

// recorder pairs calls with answers.
type recorder struct {
	file string
	h    History
	open map[string]int // client → index in h.Ops
	// at counts events; last is the event before, for its index.
	at   int
	last event
	// latest is the greatest time so far, and times the last of each client.
	latest moment
	times  map[string]moment
	// model is known from the first function that one model alone has, in
	// line modelled.
	modelled int
	keys     keys
	keyLine  int
	words    map[string]string
}

// moment is a time and the line that has it.
type moment struct {
	time int64
	line int
}

// keys is how a history names the key of an operation. The first one decides.
type keys uint8

const (
	undecided keys = iota
	none
	inValue  // [key value], as Jepsen's independent tests write it
	inMember // a member :key
)

func newRecorder(file string, as Name) *recorder {
	return &recorder{file: file, h: History{Format: as}, open: map[string]int{}, words: map[string]string{}, times: map[string]moment{}, latest: moment{time: math.MinInt64 + slack}}
}

func (r *recorder) errorf(line int, format string, args ...any) error {
	return &runlog.SyntaxError{File: r.file, Line: line, Msg: oneLine(fmt.Sprintf(format, args...))}
}

// oneLine keeps a message that quotes a history to one line of text.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
}

// word keeps one copy of each short text.
func (r *recorder) word(s string) string {
	if kept, seen := r.words[s]; seen {
		return kept
	}
	s = strings.Clone(s)
	if len(s) <= 16 && len(r.words) < 1<<16 {
		r.words[s] = s
	}
	return s
}

func (r *recorder) add(e event) error {
	if err := r.ordered(&e); err != nil {
		return err
	}
	r.last = event{line: e.line, index: e.index}
	r.at++
	switch e.typ {
	case "invoke":
		return r.invoke(&e)
	case "ok", "fail", "info", "refused":
		return r.complete(&e)
	case "":
		return r.errorf(e.line, "an event without a type; want invoke, ok, fail or info")
	}
	return r.errorf(e.line, "type %q; want invoke, ok, fail or info", e.typ)
}

// slack is by how much times may step back between clients in Jepsen's
// histories: its workers note the time a little before the event comes into the
// history. Up to a millisecond has been seen.
const slack = 10e6 // ns

// ordered holds the events to the order that they claim. Where there are
// indexes they count, and times do not.
func (r *recorder) ordered(e *event) error {
	was := &r.last
	switch {
	case e.index != nil && was.index != nil && *e.index <= *was.index:
		return r.errorf(e.line, "out of order: index %d after %d in line %d; want ascending ones", *e.index, *was.index, was.line)
	case e.index != nil || e.time == nil:
		return nil
	case r.h.Format == Jepsen:
		own, before := r.times[e.client]
		if before && *e.time < own.time {
			return r.errorf(e.line, "out of order: process %s at time %d after %d in line %d; want its events in the order of their times", e.client, *e.time, own.time, own.line)
		}
		r.times[r.word(e.client)] = moment{*e.time, e.line}
		if *e.time < r.latest.time-slack {
			return r.late(e)
		}
	case *e.time < r.latest.time:
		return r.late(e)
	}
	if *e.time > r.latest.time {
		r.latest = moment{*e.time, e.line}
	}
	return nil
}

func (r *recorder) late(e *event) error {
	return r.errorf(e.line, "out of order: time %d after %d in line %d; want the events in the order of their times", *e.time, r.latest.time, r.latest.line)
}

func (r *recorder) invoke(e *event) error {
	if i, busy := r.open[e.client]; busy {
		o := &r.h.Ops[i]
		return r.errorf(e.line, "process %s calls %s while its %v of line %d is open; want its answer first", e.client, e.f, o.Do, o.Line)
	}
	do, err := r.function(e)
	if err != nil {
		return err
	}
	o := Op{Client: r.word(e.client), Do: do, Call: r.at, Ret: Never, Line: e.line}
	value, err := r.split(e, &o)
	if err != nil {
		return err
	}
	if err := r.arguments(e, &o, value); err != nil {
		return err
	}
	r.open[o.Client] = len(r.h.Ops)
	r.h.Ops = append(r.h.Ops, o)
	return nil
}

func (r *recorder) complete(e *event) error {
	i, busy := r.open[e.client]
	if !busy {
		return r.errorf(e.line, "process %s answers %s before it asks; want its invoke first", e.client, e.typ)
	}
	o := &r.h.Ops[i]
	if do, known := functions[e.f]; !known || do != o.Do {
		return r.errorf(e.line, "process %s answers %q, and its open call of line %d is %v; want the same", e.client, e.f, o.Line, o.Do)
	}
	delete(r.open, e.client)
	o.RetLine = e.line
	switch {
	case e.typ == "info":
		return nil // it may take effect later
	case e.typ == "refused" || e.typ == "fail" && e.refusal && o.Do == CAS:
		if o.Do != CAS && o.Do != Acquire && o.Do != Release && o.Do != Dequeue {
			return r.errorf(e.line, "a %v that was refused; want ok, fail or info", o.Do)
		}
		o.Outcome, o.Ret = Refused, r.at
		return nil
	case e.typ == "fail":
		o.Outcome, o.Ret = Failed, r.at
		return nil
	}
	o.Outcome, o.Ret = OK, r.at
	return r.result(e, o)
}

// finish tells what the whole is. Calls that are still open have not been
// answered: their outcome is unknown.
func (r *recorder) finish() (*History, error) {
	if len(r.h.Ops) == 0 {
		return nil, r.errorf(1, "no operation in it; want calls and answers of clients")
	}
	if r.h.Model == "" {
		r.h.Model = Register // reads alone
	}
	r.h.Keyed = r.keys == inValue || r.keys == inMember
	for i := range r.h.Ops {
		o := &r.h.Ops[i]
		if r.h.Model == Set && o.Do == Read && o.Outcome == OK && o.Items == nil {
			return nil, r.errorf(o.RetLine, "a read of a set that gives %s; want all its elements", o.Out)
		}
		if r.h.Model == Set {
			o.Out = ""
		} else {
			o.Items = nil
		}
	}
	return &r.h, nil
}

// client tells a client from the others that write into a history: 3, "c3".
// Jepsen's nemesis has a keyword for its name.
func client(n *node) (string, bool) {
	if n == nil || n.kind != atom && n.kind != text || strings.HasPrefix(n.text, ":") || n.text == "nemesis" {
		return "", false
	}
	if _, err := strconv.Atoi(n.text); err != nil && n.kind == atom {
		return "", false
	}
	return n.text, n.text != ""
}
