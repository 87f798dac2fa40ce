// Package scenarios holds the stories that Schism tells ZooKeeper: which
// servers and clients there are, what the clients do, what goes wrong, and what
// must be true of it afterwards. One file is one scenario.
//
// # The nouns, in order
//
// A Scenario is a story with a name. Plan draws one plan of it from a seed: the
// steps from the stream "faults", each client's calls from a stream of its own,
// so taking a fault out of a plan moves nothing else. A World carries the plan
// out and writes a run log. Judge reads the log: the checks of package checker
// say whether the contract was kept, the scenario's Probes whether the story
// happened at all; a run in which it did not is vacuous, and not ok.
//
// # Use
//
//	go test ./scenarios/... -schism.seeds 20 -schism.world sim
//
// runs every scenario, a subtest for each scenario and world; see package
// scenariotest for the flags, and for running scenarios of your own module.
//
// # Writing one
//
// Draw is asked for the steps. Say them as a plan would, with words for the
// servers (leader, follower, others) rather than numbers, and await what the
// story needs rather than some time: the same plan runs on real servers, whose
// elections take as long as they take. Give it a probe for each thing that must
// have happened.
//
// # Weakness
//
// Clients are closed loops with pauses of 5 to 35 ms, so a run holds a few
// hundred to a few thousand operations. That finds wrong answers, not slow ones.
package scenarios
