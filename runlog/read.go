package runlog

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// SyntaxError says what is wrong in a log, where, and what would be right.
type SyntaxError struct {
	File string
	Line int // from 1; the header is line 1
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// maxLine bounds one event. The children of a znode are the longest.
const maxLine = 16 << 20

// Reader reads a log, an event at a time.
type Reader struct {
	Header Header

	file  string
	in    *bufio.Scanner
	line  int
	last  int64
	ended bool
}

// NewReader reads the header of the log in r. The file name is used in errors
// only, which are *SyntaxError or errors of r.
func NewReader(file string, r io.Reader) (*Reader, error) {
	rd := &Reader{file: file, in: bufio.NewScanner(r)}
	rd.in.Buffer(make([]byte, 0, 64<<10), maxLine)
	var h struct {
		Schism, Scenario, World, Protocol, Variant, Bug string
		Seed                                            uint64
		Format, Servers, Clients, Parties               int
		Session, Checkpoint, Join, Window               int64
		Tolerant, Application                           bool
	}
	rd.line = 1
	if !rd.in.Scan() {
		if err := rd.in.Err(); err != nil {
			return nil, rd.errorf("%v", err)
		}
		return nil, rd.errorf("empty, want a run log, whose first line is %s…", `{"schism":"run log","format":1,`)
	}
	if err := json.Unmarshal(rd.in.Bytes(), &h); err != nil || h.Schism != "run log" {
		return nil, rd.errorf("not a run log: want a first line that begins %s", `{"schism":"run log","format":1,`)
	}
	if h.Format != 1 {
		return nil, rd.errorf("run log of format %d: this program reads format 1", h.Format)
	}
	rd.Header = Header{
		Scenario: h.Scenario, Seed: h.Seed, World: h.World, Protocol: h.Protocol, Variant: h.Variant, Bug: h.Bug,
		Servers: h.Servers, Clients: h.Clients, Session: h.Session, Checkpoint: h.Checkpoint, Tolerant: h.Tolerant, Application: h.Application, Join: h.Join, Window: h.Window, Parties: h.Parties,
	}
	return rd, nil
}

// Read reads the next event into e and returns its number. At the end it
// returns io.EOF; a log that does not end with an End event is cut off, and
// that is an error.
func (r *Reader) Read(e *Event) (int64, error) {
	r.line++
	if !r.in.Scan() {
		if err := r.in.Err(); err != nil {
			return 0, r.errorf("%v", err)
		}
		if !r.ended {
			return 0, r.errorf("the log is cut off: want a last line with kind \"end\"")
		}
		return 0, io.EOF
	}
	if r.ended {
		return 0, r.errorf("more lines after the one with kind \"end\"")
	}
	*e = Event{}
	d := decoder{b: r.in.Bytes()}
	n, err := d.event(e)
	if err != nil {
		return 0, r.errorf("%v", err)
	}
	if n != r.last+1 {
		return 0, r.errorf("event number %d, want %d: lines are missing or out of order", n, r.last+1)
	}
	if e.Cause < 0 || e.Cause >= n {
		return 0, r.errorf("cause %d is not an earlier event", e.Cause)
	}
	r.last, r.ended = n, e.Kind == End
	return n, nil
}

func (r *Reader) errorf(format string, args ...any) error {
	return &SyntaxError{r.file, r.line, fmt.Sprintf(format, args...)}
}

// ReadAll reads a whole log.
func ReadAll(file string, r io.Reader) (Header, []Event, error) {
	rd, err := NewReader(file, r)
	if err != nil {
		return Header{}, nil, err
	}
	var events []Event
	for {
		var e Event
		if _, err := rd.Read(&e); err == io.EOF {
			return rd.Header, events, nil
		} else if err != nil {
			return rd.Header, events, err
		}
		events = append(events, e)
	}
}
