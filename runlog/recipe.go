package runlog

// WatchMode is the word in a call's Mode that says it asks for a one-shot watch.
const WatchMode = "watch"

// Words in the Mode of a create whose znode the servers may remove when it has no
// children: a container, and a znode with a time to live.
const (
	ContainerMode = "container"
	TTLMode       = "ttl"
)

// OpAddWatch leaves a watch that stays; Recursive in its Mode says that it is of all
// below the znode, too. OpRemoveWatches takes away all that the client watches a
// znode with.
const (
	OpAddWatch      = "addWatch"
	OpRemoveWatches = "removeWatches"
	Recursive       = "recursive"
)

// The operations of recipes: what an application does with a lock, a queue, a
// leader election and so on, whatever calls of ZooKeeper carry it out. They are
// written as Call and Ret events like any other. Path names the object, such as
// the znode under which a lock lives; Data, Kids and Czxid are used as said
// here, and the other fields stay empty. A recipe's operation spans the calls
// that carry it out, and a client has one open call at most: so a log that
// shows both gives each recipe a client number of its own.
const (
	// OpAcquire: the client holds the lock Path. The Ret's Czxid is the fencing
	// token, which must grow from each holder to the next; the znode's czxid
	// serves. 0: the recipe has none. OpRelease: ok when the client gave the lock up
	// with this, fail when it no longer held it. OpUse: a
	// resource that the lock guards has taken a request with the token in the
	// Ret's Czxid.
	OpAcquire = "acquire"
	OpRelease = "release"
	OpUse     = "use"
	// OpEnqueue: Data was put into the queue Path. OpDequeue: the Ret's Data was
	// taken out of it, or Fail with Empty.
	OpEnqueue = "enqueue"
	OpDequeue = "dequeue"
	// OpElect: the client leads at Path, with the token in the Ret's Czxid, as of
	// OpAcquire. OpResign: it no longer does.
	OpElect  = "elect"
	OpResign = "resign"
	// OpEnter, OpLeave: the client has passed the double barrier Path, as one of
	// Version members. Data tells rounds at one Path apart.
	OpEnter = "enter"
	OpLeave = "leave"
	// OpJoin: the client is in the group Path under the name Data. OpPart: no longer.
	// OpMembers: the Ret's Kids are the names in the group.
	OpJoin    = "join"
	OpPart    = "part"
	OpMembers = "members"
	// OpAdd: Data, a decimal number ("" is 1), was added to the counter Path; the
	// Ret's Data, if any, is the sum after it. OpRead: the Ret's Data is the sum.
	OpAdd  = "add"
	OpRead = "read"
	// OpCached: the client's cache of Path holds the Ret's Data with its Mzxid; or
	// Fail with NoNode when it holds nothing.
	OpCached = "cached"
)

// Empty is the Err of an OpDequeue that found nothing.
const Empty = "Empty"
