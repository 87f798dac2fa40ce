// Package scenariotest runs scenarios as Go tests, those of this module and
// those of anybody's own.
//
//	func TestScenarios(t *testing.T) {
//		scenariotest.Run(t, []*scenarios.Scenario{Mine})
//	}
//
// # The nouns, in order
//
// Run makes a subtest for each scenario and world, named SCENARIO/WORLD, and in
// it a run for each seed; a scenario that only the model can carry out has none for
// another world. A run passes when its verdict is ok or permitted. One
// that does not leaves a run folder, with a report, and the test says where.
//
// # Flags
//
//	-schism.seed N       the first seed (1)
//	-schism.seeds N      how many seeds (3 in the model, 1 on real servers)
//	-schism.world LIST   sim, local, docker, several with commas, or all (sim)
//	-schism.pass-over    where a run on real servers shows a bug that no release of
//	                     theirs has repaired (an incident of package incidents),
//	                     say "open bug:", and make a run with a further seed in
//	                     its place, which must pass
//	-schism.out DIR      where run folders go (a temporary one, which stays if the
//	                     test fails)
//
// A test binary knows these flags when it imports this package, so name the
// packages rather than ./... when others are among them.
//
// # Skips
//
// A world that this machine cannot run is skipped, with "not ready:" and what
// would mend it. Everything else that goes wrong fails.
//
// # Weaknesses
//
// How to reproduce a failure is said as a go test command line, which repeats
// the faults; on real servers it does not repeat the timing.
package scenariotest
