// Package incidents holds bugs that ZooKeeper had, or has: each with the plan
// that brings it about in the model, the variant that has it, the one that does
// not, and the signature by which it is known again.
//
// An Incident is not drawn: its plan was found, and cut down by hand, so it is
// short and exact. It uses protocol points, such as the moment when a server has
// written an epoch and not yet its log. The same plan goes through the affected
// variant and the repaired one; nothing in the model knows which incident runs.
//
//	schism incidents
//
// runs them all. An incident passes when the affected variant shows a violation
// of the expected signature, and the repaired one none.
//
// # Real servers
//
// An incident that needs no moment which only the model sees names a Release that
// shows it, and one that does not. Its plan may be another one there: outages last
// for as long as real clients take to give up. Where no release that can be run is
// repaired, an option of Flink's may stand for it; the incident's name with
// "-avoided" behind it is the same plan with that option. An incident may impose a
// check on its own run which is no promise of Flink's: that a leader keeps its office
// in FLINK-10052. And it may draw its moments from the seed, as CURATOR-696 does with
// its outage; seed 0 is the plan as it was cut down.
//
// CURATOR-645 and FLINK-33053 are races, which real links are too quick for. Their
// plans slow links down, and set one delay against another, so that the race is lost
// each time anew: the second JobManager enters the election one and a half delays after
// the first; a TaskManager is told to forget a job between ZooKeeper's news and its
// answer. On Flink 1.17.1 23 jobs that were cancelled left no watch without that, and
// 19 that finished left none while calls alone were late.
//
// FLINK-14091, 18677, 19557, 21928, 22494, 24543 and 26068 are in the model alone: they
// were gone with Flink 1.15 at the latest. The job of testdata/flink-job is for 1.17 and later, and
// 1.14.3 has no sinks of its kind (org.apache.flink.api.connector.sink2); and the
// JobManager of 1.14.3 has an election for each of its components
// (ZooKeeperLeaderElectionDriver alone), at znodes that flink/hastore does not read.
//
// # Weakness
//
// On real servers FLINK-38499 is a matter of luck: the JobManager draws how long it
// waits, and an attempt shows it when the last wait is longer than a recovery may
// take. CURATOR-645 must go on for more than a minute to count, two sessions and nine
// entries; on a machine that is late by some tenths of a second, again and again, the two
// JobManagers fall out of step before, and one is elected.
//
// The model is held to the story, as far as that tells it. Where a story
// leaves a step open, the Story here says what was chosen.
package incidents
