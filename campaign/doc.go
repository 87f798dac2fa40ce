// Package campaign makes runs: it carries plans out in worlds, keeps the run
// folders, judges the logs and says what came of it. The command line and the
// tests of scenarios share it.
//
// # The nouns, in order
//
// A Job is a plan with the scenario that it was drawn for. A Runner carries
// jobs out, one at a time, in one world: it writes the log, judges it, and
// gives a Result, which is what the command line prints. A Result may have a
// run folder:
//
//	OUT/SCENARIO/WORLD-SEED/log.jsonl    the run log
//	OUT/SCENARIO/WORLD-SEED/plan         what was carried out
//	OUT/SCENARIO/WORLD-SEED/report.html  a page for people
//	OUT/SCENARIO/WORLD-SEED/servers      in real worlds: what each server wrote
//
// WORLD is that of a release, local-3.9.4, if one was asked for.
//
// Each makes many jobs, in the model on all cores, and hands out the results in
// the order of the jobs.
//
// # What is promised
//
// A run folder appears whole, by a rename, or not at all. It is built in a
// folder whose name begins with a dot and which names its owner; Open removes
// those of dead owners. Everything that a real world makes outside of the
// folder is gone when Run returns, also when its context has ended.
//
// # Duties of the caller
//
// Call leftover.Clean before runs in real worlds. Tell the errors apart: a
// *BadInput is the user's, a *cluster.NotReady the machine's, a *Fault our own;
// an ended context is what it is.
//
// # Weaknesses
//
// A Runner holds a whole run in memory, some 15 MB, because the checks want all
// of it. Checks have a time limit, so on a very slow machine a model run may be
// judged unknown that is ok elsewhere; its log is the same in either case.
package campaign
