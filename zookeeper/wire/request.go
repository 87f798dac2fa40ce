package wire

// Connect is the first frame of a client: it asks for a session, or for the one
// that it has.
type Connect struct {
	// Seen is the last zxid that the client has seen.
	Seen int64
	// Timeout is in milliseconds.
	Timeout int32
	Session int64 // 0 asks for a new one
}

// Accept is the server's answer. A Timeout of 0 says that the session is over.
type Accept struct {
	Timeout int32
	Session int64
}

// Request is what a client asks for. Which fields count depends on Code.
type Request struct {
	Xid     int32
	Code    Code
	Path    string
	Data    string
	Version int32
	// Flags are CreateMode's number: see Ephemeral and Sequential. Of AddWatch they are
	// the mode, see Recursive; of RemoveWatches the kind of watch, see WatcherAny.
	Flags int32
	Watch bool
	// Stays and StaysBelow are the watches that a SetWatches2 asks for again: on a znode
	// and its children, and on a znode and all below it.
	Stays, StaysBelow []string
	// Parts are those of a multi, in order, each with its Code.
	Parts []Request
}

// Ephemeral says whether a create is of a znode that lives with its session;
// Sequential, whether the server is to number it. The modes above 3 are those of
// containers and of znodes with a time to live (CreateMode).
func (r *Request) Ephemeral() bool { return r.Flags == 1 || r.Flags == 3 }

// Sequential is described at Ephemeral.
func (r *Request) Sequential() bool { return r.Flags == 2 || r.Flags == 3 || r.Flags == 6 }

// Recursive says whether an AddWatch is of all below its znode, too.
func (r *Request) Recursive() bool { return r.Code == AddWatch && r.Flags == 1 }

// ReadConnect reads the first frame of a client.
func ReadConnect(frame []byte) (Connect, error) {
	d := NewDecoder(frame)
	d.Int() // protocol version
	c := Connect{Seen: d.Long(), Timeout: d.Int(), Session: d.Long()}
	_ = d.String() // password
	return c, d.Err()
}

// ReadAccept reads the first frame of a server.
func ReadAccept(frame []byte) (Accept, error) {
	d := NewDecoder(frame)
	d.Int() // protocol version
	a := Accept{Timeout: d.Int(), Session: d.Long()}
	_ = d.String() // password
	return a, d.Err()
}

// ReadRequest reads any later frame of a client. What it does not know it
// leaves unread.
func ReadRequest(frame []byte) (Request, error) {
	d := NewDecoder(frame)
	r := Request{Xid: d.Int(), Code: Code(d.Int())}
	r.body(d)
	return r, d.Err()
}

func (r *Request) body(d *Decoder) {
	switch r.Code {
	case Create, Create2, CreateContainer, CreateTTL:
		r.Path, r.Data = d.String(), d.String()
		acls(d)
		r.Flags = d.Int()
		if r.Code == CreateTTL {
			d.Long()
		}
	case Delete, Check:
		r.Path, r.Version = d.String(), d.Int()
	case SetData:
		r.Path, r.Data, r.Version = d.String(), d.String(), d.Int()
	case Exists, GetData, GetChildren, GetChildren2:
		r.Path, r.Watch = d.String(), d.Bool()
	case AddWatch, RemoveWatches:
		r.Path, r.Flags = d.String(), d.Int()
	case SetWatches2:
		d.Long() // the last zxid seen
		for range 3 {
			d.Strings() // those that fire once
		}
		r.Stays, r.StaysBelow = d.Strings(), d.Strings()
	case Sync, GetACL, DeleteContainer:
		r.Path = d.String()
	case SetACL:
		r.Path = d.String()
		acls(d)
		r.Version = d.Int()
	case Multi, MultiRead:
		r.parts(d)
	}
}

// parts reads a multi's: each with a header that says its code; the last header
// says that it is the last.
func (r *Request) parts(d *Decoder) {
	for d.Err() == nil {
		code, done, _ := Code(d.Int()), d.Bool(), d.Int()
		if done || d.Err() != nil {
			return
		}
		p := Request{Code: code}
		if code == Multi || code == MultiRead {
			d.fail("a multi within a multi")
			return
		}
		if p.body(d); p.Path == "" {
			d.fail("a %v as part of a multi", code)
			return
		}
		r.Parts = append(r.Parts, p)
	}
}

// acls passes over a vector of permissions, scheme and id.
func acls(d *Decoder) {
	for range d.Vector(12) {
		d.Int()
		_ = d.String()
		_ = d.String()
	}
}
