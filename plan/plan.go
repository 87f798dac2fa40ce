package plan

import "slices"

// MaxServers bounds the ensemble: server sets are 32-bit sets, and nobody runs
// a quorum of more.
const MaxServers = 31

// Plan is all that was drawn for one run. The zero value is not valid; see
// Validate.
type Plan struct {
	// Scenario names the story this plan was drawn for.
	Scenario string
	// Seed is what it was drawn from. The model draws from it again, in streams
	// of its own, for whatever the plan leaves open: latencies, torn writes.
	Seed uint64
	// Protocol names the consensus protocol of the model, "" ZAB.
	Protocol string
	// Variant names the protocol version of the model, "" the newest.
	Variant string
	// Bug names a planted bug of the model, "" none.
	Bug string

	Topology Topology
	// Flink is the Flink cluster beside the ensemble, if there is one.
	Flink   Flink
	Setup   []Call
	Clients []Client
	Steps   []Step
}

// Topology is the ensemble and its surroundings.
type Topology struct {
	// Servers is their number, 1 to MaxServers; they are n1, n2, …
	Servers int
	// Observers is how many of them, the last ones, follow and serve without a
	// voice in elections and commits. Model only.
	Observers int
	// Spares is how many of them, the last ones, run and are in no configuration at
	// first: they follow and serve, and may be taken in by a Reconfig step. Observers
	// are the ones before them.
	Spares int
	// Tick is ZooKeeper's tickTime. InitLimit and SyncLimit count ticks: how
	// long a server may take to join a leader, and how far one may fall behind.
	Tick                 Duration
	InitLimit, SyncLimit int
	// SessionTimeout is what clients ask for.
	SessionTimeout Duration
	// Settle is how long clients go on after everything has been healed.
	Settle Duration
	// Net and Disk are what the model's network and disks draw from. Real worlds
	// have their own.
	Net  Net
	Disk Disk
	// DataDisk is the disk of snapshots and epochs (dataDir) where it is not like
	// that of the log (dataLogDir), which is Disk.
	DataDisk Disk
}

// Net is how the model's network behaves when no step disturbs it.
type Net struct {
	// Delay is the least one-way latency; up to Jitter is added.
	Delay, Jitter Duration
	// Loss, Dup and Slow are parts per million of packets: lost, sent twice,
	// and delayed by SlowBy. On a stream, where order is kept and nothing may
	// be missing, a loss is a retransmission, so a delay.
	Loss, Dup, Slow int
	SlowBy          Duration
}

// Disk is how the model's disks behave.
type Disk struct {
	// Sync is the least time that a write and its fsync take; up to Jitter is
	// added.
	Sync, Jitter Duration
}

// Client is one client and its calls, in order.
type Client struct {
	// Name is c1, c2, …; c0 makes the setup calls.
	Name string
	// Server is the one it connects to first, or 0 for the first in its list.
	Server int
	Calls  []Call
}

// ClientName is the name of client i: c1, c2, …, and c0 for setup.
func ClientName(i int) string { return "c" + itoa(i) }

// ServerName is the name of server i: n1, n2, …
func ServerName(i int) string { return "n" + itoa(i) }

// Quorum is the least number of voters of the first configuration that is a majority.
func (t Topology) Quorum() int { return (t.Servers-t.Spares-t.Observers)/2 + 1 }

// Reconfigures says whether the plan is about a change of the ensemble.
func (p *Plan) Reconfigures() bool {
	return p.Topology.Spares > 0 || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Action == Reconfig })
}

// EndsApplication says whether the plan ends its one job, and the Flink cluster with it.
func (p *Plan) EndsApplication() bool {
	return p.Flink.Application && slices.ContainsFunc(p.Steps, Step.EndsJob)
}

// RunsOnlyInModel says what, outside of its steps, needs the model, and why; "" if
// real worlds can do it all.
func (p *Plan) RunsOnlyInModel() string {
	if p.Topology.Observers > 0 {
		return "observers are only in the model"
	}
	return ""
}
