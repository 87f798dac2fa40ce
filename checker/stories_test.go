package checker

// stories are the histories in testdata/histories, which are what they tell:
// ok keeps the promise of the check that the name begins with, permitted is
// within ZooKeeper's contract only, bad breaks the promise, unknown and vacuous
// cannot be judged. The pairs differ in as little as possible.
var stories = map[string]string{
	"linearizable/register.ok": `
		0-1 c0 create /r=0 -> ok
		2-5 c1 set /r=a @0 -> ok v1
		3-4 c2 get /r -> ok =0 v0
		6-7 c2 get /r -> ok =a v1
		6-8 c3 set /r=b @0 -> fail BadVersion
		final n1 /r=a v1
		tree n1`,
	"linearizable/stale-read.permitted": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @0 -> ok v1 n1
		4-5 c2 get /r -> ok =0 v0 n3
		6-7 c2 get /r -> ok =a v1 n3`,
	"linearizable/two-same-versions.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @0 -> ok v1
		4-5 c2 set /r=b @0 -> ok v1`,
	"linearizable/write-lost-at-the-end.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @0 -> ok v1
		final n1 /r=0 v0
		tree n1`,
	"linearizable/unknown-applied-late.ok": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=late @-1 -> unknown
		4-5 c2 get /r -> ok =0 v0
		6-7 c2 set /r=b @0 -> ok v1
		8-9 c2 get /r -> ok =late v2`,
	"linearizable/unknown-never-applied.ok": `
		0-1 c0 create /r=0 -> ok
		2-? c1 set /r=late @0
		4-5 c2 set /r=b @0 -> ok v1
		final n1 /r=b v1
		tree n1`,
	"linearizable/unknown-applied-twice.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=late @-1 -> unknown
		6-7 c2 set /r=b @1 -> ok v2
		8-9 c2 set /r=c @3 -> ok v4
		final n1 /r=c v4
		tree n1`,
	"linearizable/refusal-explained-by-unknown.ok": `
		0-1 c0 create /r=0 -> ok
		2-? c1 set /r=late @-1
		4-5 c2 set /r=b @0 -> fail BadVersion`,
	"linearizable/refusal-without-reason.bad": `
		0-1 c0 create /r=0 -> ok
		4-5 c2 set /r=b @0 -> fail BadVersion`,
	"linearizable/multi.ok": `
		0-1 c0 create /bank/a=5 -> ok
		1-2 c0 create /bank/b=5 -> ok
		3-4 c1 multi set /bank/a=4 @0 ; set /bank/b=6 @0 -> ok
		3-5 c2 multi set /bank/a=3 @0 ; set /bank/b=7 @0 -> fail BadVersion
		6-7 c2 get /bank/a -> ok =4 v1
		8-9 c2 get /bank/b -> ok =6 v1`,
	"linearizable/half-a-multi.bad": `
		0-1 c0 create /bank/a=5 -> ok
		1-2 c0 create /bank/b=5 -> ok
		3-4 c1 multi set /bank/a=4 @0 ; set /bank/b=6 @0 -> ok
		final n1 /bank/a=4 v1
		final n1 /bank/b=5 v0
		tree n1`,
	"linearizable/children.ok": `
		0-1 c0 create /s -> ok
		2-3 c1 create /s/a -> ok
		2-? c2 create /s/b
		4-5 c3 children /s -> ok kids=a
		6-7 c3 children /s -> ok kids=a,b
		8-9 c3 delete /s @-1 -> fail NotEmpty`,
	"linearizable/child-of-a-refused-parent.bad": `
		2-3 c1 create /s -> ok
		4-5 c2 create /s/a -> fail NoNode`,
	"linearizable/create-twice.bad": `
		2-3 c1 create /s/a -> ok
		4-5 c2 create /s/a -> ok`,
	"linearizable/ephemeral-gone.ok": `
		0-1 c0 create /e -> ok
		2-3 c1 create /e/x ephemeral -> ok s7
		4-5 c2 exists /e/x -> ok v0
		8-9 c2 exists /e/x -> fail NoNode`,
	"linearizable/sequential-name-of-a-lost-answer.ok": `
		0-1 c0 create /q -> ok
		2-? c1 create /q/x- sequential
		4-5 c2 children /q -> ok kids=x-0000000000`,
	"linearizable/sequential-names-by-value.ok": `
		0-1 c0 create /q -> ok
		2-? c1 create /q/x-=a sequential
		3-? c2 create /q/x-=b sequential
		final n1 /q
		final n1 /q/x-0000000000=b
		tree n1`,
	"linearizable/sequential-name-of-nobody.bad": `
		0-1 c0 create /q -> ok
		4-5 c1 create /q/x- sequential -> ok path=/q/x-0000000000
		final n1 /q
		tree n1`,
	"sequential/own-view.ok": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @-1 -> ok v1 m5 z5
		4-5 c2 get /r -> ok =0 v0 m1 z4
		4-5 c1 get /r -> ok =a v1 m5 z5
		6-7 c2 get /r -> ok =a v1 m5 z5`,
	"sequential/goes-back.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @-1 -> ok v1 m5
		4-5 c2 get /r -> ok =a v1 m5
		6-7 c2 get /r -> ok =0 v0 m1`,
	"sequential/own-write-unseen.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @-1 -> ok v1 m5
		4-5 c1 get /r -> ok =0 v0 m1`,
	"sequential/own-create-unseen.bad": `
		2-3 c1 create /r=a -> ok
		4-5 c1 exists /r -> fail NoNode`,
	"sequential/new-session-may-lag.ok": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @-1 -> ok v1 m5 s7
		4-5 c1 get /r -> ok =0 v0 m1 s8`,
	"sequential/from-nowhere.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 get /r -> ok =b v1`,
	"sequential/refused-yet-seen.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=b @7 -> fail BadVersion
		4-5 c1 get /r -> ok =b v1`,
	"sequential/from-the-future.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 get /r -> ok =b v1
		4-5 c2 set /r=b @0 -> ok v1`,
	"sequential/one-zxid-two-values.bad": `
		0-1 c0 create /r=0 -> ok
		2-? c1 set /r=a @0
		2-? c3 set /r=b @0
		4-5 c2 get /r -> ok =a v1 m5
		6-7 c4 get /r -> ok =b v1 m5`,
	"sequential/header-goes-back.bad": `
		0-1 c0 create /r=0 -> ok
		4-5 c2 get /r -> ok =0 v0 z9
		6-7 c2 exists /other -> fail NoNode z8`,
	"durable/kept.ok": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @0 -> ok v1 m5
		4-? c1 set /r=b @1
		2-3 c2 create /d -> ok
		4-5 c2 delete /d @-1 -> ok
		final n1 /r=b v2 m6
		tree n1
		final n2 /r=b v2 m6
		tree n2`,
	"durable/lost-set.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 set /r=a @0 -> ok v1 m5
		final n1 /r=a v1 m5
		tree n1
		final n2 /r=0 v0 m1
		tree n2`,
	"durable/lost-create.bad": `
		2-3 c1 create /q/x- sequential -> ok path=/q/x-0000000003
		tree n1`,
	"durable/delete-undone.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 delete /r @-1 -> ok
		final n1 /r=0 v0 m1
		tree n1`,
	"durable/created-again.ok": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 delete /r @-1 -> ok
		4-? c2 create /r=0
		final n1 /r=0 v0 m9
		tree n1`,
	"servers-agree/same.ok": `
		0-1 c0 create /r=0 -> ok
		final n1 /r=0 v0 m1 c1
		tree n1
		final n2 /r=0 v0 m1 c1
		tree n2`,
	"servers-agree/other-zxid.bad": `
		0-1 c0 create /r=0 -> ok
		final n1 /r=0 v0 m1 c1
		tree n1
		final n2 /r=0 v0 m2 c2
		tree n2`,
	"servers-agree/ephemeral-on-one.bad": `
		0-1 c1 create /e ephemeral -> ok s7
		tree n1
		final n2 /e v0 m2 c2 o7
		tree n2`,
	"counter/counted.ok": `
		0-1 c0 create /counter=0 -> ok
		2-3 c1 set /counter=1 @0 -> ok v1
		4-? c1 set /counter=2 @1
		4-5 c2 set /counter=2 @0 -> fail BadVersion
		final n1 /counter=2 v2
		tree n1`,
	"counter/lost.bad": `
		0-1 c0 create /counter=0 -> ok
		2-3 c1 set /counter=1 @0 -> ok v1
		4-5 c2 set /counter=1 @0 -> ok v2
		final n1 /counter=1 v2
		tree n1`,
	"bank/moved.ok": `
		0-1 c0 create /bank/a=5 -> ok
		1-2 c0 create /bank/b=5 -> ok
		3-4 c1 multi set /bank/a=4 @0 ; set /bank/b=6 @0 -> ok
		final n1 /bank/a=4 v1
		final n1 /bank/b=6 v1
		tree n1`,
	"bank/half.bad": `
		0-1 c0 create /bank/a=5 -> ok
		1-2 c0 create /bank/b=5 -> ok
		3-4 c1 multi set /bank/a=4 @0 ; set /bank/b=6 @0 -> unknown
		final n1 /bank/a=4 v1
		final n1 /bank/b=5 v0
		tree n1`,
	"set/all-there.ok": `
		0-1 c0 create /set -> ok
		2-3 c1 create /set/a -> ok
		2-? c2 create /set/b
		2-? c3 create /set/s- sequential
		2-3 c4 create /set/c -> fail NodeExists
		final n1 /set
		final n1 /set/a
		final n1 /set/s-0000000004
		tree n1`,
	"set/lost.bad": `
		0-1 c0 create /set -> ok
		2-3 c1 create /set/a -> ok
		final n1 /set
		tree n1`,
	"set/from-nowhere.bad": `
		0-1 c0 create /set -> ok
		2-3 c1 create /set/a -> ok
		final n1 /set
		final n1 /set/a
		final n1 /set/b
		tree n1`,
	"sequence/rising.ok": `
		0-1 c0 create /seq -> ok
		2-9 c1 create /seq/x- sequential -> ok path=/seq/x-0000000001
		3-4 c2 create /seq/x- sequential -> ok path=/seq/x-0000000000
		5-6 c2 create /seq/y- sequential -> ok path=/seq/y-0000000002`,
	"sequence/against-time.bad": `
		0-1 c0 create /seq -> ok
		2-3 c1 create /seq/x- sequential -> ok path=/seq/x-0000000001
		4-5 c2 create /seq/x- sequential -> ok path=/seq/x-0000000000`,
	"sequence/twice.bad": `
		0-1 c0 create /seq -> ok
		2-3 c1 create /seq/x- sequential -> ok path=/seq/x-0000000001
		2-3 c2 create /seq/y- sequential -> ok path=/seq/y-0000000001`,
	"ephemerals/gone.ok": `
		2-3 c1 create /e/x ephemeral -> ok s7
		2-3 c2 create /e/y ephemeral -> ok s8
		5 expired c1 s7
		final n1 /e/y o8
		tree n1`,
	"ephemerals/outlives-expiry.bad": `
		2-3 c1 create /e/x ephemeral -> ok s7
		5 expired c1 s7
		final n1 /e/x o7
		tree n1`,
	"ephemerals/outlives-close.bad": `
		2-3 c1 create /e/x ephemeral -> ok s7
		5 closed c1 s7
		final n1 /e/x o7
		tree n1`,
	"invariants/broken.bad": `
		0-1 c0 create /r=0 -> ok
		4 violated CommittedLogDurability n1 cut off 0x100000004, which a quorum had`,
	"served/healthy.ok": `
		0-1 c0 create /r=0 -> ok
		2 awaits 1 leader within 2s
		3 came 1
		4-5 c1 get /r -> ok =0`,
	"served/stopped.unknown": `
		0-1 c0 create /r=0 -> ok
		4-5 c1 get /r -> ok =0
		end the ensemble was not healthy at the end within 20s`,
	"served/unproved.unknown": `
		unproved
		4-5 c1 get /r -> ok =0`,
	"served/in-vain.unknown": `
		2 awaits 1 leader within 2s
		4-5 c1 get /r -> ok =0`,
	"served/nothing-happened.vacuous": `
		0-1 c0 create /r=0 -> ok
		4-5 c1 get /r -> unknown`,
}
