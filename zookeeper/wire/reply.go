package wire

// Header begins every frame of a server but the first.
type Header struct {
	Xid int32
	// Zxid is the last transaction that the server had applied when it answered:
	// of a write, its own. It is not set for watch events.
	Zxid int64
	Err  int32
}

// Reply is what a server answers. Which fields count depends on the request.
type Reply struct {
	Header
	Path  string // of what was created
	Data  string
	Kids  []string
	Stat  Stat
	Parts []Part
}

// Stat is a znode's, without its times.
type Stat struct {
	Czxid, Mzxid, Pzxid         int64
	Version, Cversion, Aversion int32
	Owner                       int64
	Length, Children            int32
}

// Part is the result of one part of a multi.
type Part struct {
	Code Code // Error if it failed
	Err  int32
	Path string
	Stat Stat
}

// Event is what a server says unasked: a watch has fired, or the connection's
// state has changed.
type Event struct {
	Type, State int32
	Path        string
}

// What tells what a watch event is about, as a run log says it: created, deleted,
// data or children; "" for the state of a connection (Watcher.Event.EventType).
func (e Event) What() string {
	switch e.Type {
	case 1:
		return "created"
	case 2:
		return "deleted"
	case 3:
		return "data"
	case 4:
		return "children"
	}
	return ""
}

// APIError is what the errors lie below that a client can be blamed for. A server
// gives them before it proposes anything, but for the ends of sessions
// (KeeperException.Code.APIERROR).
const APIError = -100

// ReadHeader reads the beginning of a frame of a server.
func ReadHeader(frame []byte) (Header, error) {
	d := NewDecoder(frame)
	h := header(d)
	return h, d.Err()
}

func header(d *Decoder) Header { return Header{Xid: d.Int(), Zxid: d.Long(), Err: d.Int()} }

// ReadReply reads the answer to a request of the given kind.
func ReadReply(frame []byte, to Code) (Reply, error) {
	d := NewDecoder(frame)
	r := Reply{Header: header(d)}
	if r.Err != 0 && to != Multi {
		return r, d.Err() // nothing follows
	}
	switch to {
	case Create, Sync:
		r.Path = d.String()
	case Create2, CreateContainer, CreateTTL:
		r.Path, r.Stat = d.String(), stat(d)
	case Exists, SetData, SetACL:
		r.Stat = stat(d)
	case GetData:
		r.Data, r.Stat = d.String(), stat(d)
	case GetChildren:
		r.Kids = d.Strings()
	case GetChildren2:
		r.Kids, r.Stat = d.Strings(), stat(d)
	case Multi:
		r.results(d)
	}
	return r, d.Err()
}

// ReadEvent reads a frame that nobody asked for.
func ReadEvent(frame []byte) (Event, error) {
	d := NewDecoder(frame)
	header(d)
	e := Event{Type: d.Int(), State: d.Int(), Path: d.String()}
	return e, d.Err()
}

func stat(d *Decoder) Stat {
	s := Stat{Czxid: d.Long(), Mzxid: d.Long()}
	d.Long() // ctime
	d.Long() // mtime
	s.Version, s.Cversion, s.Aversion, s.Owner = d.Int(), d.Int(), d.Int(), d.Long()
	s.Length, s.Children, s.Pzxid = d.Int(), d.Int(), d.Long()
	return s
}

// results reads those of a multi. A multi that failed may have none.
func (r *Reply) results(d *Decoder) {
	for d.Err() == nil && d.Left() > 0 {
		code, done, _ := Code(d.Int()), d.Bool(), d.Int()
		if done || d.Err() != nil {
			return
		}
		p := Part{Code: code}
		switch code {
		case Create:
			p.Path = d.String()
		case Create2:
			p.Path, p.Stat = d.String(), stat(d)
		case SetData:
			p.Stat = stat(d)
		case Delete, Check:
		case Error:
			p.Err = d.Int()
		default:
			d.fail("a result of kind %v in a multi", code)
			return
		}
		r.Parts = append(r.Parts, p)
	}
}
