// Package zab is ZooKeeper's atomic broadcast as ZooKeeper runs it: fast leader
// election, discovery, synchronisation and broadcast, as one machine in the
// sense of package paxos.
//
// # The nouns, in order
//
// A Config is what does not change while a server lives. Durable is what it has
// on disk: two epochs, snapshots, and the log. A Server is Durable, or what is
// on its way there, and Volatile. It is made by New from a disk, takes Boot as
// its first event, and from then on is always in one of three roles:
//
//	looking    it votes. The vote goes to the server with the newest current
//	           epoch, then the longest history, then the highest number. A quorum
//	           that agrees, and 200 ms without a better vote, end the election.
//	following  it dials the leader and takes over its epoch, then its history,
//	           then follows.
//	leading    it gathers a quorum, fixes a new epoch, brings the others to its
//	           own history, and then proposes.
//
// # How an epoch begins
//
//	follower → leader   FOLLOWERINFO  the epoch I have accepted
//	leader → follower   LEADERINFO    the new epoch: greater than any of a quorum
//	follower → leader   ACKEPOCH      accepted (on disk); my current epoch, my last zxid
//	leader → follower   DIFF, TRUNC or SNAP, then PROPOSAL and COMMIT for what is missing
//	leader → follower   NEWLEADER     that was all
//	follower → leader   ACK           all of it is on disk, and so is the current epoch
//	leader → follower   UPTODATE      a quorum has said so: serve
//
// An observer says OBSERVERINFO. From then on PROPOSAL, ACK and COMMIT, and INFORM
// for observers, which is a proposal and its commit in one. The log has a queue of
// its own: an ACK is sent when the entry is on disk, which a Logged event tells.
//
// # The caller's duties
//
// Those of package paxos. Beyond them, only the layer above a leader may call
// Propose, and only while Serves is true. Effects.Applied holds what a step has
// applied, for answering clients.
//
// # Members
//
// A configuration (paxos.Members) says who votes and who observes; its version is the
// zxid of the transaction that made it. A server has two on disk: the one in force
// (Active), and the one last seen (Seen), which is later while a reconfiguration is
// under way. A command that is paxos.Reconfiguring, proposed like any other, makes one:
//
//   - Whoever logs it writes it down as last seen first.
//   - It, and whatever is proposed while it is not committed, needs a quorum of both.
//   - COMMITANDACTIVATE and INFORMANDACTIVATE put it in force, and name who leads from
//     then on: the leader, if it is a voter still, or of the new voters the one that has
//     acknowledged most. Who must change leader, or its own role, turns to that one
//     without an election. A leader that has named another commits nothing more.
//   - Votes are asked of the voters of both, and must be a quorum of both; so must the
//     acknowledgements of NEWLEADER. That carries the last configuration seen, and a
//     leader that begins to serve puts it in force, whatever became of its transaction.
//   - A vote carries the configuration in force. A server that looks for a leader and
//     hears of a later one takes it over, and begins anew.
//
// A server that is in no configuration follows as a voter does, and does not count:
// that is how a new one gets the history before it is taken in, and what becomes of
// one that is removed.
//
// The layer above decides what may be proposed, by Configuration and Synced: one
// reconfiguration at a time, with a version that fits, and none whose new quorum does
// not follow.
//
// # The variants
//
// Quirks are what releases did otherwise, or do: each is a switch, by the issue
// that is about it, and a variant is the set of those that a release has. The one
// without any is the default. A server that is thrown out of its course by what it
// was given tells so with a Threw note, and asks for its own end (Exit) where a
// ZooKeeper server's process, or its only thread that matters, ends.
//
// Before 3.4.0 there were no epoch files and another handshake. NoEpochFiles has the
// rules of that time for votes and epochs, and the messages of today.
//
// # The threads
//
// A machine takes a step at once. In two places ZooKeeper's threads can be overtaken
// by others, and a timer stands for the time they take: a leader's handler on its
// way from DIFF, TRUNC or SNAP to NEWLEADER (1 ms), and a learner's thread while it
// hands a history to the log's queue (20 us for each transaction, with AckOutOfTurn).
// A third thread reads snapshots.
//
// # Snapshots
//
// Every SnapEvery transactions a server begins to read its tree (timerScan, 20 ms)
// while transactions go on, and then has the disk write it down while everything
// else goes on (Effects.Background). What it has read is the tree of no moment, if it
// is a paxos.Piecewise: of the transactions since it began, some show and some do not.
// It is named after the zxid at which it began, and recovery applies all of the log
// after that, which comes to the same as long as applying is idempotent. So does a
// learner that is sent SNAP, with what comes before NEWLEADER. A server writes the
// snapshots of a leader that begins, and of NEWLEADER, while nothing else happens.
//
// The log and the snapshots may lie on two disks (dataLogDir, dataDir; the epochs are
// with the snapshots), and either may be late: Durable takes the writes of each in the
// order of that disk.
//
// # The planted bugs
//
// Bugs lists seven, each a switch that breaks one thing the protocol stands on, and
// after them the mutants, which change less. They are read where the thing is
// decided, and nowhere else. Package campaign/mutants says who notices each.
//
// # Where it departs from the paper (Junqueira, Reed, Serafini 2011)
//
//   - The election chooses the server with the newest history, so the leader
//     never takes over a follower's: the paper's synchronisation the other way
//     round is not there.
//   - There is no COMMIT-LD. UPTODATE takes its place, and NEWLEADER carries no
//     history: that was sent before it.
//
// # Where it departs from ZooKeeper 3.9
//
//   - A snapshot is read in two pieces, of the moments when its reading begins and
//     ends; ZooKeeper's many znodes are of many moments. It begins after SnapEvery
//     transactions applied; ZooKeeper counts those logged, and draws the number.
//   - A snapshot that is being read is given up when an election begins; in
//     ZooKeeper it goes on, and takes in what is applied then without being committed
//     (the quirk scan-goes-on; we read that, and know of no issue).
//   - A server that lags behind the leader's memory is sent the whole state;
//     ZooKeeper may read the transactions from its log files first
//     (snapshotSizeFactor).
//   - Memory that a leader filled while the connection broke before NEWLEADER is
//     built again from disk, after TRUNC, too: ZooKeeper forgets to in that case
//     (ZOOKEEPER-5094).
//   - A TRUNC drops snapshots that hold what is cut off (ZOOKEEPER-4837).
//   - A server starts from a disk whose last zxid is of a later epoch than its
//     current epoch (ZOOKEEPER-1653).
//   - A leader's zxid does not become the first of its epoch when it begins to
//     serve, so two servers of one history have one zxid.
//   - Acknowledgements are cumulative: one for all entries that a sync brought
//     to disk.
//   - Election messages have connections of their own, which are the network's duty:
//     in package sim, the one of the larger number dials (QuorumCnxManager).
//   - The first configuration has version 0 and is that of all servers: a ZooKeeper
//     server that joins is given one that it is in itself, and a leader of the first
//     epoch gives it the version of NEWLEADER.
//   - A server that is in no configuration starts again and follows. ZooKeeper's does not
//     start ("My id 4 not in the peer list").
//   - What was proposed while a reconfiguration was under way needs, once that is in
//     force, a quorum of the new configuration alone; in ZooKeeper of both for good.
//   - A server answers the vote of one that has no voice only while that one looks.
//   - The configuration that is in force with UPTODATE is the one in force at the leader.
//     In ZooKeeper it is the one that came with NEWLEADER, committed or not
//     (the quirk activate-uncommitted; doc/findings/zookeeper-early-members.md).
//   - Weights and groups of a hierarchical quorum are not there, nor addresses.
//   - An observer is a follower without a voice, and is called following; it is
//     never answered by another observer, and does not tell a voter that lags.
//
// # Known weakness
//
// Message order between two servers is the network's duty. The machine does not
// look for gaps in the proposals it gets, as ZooKeeper does not.
package zab
