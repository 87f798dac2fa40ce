package cluster

import (
	"context"
	"time"
)

// Ensemble is a set of real ZooKeeper servers that a run has to itself, with
// the faults that can be put on them. Servers are numbered from 1, as in
// ZooKeeper's own myid.
//
// Every method may be called from several goroutines. A method returns when
// the fault is in force: the process is gone, the rule is installed, the link
// holds its bytes back. That is what lets a run log say when a fault began
// rather than when somebody wished for it.
type Ensemble interface {
	// Size is the number of servers, at least 1.
	Size() int

	// ClientAddr is the host:port on 127.0.0.1 where clients reach server n.
	// It stays the same when the server is killed and started again.
	ClientAddr(n int) string

	// Start starts server n, which must not be running, and returns once its
	// process exists. It does not wait until the server serves: see Status.
	Start(ctx context.Context, n int) error

	// Kill ends server n as a power cut would end the process (SIGKILL) and
	// returns once it is gone. What the kernel had already been handed stays.
	Kill(ctx context.Context, n int) error

	// Pause stops server n in its tracks (SIGSTOP or the cgroup freezer): its
	// connections stay open and nobody is told. Resume wakes it up.
	Pause(ctx context.Context, n int) error
	Resume(ctx context.Context, n int) error

	// SetLink puts the traffic that server from sends to server to into the
	// given state, on connections that exist and on those to come, whichever
	// side dialled them. The zero Link heals.
	SetLink(ctx context.Context, from, to int, l Link) error

	// Status asks server n itself, over its client port, what it is. An error
	// means that it does not serve at the moment, and says why.
	Status(ctx context.Context, n int) (Status, error)

	// Dir is the folder in which the run keeps what server n writes and says:
	// its configuration, data and log.
	Dir(n int) string

	// Version is the release of ZooKeeper that runs, "3.9.5".
	Version() string

	// Close kills every server and removes all that the ensemble made outside
	// of its own folder: containers, networks, rules, processes.
	Close() error
}

// Barrier is an Ensemble that can also refuse connections to one of a server's
// two peer ports, which no Link does.
type Barrier interface {
	// Bar, if shut, lets nobody open a connection to the quorum port of server n,
	// over which followers synchronise with it, until it is called with false.
	// Connections that exist go on, and so do elections. It returns when the
	// change is in force.
	Bar(ctx context.Context, n int, shut bool) error
}

// Reconfigurable is an Ensemble whose servers may be changed while it runs: all of them
// know each other by the same addresses.
type Reconfigurable interface {
	// Member is what a configuration says of server n in a role, participant or
	// observer: server.4=10.0.0.4:2888:3888:participant;10.0.0.4:2181.
	Member(n int, role string) string
}

// Lodging is an Ensemble in whose network there is room for other machines than its
// servers', each with an address of its own.
type Lodging interface {
	Ensemble
	// Inside is the host:port where machines of that network reach server n as clients.
	Inside(n int) string
	// Lodge makes a machine, which is there until the ensemble is closed.
	Lodge(ctx context.Context, g Guest) (Machine, error)
	// SetWay is SetLink between any two machines: n1, or the name of a guest.
	SetWay(ctx context.Context, from, to string, l Link) error
}

// Guest is what a machine is wanted for: a process of Flink, a JVM.
type Guest struct {
	// Name is unlike those of other guests, and none of n1, n2, ….
	Name string
	// Flink is the release whose jars the machine has.
	Flink string
	// Ports are those on which this machine, too, must reach the process.
	Ports []int
	// Folders and Files are absolute paths that exist here, and there in the same
	// place; files are for reading only.
	Folders, Files []string
	// Dir, in one of the folders, is where the process works. What it says goes to the
	// end of the file Log.
	Dir, Log string
}

// Machine runs one process, which comes and goes. Its methods may be called from
// several goroutines.
type Machine interface {
	// Addr is its address in the network, Published where this machine reaches one of
	// Guest.Ports, as host:port; both stay. Classpath is where it has the jars.
	Addr() string
	Published(port int) string
	Classpath() string
	// Start runs java with the arguments, which are the same each time. It returns when
	// the process exists.
	Start(ctx context.Context, args []string) error
	// Kill, Pause and Resume are those of an Ensemble; one that has ended by itself
	// counts as killed.
	Kill(ctx context.Context) error
	Pause(ctx context.Context) error
	Resume(ctx context.Context) error
	// Ended is closed when the process that was started last has ended and all that it
	// said is in its log. It is nil while none has been started, and after Kill.
	Ended() <-chan struct{}
	// ExitCode is the one with which the process ended, 128 and the signal's number if one
	// ended it. It is for a process that has ended.
	ExitCode(ctx context.Context) (int, error)
}

// Link is the state of one direction between two servers.
type Link struct {
	// Cut lets nothing through. What a sender hands over meanwhile arrives
	// after the link heals, if the connection still lives then, as TCP does it.
	Cut bool
	// Delay is added to each piece of traffic, plus a part of Jitter drawn
	// evenly from [0, Jitter). Order within a connection is kept.
	Delay, Jitter time.Duration
	// Loss is the share of packets lost, in parts per million. Under TCP a
	// loss shows as a retransmission: the stream stalls for a while and goes on.
	Loss int
}

// Status is what a server says of itself in its answer to srvr.
type Status struct {
	// Mode is "leader", "follower", "observer" or "standalone".
	Mode string
	// Zxid is the last transaction that the server has applied.
	Zxid uint64
	// Znodes is the number of znodes in its tree.
	Znodes int
}

// Epoch is the epoch in which the server's last transaction was proposed: the
// upper half of its zxid. A new leader that has proposed nothing yet still
// shows the epoch it announced.
func (s Status) Epoch() uint32 { return uint32(s.Zxid >> 32) }

// Options say which ensemble to start.
type Options struct {
	// Servers is the number of servers, at least 1.
	Servers int
	// Reconfigures starts servers whose configuration can be changed, for a
	// Reconfigurable; Spares is how many of them, the last ones, are in none at first.
	Reconfigures bool
	Spares       int
	// Version is a release of ZooKeeper that cluster/artifact knows.
	Version string
	// Dir is an existing folder for all files of the run.
	Dir string
	// Tick is ZooKeeper's tickTime; InitLimit and SyncLimit count ticks.
	Tick                 time.Duration
	InitLimit, SyncLimit int
	// Seed fixes what the links draw: jitter and loss.
	Seed uint64
}
