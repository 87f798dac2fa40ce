package mutants

import "github.com/schismlab/schism/sim"

// ofZAB are the mutants of ZAB, by the part of the protocol.
var ofZAB = []Mutant{
	// Planted in scenarios, too: see schism kills.
	inScenario("ack-before-sync", "full-restart", "LeaderLogCompleteness", 6),
	inScenario("minority-commit", "leader-partition", "LeaderLogCompleteness", 3),
	inScenario("skip-truncate", "quorum-loss", "ProcessConsistency", 9),
	inScenario("stale-epoch-vote", "leader-crash", "CommittedLogDurability", 15),
	inScenario("out-of-order-delivery", "rolling-restart", "LocalPrimaryOrder", 3),
	inScenario("deposed-leader-write", "leader-pause", "PrefixConsistency", 3),
	inScenario("lose-log-tail", "full-restart", "LeaderLogCompleteness", 3),

	// The election.
	inScenario("vote-shortest", "full-restart", "recovery ensemble", 6),
	inScenario("vote-without-zxid", "full-restart", "recovery ensemble", 6),
	inScenario("vote-without-epoch", "mixed", "recovery ensemble", 18),
	inScenario("elect-minority", "leader-crash", "recovery ensemble", 6),
	survivor(sim.ZAB, "decide-at-once", "leader-crash", 5, "the wait saves elections, not safety: who leads too early finds no quorum that is not ahead of it, and looks again"),
	survivor(sim.ZAB, "follow-anybody", "leader-crash", 5, "who is followed and does not lead has no port open: the follower gives up dialling, and looks again"),

	// A new epoch.
	survivor(sim.ZAB, "epoch-minority", "mixed", 5, "an epoch that some of the quorum have accepted before gets no quorum of ACKEPOCH, and the leader looks again"),
	inScenario("epoch-not-raised", "full-restart", "recovery ensemble", 3),
	inScenario("forget-accepted-epoch", "full-restart", "PrimaryIntegrity", 3),
	survivor(sim.ZAB, "forget-current-epoch", "mixed", 5, "the zxids in the log tell the epoch again at the first transaction; before it there is nothing to lose"),
	survivor(sim.ZAB, "count-old-promise", "mixed", 5, "two leaders of one epoch need two quorums of FOLLOWERINFO that do not meet"),
	survivor(sim.ZAB, "lead-behind", "mixed", 5, "the election has chosen the one that is ahead; the check is for what crashes between the two"),
	survivor(sim.ZAB, "ack-epoch-minority", "mixed", 5, "the quorum of NEWLEADER's ACKs is asked for all the same"),

	// Synchronisation.
	inScenario("diff-skips-one", "follower-crash", "LocalPrimaryOrder", 3),
	inScenario("diff-repeats-one", "follower-crash", "LocalPrimaryOrder", 3),
	inScenario("trunc-one-more", "mixed", "CommittedLogMonotonicity", 18),
	inScenario("diff-for-trunc", "quorum-loss", "ProcessConsistency", 9),
	inScenario("stale-snap", "follower-crash", "LocalPrimaryOrder", 3),
	inScenario("skip-outstanding", "follower-crash", "LocalPrimaryOrder", 3),
	inScenario("forward-late", "follower-crash", "LocalPrimaryOrder", 3),
	inScenario("keep-incoming-out", "follower-crash", "LocalPrimaryOrder", 3),
	survivor(sim.ZAB, "ack-new-leader-early", "full-restart", 5, "needs a crash in the milliseconds between the ACK and the sync, of a server that the quorum needs"),
	inScenario("snap-in-memory", "mixed", "ProcessConsistency", 9),
	survivor(sim.ZAB, "establish-minority", "mixed", 5, "a leader that opens too early commits nothing before a quorum has acknowledged, which it does after NEWLEADER"),

	// Broadcast, and the disk.
	inScenario("counter-goes-on", "leader-crash", "LocalPrimaryOrder", 3),
	inScenario("stale-epoch-proposal", "leader-crash", "PrimaryIntegrity", 3),
	inScenario("ack-twice", "leader-partition", "LeaderLogCompleteness", 3),
	inScenario("commit-unsynced", "reconfiguration", "CommittedLogDurability", 3),
	inScenario("commit-all", "reconfiguration", "CommittedLogDurability", 3),
	inScenario("commit-one-less", "leader-crash", "servers-agree", 3),
	inScenario("apply-on-proposal", "full-restart", "LeaderLogCompleteness", 6),
	inScenario("commit-skips-one", "leader-crash", "LocalPrimaryOrder", 3),
	inScenario("recover-snapshot", "full-restart", "LeaderLogCompleteness", 3),
	inScenario("snapshot-drops-log", "leader-crash", "LocalPrimaryOrder", 3),
	inScenario("name-scan-late", "full-restart", "session-ends /live", 3),

	// Reconfiguration.
	inScenario("commit-by-old", "reconfiguration", "ActivationQuorum", 3),
	inScenario("commit-by-new", "reconfiguration", "ActivationQuorum", 12),
	inScenario("activate-at-proposal", "reconfiguration", "ActivationQuorum", 3),
	inScenario("reconfig-unsynced", "reconfiguration", "SyncedQuorum", 9),
	inScenario("ignore-last-seen", "reconfiguration", "LeaderConfiguration", 30),
	inScenario("two-reconfigs", "reconfiguration", "OneReconfiguration", 3),
	inScenario("forget-next-config", "reconfiguration", "LeaderConfiguration", 30),
	inScenario("commit-once-removed", "reconfiguration", "RemovedLeader", 9),

	// The network below.
	inScenario("no-dial-back", "follower-crash", "recovery ensemble", 3),
}

func inScenario(name, in, by string, within int) Mutant {
	return Mutant{Protocol: sim.ZAB, Name: name, In: in, By: by, Within: within}
}
