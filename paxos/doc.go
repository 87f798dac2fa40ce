// Package paxos holds what all consensus protocols of this module share: who
// takes part, what they say to each other, and the form of a protocol machine.
// The protocols themselves are in the packages below: paxos/zab, paxos/synod and
// paxos/multi. What plays the latter two on random schedules, and watches them, is
// in the schedule folder of each.
//
// # The nouns, in order
//
// An ID names a process: a server (1 to 31) or a client. A Set is a set of
// servers. A Zxid numbers a transaction: an epoch and a counter. An Entry is a
// transaction, a Command with its Zxid. A State is what the transactions act
// on, as a persistent value: applying an entry gives a new State and leaves the
// old one as it was. A DB is a State together with the history that led to it,
// as a zxid and a chained digest.
//
// A machine is a struct with a method
//
//	Step(ev *Event, out *Effects)
//
// that takes one Event and appends what is to be done to out. It has no clock,
// no goroutine, no I/O and draws no random numbers; it does not allocate in
// steady state beyond the growth of its log. So a machine can be copied,
// compared and fingerprinted, and the same code serves the simulator, a search,
// a browser and a check against recorded runs.
//
// # The caller's duties
//
// Effects are carried out in their order. A Persist effect must be durable
// before the effects after it are carried out, and before the machine takes
// another event: a crash may fall between any two effects, and that is the
// point. An Append is different: it goes to the log's own queue, the machine
// goes on, and it learns by a Logged event that its entries are on disk, as
// ZooKeeper's SyncRequestProcessor does it.
//
// Messages with a Conn travel on a connection: in order, none lost or doubled
// while it lives, and both ends learn of its end by a Closed event, if the
// network lets them. Messages without one, of ZooKeeper's election, keep their
// order between two servers but may vanish.
//
// Timers are numbered per machine; setting one again replaces it. Notes say
// what an observer may want to know. They have no effect on the run.
package paxos
