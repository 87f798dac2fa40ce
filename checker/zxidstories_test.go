package checker

import "maps"

func init() { maps.Copy(stories, zxidStories) }

// zxidStories are those whose answers carry zxids, for the checks that go by
// them.
var zxidStories = map[string]string{
	"transaction-logs/as-acknowledged.ok": `
		0-1 c0 create /r=0 -> ok z2 s7
		2-3 c1 set /r=a @0 -> ok v1 m4 z4 s8
		2-? c2 set /r=b @0 s9
		4-5 c1 multi set /r=c @1 ; create /q=1 -> ok z6 s8
		6-7 c1 create /e=1 ephemeral -> ok z7 s8
		final n1 /r=c v2 m6 c2
		final n1 /q=1 m6 c6
		tree n1 z9
		txn n1,n2 z1 s7 createSession
		txn n1,n2,n3 z2 s7 create /r=0
		txn n1,n2,n3 z3 s8 createSession
		txn n1,n2 z4 s8 set /r=a v1
		txn n1,n2 z5 s9 error BadVersion
		txn n1,n2,n3 z6 s8 multi set /r=c ; create /q=1
		txn n1,n2,n3 z7 s8 ephemeral create /e=1
		txn n1,n2,n3 z8 s8 closeSession`,
	"transaction-logs/flink-has-znodes-of-its-own.ok": `
		0-1 c0 create /r=0 -> ok z1 s7
		txn n1,n2,n3 z1 s7 create /r=0
		txn n1,n2,n3 z2 s8 create /flink/x=1
		final n1 /r=0 m1 c1
		tree n1 z2`,
	"transaction-logs/dead-tail.ok": `
		0-1 c0 create /r=0 -> ok z1 s7
		2-? c1 create /dead=1 s8
		4-5 c2 set /r=b @0 -> ok v1 m9 z9 s9
		final n1 /r=b v1 m9 c1
		tree n1 z9
		txn n1,n2,n3 z1 s7 create /r=0
		txn n3 z2 s8 create /dead=1
		txn n1,n2 z9 s9 set /r=b v1`,
	"transaction-logs/two-for-one-zxid.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		txn n1,n2 z1 s7 create /r=0
		txn n1,n2 z2 s7 set /r=a v1
		txn n3 z2 s8 set /r=b v1`,
	"transaction-logs/acknowledged-and-nowhere.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		2-3 c1 set /r=a @0 -> ok v1 m2 z2 s8
		txn n1,n2,n3 z1 s7 create /r=0`,
	"transaction-logs/written-otherwise.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		2-3 c1 set /r=a @0 -> ok v1 m2 z2 s8
		txn n1,n2,n3 z1 s7 create /r=0
		txn n1,n2,n3 z2 s8 set /r=b v1`,
	"transaction-logs/of-another-session.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		txn n1,n2,n3 z1 s9 create /r=0`,
	"transaction-logs/tree-has-more.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		final n1 /r=0 m1 c1
		final n1 /t=1 m2 c2
		tree n1 z2
		txn n1,n2,n3 z1 s7 create /r=0`,
	"transaction-logs/tree-has-less.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		tree n1 z1
		txn n1,n2,n3 z1 s7 create /r=0`,
	"transaction-logs/tree-of-an-earlier-zxid.ok": `
		0-1 c0 create /r=0 -> ok z1 s7
		final n1 /r=0 m1 c1
		tree n1 z1
		txn n1,n2,n3 z1 s7 create /r=0
		txn n1,n2,n3 z2 s8 set /r=b v1`,
	"unique-zxids/each-its-own.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		2-3 c2 create /s -> ok z3`,
	"unique-zxids/one-for-two.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		2-3 c2 create /s -> ok z2`,
	"write-order/with-time.ok": `
		0-1 c0 create /a=0 -> ok z1
		0-1 c3 create /b=0 -> ok z2
		2-5 c1 set /a=1 @-1 -> ok v1 m4 z4
		4-5 c2 set /b=1 @-1 -> ok v1 m3 z3`,
	"write-order/against-time.bad": `
		0-1 c0 create /a=0 -> ok z1
		0-1 c3 create /b=0 -> ok z2
		2-3 c1 set /a=1 @-1 -> ok v1 m4 z4
		4-5 c2 set /b=1 @-1 -> ok v1 m3 z3`,
	"session-fifo/new-session-may-lag.ok": `
		0-1 c0 create /r=0 -> ok z1 s1
		2-3 c1 set /r=a @-1 -> ok v1 m2 z2 s7
		4-5 c1 get /r -> ok =0 v0 m1 z1 s8`,
	"session-fifo/went-back.bad": `
		0-1 c0 create /r=0 -> ok z1 s1
		2-3 c1 set /r=a @-1 -> ok v1 m2 z2 s7
		4-5 c1 get /r -> ok =0 v0 m1 z1 s7`,
	"replay/guards.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 c1 z2
		2-3 c2 set /r=b @0 -> fail BadVersion z3
		2-3 c3 delete /s @-1 -> fail NoNode z4
		4-5 c3 multi set /r=c @1 ; create /q/x -> fail NoNode z5
		4-5 c2 multi set /r=d @1 ; create /q -> ok z6
		6-7 c2 create /q/s- sequential -> ok path=/q/s-0000000000 z7
		6-7 c4 create /q -> fail NodeExists z8
		8-9 c4 delete /q @0 -> fail NotEmpty z9`,
	"replay/skipped-a-version.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v2 m2 c1 z2`,
	"replay/refused-without-reason.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c2 set /r=b @0 -> fail BadVersion z2`,
	"replay/lost-set-explains.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-? c1 set /r=a @0
		2-3 c2 set /r=b @1 -> ok v2 m3 c1 z3`,
	"replay/lost-set-came-too-late.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c2 set /r=b @1 -> ok v2 m3 c1 z3
		4-? c1 set /r=a @0`,
	"replay/stat-of-another-create.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m3 c2 z3`,
	"prefix-reads/lagging.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		4-5 c2 get /r -> ok =0 v0 m1 c1 z1
		6-7 c2 get /r -> ok =a v1 m2 c1 z2
		8-9 c2 exists /s -> fail NoNode z2`,
	"prefix-reads/behind-its-zxid.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		4-5 c2 get /r -> ok =0 v0 m1 c1 z2`,
	"prefix-reads/of-the-future.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c2 get /r -> ok =a v1 m2 c1 z2
		4-5 c1 set /r=a @0 -> ok v1 m2 z2`,
	"prefix-reads/children.ok": `
		0-1 c0 create /s -> ok z1
		2-3 c1 create /s/a -> ok z2
		2-? c2 create /s/b
		4-5 c3 children /s -> ok kids=a z2
		6-7 c3 children /s -> ok kids=a,b z3`,
	"prefix-reads/child-of-nobody.bad": `
		0-1 c0 create /s -> ok z1
		2-3 c1 create /s/a -> ok z2
		6-7 c3 children /s -> ok kids=a,b z3`,
	"durable-zxids/kept.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		final n1 /r=a v1 m2 c1
		tree n1 z2`,
	"durable-zxids/lost.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		final n1 /r=0 v0 m1 c1
		tree n1 z2`,
	"durable-zxids/behind.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		final n1 /r=0 v0 m1 c1
		tree n1 z1`,
	"session-ends/ephemerals-go-together.ok": `
		0-1 c0 create /e -> ok z1
		2-3 c1 create /e/x ephemeral -> ok z2 s7
		2-3 c2 create /e/y ephemeral -> ok z3 s8
		4-5 c2 exists /e/x -> fail NoNode z5 s8
		6-7 c2 create /e/x ephemeral -> ok z6 s8`,
	"session-ends/gone-while-alive.bad": `
		0-1 c0 create /e -> ok z1
		2-3 c1 create /e/x ephemeral -> ok z2 s7
		4-5 c2 exists /e/x -> fail NoNode z5 s8
		6-7 c1 create /e/z -> ok z6 s7`,
	"fresh-sync/up-to-date.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		4-5 c2 sync /r -> ok z2
		6-7 c2 get /r -> ok =a v1 m2 c1 z2`,
	"fresh-sync/of-a-deposed-leader.permitted": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 z2
		4-5 c2 sync /r -> ok z1
		6-7 c2 get /r -> ok =0 v0 m1 c1 z1`,
	"watches/before-the-data.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r -> ok =0 v0 m1 c1 z1
		2-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		3 watch c2 /r data
		5-6 c2 get /r -> ok =a v1 m2 c1 z2`,
	"watches/after-the-data.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r -> ok =0 v0 m1 c1 z1
		2-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5-6 c2 get /r -> ok =a v1 m2 c1 z2
		7 watch c2 /r data`,
	"watches/of-nothing.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r -> ok =0 v0 m1 c1 z1
		3 watch c2 /r deleted`,
	"watches/then-older-data.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r -> ok =0 v0 m1 c1 z1
		2-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		3 watch c2 /r data
		5-6 c2 get /r -> ok =0 v0 m1 c1 z1`,
	"witness/linearizable.ok": `
		0-1 c0 create /r=0 -> ok z1
		2-9 c1 set /r=a @-1 -> ok v2 m3 c1 z3
		2-? c2 set /r=b @-1
		4-5 c3 get /r -> ok =b v1 m2 c1 z2
		6-7 c3 get /r -> ok =a v2 m3 c1 z3
		final n1 /r=a v2 m3 c1
		tree n1 z3`,
	"witness/stale.permitted": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 c1 z2 n1
		4-5 c3 get /r -> ok =0 v0 m1 c1 z1 n3`,
	"witness/stale-by-zxid-only.ok": `
		0-1 c0 create /a=0 -> ok z1
		0-1 c4 create /b=0 -> ok z2
		2-9 c1 set /a=1 @0 -> ok v1 m3 c1 z3
		2-3 c2 set /b=1 @0 -> ok v1 m4 c2 z4
		4-5 c3 get /a -> ok =0 v0 m1 c1 z2`,
	"witness/values-contradict.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m2 c1 z2
		2-3 c2 set /r=b @0 -> ok v1 m3 c1 z3`,
	"witness/zxids-only.bad": `
		0-1 c0 create /r=0 -> ok z1
		2-3 c1 set /r=a @0 -> ok v1 m3 c1 z3
		4-5 c2 set /r=b @1 -> ok v2 m2 c1 z2`,
}
