package checker

import (
	"maps"
	"strings"
)

// The stories of the checks about Flink. Their logs' headers have no session
// time-out, so nobody may learn late of anything.
func init() { maps.Copy(stories, flinkStories) }

// flinkSamples are what a monitor wrote of two servers, flinkSums what that adds
// up to in windows of a second. Those after them are open.
const (
	flinkSamples = `
		window 1000 2
		sample n1 0 100 leader 1
		sample n1 1 600 leader 2
		sample n1 2 1100 idle 0
		sample n1 3 2100 idle 0
		sample n1 4 3100 leader 4
		sample n2 0 200 follower 0
		sample n2 1 1200 gone 0
		sample n2 2 1700 follower 0
		sample n2 3 3200 follower 0
		tree n1
`
	flinkSums = `
		4 window n1 0 2/2/3
		4 window n2 0 1/1/0
		5 window n1 1 1/0/0
		5 alert n1 1 raised
		5 window n2 1 2/1/0
		6 window n1 2 1/0/0
`
)

var flinkStories = map[string]string{
	"flink-leader-info/settled.ok": `
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job ta o1 z6
		4 latch o2
		4 info dispatcher z7
		4 info job z7
		4 info dispatcher tb o2 z8
		4 info job tb o2 z9
		9 drained`,
	"flink-leader-info/of-a-job-that-has-ended.ok": `
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job ta o1 z6
		4 latch o2
		4 info dispatcher z7
		4 info job z7
		4 info dispatcher tb o2 z8
		9 drained`,
	"flink-leader-info/two-tokens.bad": `
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job tb o2 z6
		4 latch o1
		9 drained`,
	"flink-leader-info/not-of-the-first-latch.bad": `
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job ta o1 z6
		2 latch o2
		9 latch o2,o3
		9 drained`,
	"flink-leader-info/each-takes-it-away.bad": `
		1 latch o1
		2 info dispatcher ta o1 z5
		2 info dispatcher tb o2 z6
		2 info dispatcher ta o1 z7`,
	"flink-leader-info/written-again.ok": `
		1 latch o1
		2 info dispatcher ta o1 z5
		2 info dispatcher z6
		2 info dispatcher ta o1 z7`,
	"flink-leader-info/half-done-without-a-quorum.ok": `
		session 5
		window 1000 3
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job ta o1 z6
		4 latch o2
		5 info dispatcher tb o2 z8
		6 crash n1
		6 link n2 n3 cut
		60 start n1
		61 link n2 n3 up
		62 info job tb o2 z9`,
	"flink-leader-info/half-done-with-a-quorum.bad": `
		session 5
		window 1000 3
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		2 info job ta o1 z6
		4 latch o2
		5 info dispatcher tb o2 z8
		6 crash n1
		60 start n1
		62 info job tb o2 z9`,
	"flink-leader-info/of-a-server-that-lags.ok": `
		1 latch o1,o2
		2 info dispatcher ta o1 z5
		4 latch o2
		4 info dispatcher tb o2 z8
		4 info dispatcher ta o1 z5
		4 info dispatcher tb o2 z8`,
	"flink-checkpoints/savepoint-takes-longer.ok": `
		1 checkpoint 1 savepoint triggered jm1 ta
		2 checkpoint 2 triggered jm1 ta
		3 checkpoint 2 completed jm1 ta
		4 checkpoint 1 completed jm1 ta
		5 checkpoint 2 restored jm2 tb`,
	"flink-checkpoints/older-one-complete.bad": `
		1 checkpoint 1 triggered jm1 ta
		2 checkpoint 2 triggered jm1 ta
		3 checkpoint 2 completed jm1 ta
		4 checkpoint 1 completed jm1 ta`,
	"flink-checkpoints/complete-again.bad": `
		3 checkpoint 1 completed jm1 ta
		4 checkpoint 1 completed jm1 ta`,
	"flink-checkpoints/newest.ok": `
		1 counter 1 z1
		2 counter 2 z2
		2 checkpoint 1 triggered jm1 ta
		3 checkpoint 1 completed jm1 ta
		3 counter 3 z3
		3 checkpoint 2 triggered jm1 ta
		4 checkpoint 2 savepoint completed jm1 ta
		5 checkpoint 1 restored jm2 tb`,
	"flink-checkpoints/older.bad": `
		2 checkpoint 1 completed jm1 ta
		3 checkpoint 2 completed jm1 ta
		5 checkpoint 1 restored jm2 tb`,
	"flink-checkpoints/late-word-of-the-deposed.ok": `
		1 grant jm1 a
		2 checkpoint 1 completed jm1 ta
		3 revoke jm1
		4 grant jm2 b
		5 checkpoint 1 restored jm2 tb
		6 checkpoint 2 completed jm1 ta
		7 checkpoint 1 restored jm2 tb`,
	"flink-checkpoints/late-start-of-the-deposed.ok": `
		1 grant jm1 a
		2 checkpoint 1 completed jm1 ta
		3 revoke jm1
		4 grant jm2 b
		5 checkpoint 1 restored jm2 tb
		6 checkpoint 2 completed jm2 tb
		7 checkpoint 1 restored jm1 ta`,
	"flink-checkpoints/late-start-of-the-leader.bad": `
		1 grant jm1 a
		2 checkpoint 1 completed jm1 ta
		3 revoke jm1
		4 grant jm2 b
		5 checkpoint 1 restored jm2 tb
		6 checkpoint 2 completed jm2 tb
		7 checkpoint 1 restored jm2 tb`,
	"flink-checkpoints/word-of-the-leader.bad": `
		1 grant jm1 a
		2 checkpoint 1 completed jm1 ta
		3 checkpoint 2 completed jm1 ta
		4 revoke jm1
		5 grant jm2 b
		6 checkpoint 1 restored jm2 tb`,
	"flink-checkpoints/from-scratch.bad": `
		2 checkpoint 1 completed jm1 ta
		5 checkpoint 0 restored jm2 tb`,
	"flink-checkpoints/number-twice.bad": `
		2 checkpoint 1 triggered jm1 ta
		3 checkpoint 1 triggered jm2 tb`,
	"flink-checkpoints/completed-twice.bad": `
		2 checkpoint 1 completed jm1 ta
		3 checkpoint 1 completed jm2 tb`,
	"flink-checkpoints/counter-back.bad": `
		1 counter 4 z1
		2 counter 1 z2
		3 checkpoint 1 triggered jm2 tb`,
	"flink-pointers/marked.ok": `
		1 pointer 1 present
		2 pointer 1 marked`,
	"flink-pointers/missing.bad": `
		1 pointer 1 present
		2 pointer 1 missing`,
	"flink-pointers/job-missing.bad": `
		1 pointer 0 present
		2 pointer 0 missing`,
	"flink-office/kept.ok": `
		tolerant
		1 grant jm1 ta
		2 info dispatcher ta o1 z5
		3 info dispatcher z6
		4 info dispatcher ta o1 z7`,
	"flink-office/of-another-session.ok": `
		tolerant
		1 grant jm1 ta
		2 info dispatcher ta o1 z5
		3 revoke jm1 ta
		8 grant jm1 tb
		9 info dispatcher tb o2 z6`,
	"flink-office/given-up.bad": `
		tolerant
		1 grant jm1 a
		2 info dispatcher ta o1 z5
		3 revoke jm1 a
		4 grant jm1 b
		5 info dispatcher tb o1 z6`,
	"flink-tasks/stop-in-time.ok": `
		session 5
		1 grant jm1 a
		2 tasks tm1 2 ta
		2 tasks tm2 2 ta
		3 job jm1 running ta
		4 grant jm2 b
		5 tasks tm2 4 tb
		6 job jm2 running tb
		16 tasks tm1 0 ta`,
	"flink-tasks/a-crash-stops-them.ok": `
		session 5
		1 grant jm1 a
		2 tasks tm1 2 ta
		3 job jm1 running ta
		4 grant jm2 b
		6 job jm2 running tb
		7 crash tm1
		50 drained`,
	"flink-tasks/a-pause-does-not-count.ok": `
		session 5
		1 grant jm1 a
		2 tasks tm1 2 ta
		3 job jm1 running ta
		4 grant jm2 b
		6 job jm2 running tb
		7 pause tm1
		50 resume tm1
		58 tasks tm1 0 ta`,
	"flink-tasks/run-on.bad": `
		session 5
		1 grant jm1 a
		2 tasks tm1 2 ta
		3 job jm1 running ta
		4 grant jm2 b
		6 job jm2 running tb
		17 drained`,
	"flink-tasks/those-that-are-to-run-next.ok": `
		session 5
		1 grant jm1 a
		3 job jm1 running ta
		4 grant jm2 b
		5 tasks tm2 4 tb
		50 drained`,
	"flink-windows/added-up.ok": flinkSamples + flinkSums + `
		9 drained`,
	"flink-windows/less-than-a-sample-more.bad": strings.Replace(flinkSamples+flinkSums, "n1 0 2/2/3", "n1 0 1/1/2", 1),
	"flink-windows/twice.bad": flinkSamples + flinkSums + `
		7 window n2 0 1/1/0`,
	"flink-windows/without-samples.bad": flinkSamples + flinkSums + `
		7 window n2 2 1/1/0`,
	"flink-windows/of-nobody.bad": flinkSamples + `
		7 window n3 0 1/1/0`,
	"flink-windows/lost.bad":             strings.Replace(flinkSamples+flinkSums, "6 window n1 2 1/0/0", "9 drained", 1),
	"flink-windows/lost-perhaps.unknown": strings.Replace(flinkSamples+flinkSums, "6 window n1 2 1/0/0", "", 1),
	"flink-windows/alert-lost.bad":       strings.Replace(flinkSamples+flinkSums, "5 alert n1 1 raised", "9 drained", 1),
	"flink-windows/alert-of-one-that-serves.bad": flinkSamples + flinkSums + `
		6 alert n2 1 raised`,
	"flink-noticed/at-once.ok": `
		window 1000 3
		1 grant jm1 a
		10 link n1 n2 cut
		10 link n1 n3 cut
		4000 alert n1 3 raised
		60000 link n1 n2 up
		61000 drained`,
	"flink-noticed/never.bad": `
		window 1000 3
		1 grant jm1 a
		10 link n1 n2 cut
		10 link n3 n1 cut
		61000 drained`,
	"flink-noticed/one-that-crashed.bad": `
		window 1000 3
		1 grant jm1 a
		10 crash n2
		61000 drained`,
	"flink-noticed/not-from-all.ok": `
		window 1000 3
		1 grant jm1 a
		10 link n1 n2 cut
		61000 drained`,
	"flink-barrier/rounds.ok": flinkRounds + `
		20 passed a-1 1 c9
		21 passed b-1 1 c10
		22 passed a-1 2 c19
		22 checkpoint 7 completed jm1 ta job=b
		23 drained`,
	"flink-barrier/arrives-again.ok": flinkRounds + `
		13 arrived a-1-x 2 5 c30
		20 passed a-1 1 c9
		20 passed a-1 2 c31
		23 drained`,
	"flink-barrier/before-the-other.bad": `
		parties 2
		1 grant jm1 a
		2 checkpoint 4 completed jm1 ta job=a
		2 checkpoint 3 completed jm1 ta job=b
		3 arrived a-1 1 4 c5
		7 arrived b-1 1 3 c8
		20 passed a-1 1 c7
		21 passed b-1 1 c9
		23 drained`,
	"flink-barrier/without-the-other.bad": `
		parties 2
		1 grant jm1 a
		2 checkpoint 4 completed jm1 ta job=a
		3 arrived a-1-x 1 4 c5
		4 arrived a-1-y 1 4 c6
		20 passed a-1 1 c7
		23 drained`,
	"flink-barrier/arrives-too-early.bad": `
		parties 2
		1 grant jm1 a
		2 checkpoint 4 completed jm1 ta job=a
		2 checkpoint 5 completed jm1 ta job=a
		3 arrived a-1 1 4 c5
		4 arrived a-1 2 5 c6
		23 drained`,
	"flink-barrier/passed-twice.bad": flinkRounds + `
		20 passed a-1 1 c9
		21 passed a-1 1 c10
		23 drained`,
	"flink-barrier/skipped.bad": flinkRounds + `
		20 passed a-1 2 c19
		23 drained`,
	"flink-barrier/without-checkpoint.bad": `
		parties 2
		1 grant jm1 a
		2 checkpoint 4 completed jm1 ta job=a
		2 checkpoint 3 triggered jm1 ta job=b
		3 arrived a-1 1 4 c5
		4 arrived b-1 1 3 c6
		9 checkpoint 3 declined jm1 ta job=b
		23 drained`,
	"flink-barrier/restored-is-complete.ok": `
		unproved
		parties 2
		1 grant jm1 a
		1 ready n1 end
		2 checkpoint 4 completed jm1 ta job=a
		3 arrived a-1 1 4 c5
		4 checkpoint 3 restored jm2 tb job=b
		5 arrived b-1 1 3 c6
		23 drained`,
	"flink-barrier/stands.bad": flinkRounds + `
		30000 drained`,
	"flink-barrier/slow.bad": flinkRounds + `
		25000 checkpoint 8 completed jm1 ta job=a
		25000 checkpoint 8 completed jm1 ta job=b
		25001 arrived a-1 3 8 c41
		25001 arrived b-1 3 8 c42
		25002 drained`,
	"flink-barrier/too-early-to-say.unknown": flinkRounds + `
		14 ready n1 end
		20 drained`,
	"flink-barrier/never-healed.unknown": strings.Replace(flinkRounds, "9 ready n1 end", "", 1),
	"flink-ended/stays-cancelled.ok": `
		1 job jm1 running
		2 job jm1 cancelled
		3 job jm2 created`,
	"flink-ended/cancelled-runs-again.bad": `
		1 job jm1 running
		2 job jm1 cancelled
		3 job jm2 running`,
	"flink-ended/finished-runs-again.bad": `
		1 job jm1 running
		2 job jm1 finished
		3 checkpoint 4 triggered jm2 tb`,
	"flink-ended/tasks-are-started-again.bad": `
		1 grant jm1 ta
		1 job jm1 running ta
		2 job jm1 finished ta
		3 grant jm2 tb
		4 checkpoint 3 restored jm2 tb`,
	"flink-ended/the-deposed-starts-late.ok": `
		1 grant jm1 a
		2 grant jm2 b
		3 job jm2 running tb
		4 job jm2 finished tb
		5 checkpoint 3 restored jm1 ta`,
	"flink-ended/application-and-its-standby-end.ok": `
		1 grant jm1 ta
		1 job jm1 running
		2 job jm1 finished
		3 grant jm2 tb
		4 exit jm1
		5 exit jm2`,
	"flink-ended/standby-runs-an-application-again.bad": `
		1 grant jm1 ta
		1 job jm1 running
		2 job jm1 cancelled
		3 exit jm1
		4 grant jm2 tb
		5 job jm2 running`,
	"flink-recovery/goes-on.ok": `
		unproved
		1 grant jm1 ta
		1 job jm1 running
		2 ready n1 end
		15000 checkpoint 4 completed jm1 ta
		30000 checkpoint 5 completed jm1 ta
		30001 drained`,
	"flink-recovery/comes-late.bad": `
		unproved
		1 grant jm1 ta
		1 job jm1 running
		2 ready n1 end
		20003 checkpoint 4 completed jm1 ta
		20004 drained`,
	"flink-recovery/pauses-for-long.bad": `
		unproved
		1 grant jm1 ta
		1 job jm1 running
		2 ready n1 end
		3 checkpoint 4 completed jm1 ta
		20004 checkpoint 5 completed jm1 ta
		20005 drained`,
	"flink-recovery/nobody-leads.bad": `
		unproved
		1 grant jm1 ta
		2 ready n1 end
		3 revoke jm1 ta
		50001 drained`,
	"flink-recovery/job-stands.bad": `
		unproved
		1 grant jm1 ta
		1 job jm1 restarting
		2 ready n1 end
		50001 drained`,
	"flink-recovery/no-checkpoints.bad": `
		unproved
		1 grant jm1 ta
		1 job jm1 running
		2 ready n1 end
		3 checkpoint 4 completed jm1 ta
		50001 drained`,
	"flink-recovery/too-early-to-say.unknown": `
		unproved
		1 grant jm1 ta
		1 job jm1 running
		2 ready n1 end
		9 drained`,
	"flink-recovery/never-healed.unknown": `
		unproved
		1 grant jm1 ta
		1 job jm1 running`,
	"flink-quiet/rest.ok": `
		1 grant jm1 ta
		1 info dispatcher ta o1 z5
		2 watches n1 20
		3 watches n1 25`,
	"flink-quiet/storm.bad": `
		1 grant jm1 ta
		` + storm + `
		2 watches n1 20`,
	"flink-quiet/storm-after-many-leaderships.bad": `
		session 5
		1 grant jm1 ta
		2 grant jm2 tb
		3 grant jm1 tc
		4 grant jm2 td
		` + rewrites + `
		50 watches n1 20`,
	"flink-quiet/occasion-to-write.ok": `
		session 5
		1 grant jm1 ta
		2 grant jm2 tb
		3 grant jm1 tc
		4 grant jm2 td
		16 grant jm1 te
		` + rewrites + `
		50 watches n1 20`,
	"flink-quiet/latch-storm.bad": `
		session 5
		1 start jm1
		2 latch o1,o2
		` + entries + `
		50 watches n1 20`,
	"flink-quiet/occasion-to-enter.ok": `
		session 5
		1 start jm1
		2 latch o1,o2
		14 crash jm2
		` + entries + `
		50 watches n1 20`,
	"flink-quiet/all-with-one-server.ok": `
		2 watches n1 20
		3 watches n1 90`,
	"flink-quiet/leak.bad": `
		1 grant jm1 ta
		2 watches n1 20
		3 watches n1 2000`,
}

// flinkRounds are two rounds at which a task of each of two jobs arrives.
const flinkRounds = `
		unproved
		parties 2
		1 grant jm1 a
		2 checkpoint 4 completed jm1 ta job=a
		2 checkpoint 3 completed jm1 ta job=b
		3 arrived a-1 1 4 c5
		4 arrived b-1 1 3 c6
		9 ready n1 end
		10 checkpoint 5 completed jm1 ta job=a
		11 checkpoint 5 completed jm1 ta job=b
		12 arrived a-1 2 5 c16
		13 arrived b-1 2 5 c17
`

const storm = `1 info dispatcher ta o1 z5
1 info dispatcher ta o1 z6
1 info dispatcher ta o1 z7
1 info dispatcher ta o1 z8
1 info dispatcher ta o1 z9
1 info dispatcher ta o1 z10
1 info dispatcher ta o1 z11
1 info dispatcher ta o1 z12
1 info dispatcher ta o1 z13
1 info dispatcher ta o1 z14
1 info dispatcher ta o1 z15
1 info dispatcher ta o1 z16
1 info dispatcher ta o1 z17
1 info dispatcher ta o1 z18
1 info dispatcher ta o1 z19
1 info dispatcher ta o1 z20
1 info dispatcher ta o1 z21`

// rewrites are nine changes of one component's information.
const rewrites = `15 info dispatcher td o1 z5
		16 info dispatcher td o1 z6
		17 info dispatcher td o1 z7
		18 info dispatcher td o1 z8
		19 info dispatcher td o1 z9
		20 info dispatcher td o1 z10
		21 info dispatcher td o1 z11
		22 info dispatcher td o1 z12
		23 info dispatcher td o1 z13`

// entries are nine candidates that enter the election one after the other.
const entries = `15 latch o2,o3
16 latch o3,o4
17 latch o4,o5
18 latch o5,o6
19 latch o6,o7
20 latch o7,o8
21 latch o8,o9
22 latch o9,oa
23 latch oa,ob`
