package runlog

import "fmt"

// Operation is one client call with its completion.
type Operation struct {
	Client int   // number of the client; 0 made the setup calls
	Num    int   // which of its calls
	Call   int64 // when it was invoked, in nanoseconds
	// Ret is when it completed. An unknown operation has its Ret where the
	// client gave up on it; it may take effect later.
	Ret     int64
	Node    int // the server it was sent to
	Session int64
	Op      string
	Path    string
	Data    string // what it wrote
	Version int32  // its guard
	Mode    string
	Parts   []Part
	// Out is OK, Fail or Unknown; Result is the ret event, of which the fields
	// count that the operation's kind shows.
	Out    string
	Result Event
	// Line is the number of the call event in the log.
	Line int64
}

// History is the clients' part of a run, by invocation.
type History []Operation

// ImpossibleError says what no world writes, and at which event. In a log the
// event stands in the line after its number, since the header is line 1.
type ImpossibleError struct {
	Event int
	Msg   string
}

func (e *ImpossibleError) Error() string { return fmt.Sprintf("event %d: %s", e.Event, e.Msg) }

func impossible(event int, format string, args ...any) error {
	return &ImpossibleError{event, fmt.Sprintf(format, args...)}
}

// NewHistory gathers the operations from a log's events. It fails, with an
// *ImpossibleError, on what no world writes: a ret without its call, or a client
// with two open calls.
func NewHistory(events []Event) (History, error) {
	var h History
	open := map[int]int{} // client → index in h
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case Call:
			if e.Client < 1 {
				return nil, impossible(i+1, "a call without a client")
			}
			if at, busy := open[e.Client]; busy {
				return nil, impossible(i+1, "client c%d calls while its call %d is open", e.Client-1, h[at].Num)
			}
			open[e.Client] = len(h)
			h = append(h, Operation{
				Client: e.Client - 1, Num: e.Num, Call: e.T, Ret: 1<<63 - 1, Node: e.Node, Session: e.Session, Op: e.Op,
				Path: e.Path, Data: e.Data, Version: e.Version, Mode: e.Mode, Parts: e.Parts, Out: Unknown, Line: int64(i + 1),
			})
		case Ret:
			at, busy := open[e.Client]
			if !busy || h[at].Num != e.Num {
				return nil, impossible(i+1, "client c%d completes call %d, which it has not open", e.Client-1, e.Num)
			}
			if e.T < h[at].Call {
				return nil, impossible(i+1, "client c%d completes call %d before it was made", e.Client-1, e.Num)
			}
			if e.Out != OK && e.Out != Fail && e.Out != Unknown {
				return nil, impossible(i+1, "outcome %q: want ok, fail or unknown", e.Out)
			}
			h[at].Ret, h[at].Out, h[at].Result = e.T, e.Out, *e
			delete(open, e.Client)
		}
	}
	return h, nil
}
