// Package zookeeper is what a ZooKeeper server is besides consensus, and a
// client for it: the tree of znodes, sessions, watches, and the pipeline from a
// request to its reply. All of it is pure, in the sense of package paxos.
//
// # The nouns, in order
//
// A Tree is the replicated state: znodes and open sessions. It is a persistent
// value: a change gives a new tree and shares what did not change. So a snapshot
// is an assignment, and the leader's view of what will be when all proposals are
// applied is just another tree.
//
// A Request is what a client asks for. The leader prepares it against that view
// and makes it a Txn, which says the result rather than the wish: version 4, not
// "one more"; this name, not "the next". A request that cannot be done becomes
// an error transaction, which takes a zxid and changes nothing. A Reply is read
// from the tree right after the transaction was applied, on the server where the
// client is connected.
//
// A Server is a machine: it carries a Consensus, such as a zab.Server, and looks
// at what each step of it has applied. It answers reads from its own tree, at once: they may be
// stale. It forwards writes, and syncs, to the leader, and keeps each client's
// calls in order.
//
// What servers ask each other for their clients goes over the consensus's
// connections, or, where it has none, by datagrams that may be lost or come
// twice: a follower then asks again each half tick, and the leader takes each
// call of a session once. See the file leader.go.
//
// A session is opened and closed by transactions. The leader watches over all
// sessions; followers tell it whom they have heard of in their answers to pings.
// A client that connects to another server takes its session along, if the
// leader says that it is alive. A server refuses a client that has seen more
// than it has.
//
// A watch is left at one server, fires once, and its event is sent before the
// reply that would show the change. One left by addWatch stays until removeWatches
// takes it away: it tells of a znode and its children, or, recursive, of a znode
// and all below it. A client sets its watches again when it connects anew; those
// that fire once are then told what they have missed, and those that stay are not.
//
// A reconfiguration is a write, too: some servers join, as voters or observers, and
// some leave. The leader asks its consensus (Reconfigurable) whether the change may be
// made now, and refuses it if not. /zookeeper/config, where a tree has it, shows the
// configuration that was applied last.
//
// A Client is a machine, too: it keeps one session on one connection at a time,
// makes calls whose replies come in order, and knows three outcomes: a reply, a refusal, or
// that the connection broke, after which nobody can say.
//
// # The caller's duties
//
// Those of package paxos. The user of a Client empties Told after each step.
//
// # Where it departs from ZooKeeper 3.9
//
//   - A check outside of a multi is refused, as from 3.8.5 and 3.9.3 on; a Config
//     may ask for what was done before (ZOOKEEPER-2623).
//   - A reconfiguration says who joins and who leaves, not the whole list; servers have no
//     addresses, and nobody must be the superuser.
//   - No ACLs, quotas, containers, TTLs, local sessions, or read-only mode.
//   - removeWatches takes all watches of the client on a znode away (type ANY).
//     Every variant has watches that stay; ZooKeeper has them from 3.6 on. A Config
//     may ask for one mode a znode and client, as before 3.9 (ZOOKEEPER-4466).
//   - A session's number is made of the server and the connection, not the time;
//     there is no password.
//   - A transaction carries no time, so a Stat shows none.
//   - The Stat of a set within a multi shows the znode as the whole multi left it,
//     but for the version.
//   - The leader's answer to a sync is given at once when nothing is under way.
//     So is ZooKeeper's: neither asks a quorum (ZOOKEEPER-1675).
//
// # Known weakness
//
// Closing a session looks at every znode for its ephemerals. Watches are kept in
// a list. Both are meant for the trees of tests, some thousand znodes.
package zookeeper
