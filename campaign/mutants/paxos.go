package mutants

import "github.com/schismlab/schism/sim"

// ofSynod are the mutants of single-decree Paxos.
var ofSynod = []Mutant{
	bySchedule(Synod, "prepare-minority", "SafeValue", 10),
	bySchedule(Synod, "accept-minority", "LearnedIsChosen", 10),
	bySchedule(Synod, "forget-promise", "DurableBeforeAnswer", 10),
	bySchedule(Synod, "forget-accepted", "DurableBeforeAnswer", 10),
	bySchedule(Synod, "answer-first", "DurableBeforeAnswer", 10),
	bySchedule(Synod, "ignore-accepted", "SafeValue", 10),
	bySchedule(Synod, "adopt-lowest", "SafeValue", 10),
	bySchedule(Synod, "accept-below-promise", "PromiseKept", 10),
	bySchedule(Synod, "promise-lower", "PromiseKept", 10),
	bySchedule(Synod, "lazy-promise", "PromiseKept", 40),
	bySchedule(Synod, "hide-accepted", "PromiseTells", 10),
	bySchedule(Synod, "shared-ballots", "OneValuePerBallot", 400),
	bySchedule(Synod, "reuse-ballots", "PromiseKept", 10),
	bySchedule(Synod, "count-old-promises", "SafeValue", 10),
	bySchedule(Synod, "count-old-accepted", "LearnedIsChosen", 1100),
	bySchedule(Synod, "count-twice", "LearnedIsChosen", 250),
	bySchedule(Synod, "learn-accepted", "LearnedIsChosen", 10),
	bySchedule(Synod, "give-up", "Termination", 250),
}

// ofMulti are the mutants of multi-Paxos.
var ofMulti = []Mutant{
	bySchedule(sim.MultiPaxos, "prepare-minority", "SafeValue", 10),
	bySchedule(sim.MultiPaxos, "commit-minority", "LearnedIsChosen", 10),
	bySchedule(sim.MultiPaxos, "forget-promise", "DurableBeforeAnswer", 10),
	bySchedule(sim.MultiPaxos, "forget-accepted", "DurableBeforeAnswer", 10),
	bySchedule(sim.MultiPaxos, "answer-first", "DurableBeforeAnswer", 10),
	bySchedule(sim.MultiPaxos, "accept-below-promise", "PromiseKept", 10),
	bySchedule(sim.MultiPaxos, "ignore-accepted", "SafeValue", 10),
	bySchedule(sim.MultiPaxos, "adopt-lowest", "SafeValue", 100),
	bySchedule(sim.MultiPaxos, "skip-no-ops", "Termination", 60),
	bySchedule(sim.MultiPaxos, "stale-leader", "PromiseKept", 10),
	bySchedule(sim.MultiPaxos, "cumulative-accept", "LearnedIsChosen", 30),
	bySchedule(sim.MultiPaxos, "commit-any-ballot", "Agreement", 30),
	bySchedule(sim.MultiPaxos, "members-at-once", "SafeValue", 20),
	bySchedule(sim.MultiPaxos, "snapshot-forgets-members", "SafeValue", 30),
	bySchedule(sim.MultiPaxos, "truncate-tail", "PromiseTells", 20),
	bySchedule(sim.MultiPaxos, "reuse-ballots", "PromiseKept", 10),
	bySchedule(sim.MultiPaxos, "serve-early", "PrimaryOrder", 10),
	bySchedule(sim.MultiPaxos, "lease-from-answer", "LeaseExclusive", 600),
	bySchedule(sim.MultiPaxos, "never-catch-up", "Termination", 30),
	survivor(sim.MultiPaxos, "count-old-accepted", "", 100, "needs an answer that is later than two changes of leader; the transcript old_acceptances plays it"),
	survivor(sim.MultiPaxos, "boot-without-waiting", "", 100, "needs a restart within a lease while the leader is cut off; the transcript lease_forgotten plays it"),
}

func bySchedule(protocol, name, by string, within int) Mutant {
	return Mutant{Protocol: protocol, Name: name, By: by, Within: within}
}

func survivor(protocol, name, in string, within int, why string) Mutant {
	return Mutant{Protocol: protocol, Name: name, In: in, Within: within, Survives: why}
}
