package plan

import "strconv"

// Op is the kind of a client's call.
type Op uint8

// The operations of ZooKeeper's client that a plan can ask for.
const (
	Get Op = iota + 1
	Set
	Create
	Delete
	Exists
	Children
	Sync
	Check // a part of Multi; alone it is what no client library sends (ZOOKEEPER-2623)
	Multi
	AddWatch      // leaves a watch that stays until it is taken away
	RemoveWatches // takes away all that this client watches a znode with
)

var opNames = [...]string{Get: "get", Set: "set", Create: "create", Delete: "delete", Exists: "exists", Children: "children", Sync: "sync", Check: "check", Multi: "multi", AddWatch: "addWatch", RemoveWatches: "removeWatches"}

// String is the operation's name in a plan and in a run log.
func (o Op) String() string {
	if int(o) < len(opNames) && o != 0 {
		return opNames[o]
	}
	return "op" + strconv.Itoa(int(o))
}

// OpNamed is the operation of that name, or 0.
func OpNamed(name string) Op {
	for i, n := range opNames {
		if n == name && i > 0 {
			return Op(i)
		}
	}
	return 0
}

// Writes says whether o goes through the leader as a transaction.
func (o Op) Writes() bool { return o == Set || o == Create || o == Delete || o == Multi }

// Versions that are no version.
const (
	AnyVersion  int32 = -1 // ZooKeeper's own word for "do not compare"
	SeenVersion int32 = -2 // the version this client last saw at the path
)

// Value is what a call writes: a text, or a number reckoned from what the
// client last read at the path.
type Value struct {
	Text  string
	Seen  bool  // the value last read, as a number, plus Delta; Text is empty
	Delta int64 // only with Seen
	// Figures is a server: the value is what it says of itself when the call is made,
	// as package zookeeper/figures writes it. 0: the value is something else.
	Figures int
}

// Text is the literal value s.
func Text(s string) Value { return Value{Text: s} }

// SeenPlus is the number last read at the path, plus d.
func SeenPlus(d int64) Value { return Value{Seen: true, Delta: d} }

// FiguresOf is what server n says of itself when the call is made.
func FiguresOf(n int) Value { return Value{Figures: n} }

// Call is one operation of a client.
type Call struct {
	// After is how long the client waits before it makes the call.
	After Duration
	Op    Op
	Path  string
	// Value is what Set and Create write.
	Value Value
	// Version guards Set, Delete and Check.
	Version int32
	// Ephemeral and Sequential are for Create.
	Ephemeral, Sequential bool
	// Watch leaves a one-shot watch; for Get, Exists and Children.
	Watch bool
	// Recursive is for AddWatch: it watches all below the znode, too.
	Recursive bool
	// Parts are the parts of a Multi: Create, Set, Delete and Check, whose
	// After and Watch are zero.
	Parts []Call
}

// Memory is what one client has seen so far, by path: what "seen" in a call
// refers to. The zero value has seen nothing.
type Memory struct{ seen []sighting }

type sighting struct {
	path    string
	value   string
	version int32
}

// Saw records a value and version that a reply showed.
func (m *Memory) Saw(path, value string, version int32) {
	for i := range m.seen {
		if m.seen[i].path == path {
			m.seen[i].value, m.seen[i].version = value, version
			return
		}
	}
	m.seen = append(m.seen, sighting{path, value, version})
}

// Forget records that the znode was found to be missing.
func (m *Memory) Forget(path string) {
	for i := range m.seen {
		if m.seen[i].path == path {
			m.seen = append(m.seen[:i], m.seen[i+1:]...)
			return
		}
	}
}

// Resolve turns c into a call that refers to nothing seen. It is false when c
// depends on something this client has not seen, or on a number where a text
// was; such a call is not made.
func (m *Memory) Resolve(c Call) (Call, bool) {
	if len(c.Parts) > 0 {
		parts := make([]Call, len(c.Parts))
		for i, p := range c.Parts {
			var ok bool
			if parts[i], ok = m.Resolve(p); !ok {
				return c, false
			}
		}
		c.Parts = parts
	}
	if !c.Value.Seen && c.Version != SeenVersion {
		return c, true
	}
	for _, s := range m.seen {
		if s.path != c.Path {
			continue
		}
		if c.Version == SeenVersion {
			c.Version = s.version
		}
		if c.Value.Seen {
			n, err := strconv.ParseInt(s.value, 10, 64)
			if err != nil {
				return c, false
			}
			c.Value = Text(strconv.FormatInt(n+c.Value.Delta, 10))
		}
		return c, true
	}
	return c, false
}
