package checker

import "maps"

func init() { maps.Copy(stories, recipeStories) }

// recipeStories are of what applications build upon ZooKeeper. In them c is the
// token of a lock or an election.
var recipeStories = map[string]string{
	// A lock passes on by release, and by the end of a session that its holder
	// hears of at once.
	"mutual-exclusion/passed-on.ok": `
		0-1 c1 acquire /lock -> ok c5
		2-3 c1 use /lock -> ok c5
		1-5 c2 acquire /lock -> ok c7
		4-5 c1 release /lock -> ok
		6-7 c2 use /lock -> ok c7
		8 expired c2 s7
		2-9 c3 acquire /lock -> ok c8
		10-11 c3 release /lock -> unknown`,
	"mutual-exclusion/two-hold.bad": `
		0-1 c1 acquire /lock -> ok c5
		1-3 c2 acquire /lock -> ok c7
		4-5 c1 release /lock -> ok
		6-7 c2 release /lock -> ok`,
	"mutual-exclusion/without-tokens.ok": `
		0-1 c1 acquire /lock -> ok
		1-5 c2 acquire /lock -> ok
		4-5 c1 release /lock -> ok
		6-7 c2 release /lock -> fail NoNode
		6-8 c3 acquire /lock -> ok`,
	"mutual-exclusion/two-hold-without-tokens.bad": `
		0-1 c1 acquire /lock -> ok
		1-3 c2 acquire /lock -> ok
		4-5 c1 release /lock -> ok
		6-7 c2 release /lock -> ok`,
	// c1 has not heard yet that its session is over.
	"mutual-exclusion/believes-too-long.permitted": `
		0-1 c1 acquire /lock -> ok c5
		1-3 c2 acquire /lock -> ok c7
		4 expired c1 s7
		5-6 c2 release /lock -> ok`,
	"mutual-exclusion/token-goes-back.bad": `
		0-1 c1 acquire /lock -> ok c7
		2-3 c1 release /lock -> ok
		4-5 c2 acquire /lock -> ok c5
		6-7 c2 release /lock -> ok`,
	"mutual-exclusion/one-token-twice.bad": `
		0-1 c1 acquire /lock -> ok c5
		2-3 c1 release /lock -> ok
		4-5 c2 acquire /lock -> ok c5
		6-7 c2 release /lock -> ok`,
	"mutual-exclusion/resource-takes-an-old-token.bad": `
		0-1 c1 acquire /lock -> ok c5
		2-3 c2 acquire /lock -> ok c7
		4-5 c2 use /lock -> ok c7
		6-7 c1 use /lock -> ok c5`,
	"mutual-exclusion/resource-refuses-it.permitted": `
		0-1 c1 acquire /lock -> ok c5
		2-3 c2 acquire /lock -> ok c7
		4-5 c2 use /lock -> ok c7
		6-7 c1 use /lock -> fail Fenced
		8 expired c1 s7
		9-10 c2 get /x -> fail NoNode`,
	"mutual-exclusion/some-without-token.unknown": `
		0-1 c1 acquire /lock -> ok c5
		2-3 c1 release /lock -> ok
		4-5 c2 acquire /lock -> ok`,
	"election/one-after-another.ok": `
		0-1 c1 elect /leader -> ok c5
		0-5 c2 elect /leader -> ok c6
		4-6 c1 resign /leader -> ok
		7 expired c2 s8
		2-? c3 elect /leader`,
	"election/two-lead.bad": `
		0-1 c1 elect /leader -> ok c5
		0-3 c2 elect /leader -> ok c6
		4-6 c1 resign /leader -> ok`,
	"election/token-goes-back.bad": `
		0-1 c1 elect /leader -> ok c6
		2-3 c2 elect /leader -> ok c5
		4 expired c1 s7`,
	"election/old-leader-unaware.permitted": `
		0-1 c1 elect /leader -> ok c5
		0-3 c2 elect /leader -> ok c6
		4 expired c1 s7`,
	"queue/in-order.ok": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c2 enqueue /q=b -> ok
		2-4 c1 dequeue /q -> ok =a
		5-? c3 dequeue /q
		6-7 c1 enqueue /q=c -> ok
		8-9 c1 dequeue /q -> ok =c
		9-? c2 enqueue /q=d
		10-11 c1 dequeue /q -> fail Empty`,
	"queue/out-of-order.bad": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c2 enqueue /q=b -> ok
		4-5 c1 dequeue /q -> ok =b
		6-7 c1 dequeue /q -> ok =a`,
	"queue/taken-twice.bad": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c1 dequeue /q -> ok =a
		2-3 c2 dequeue /q -> ok =a`,
	"queue/invented.bad": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c1 dequeue /q -> ok =b`,
	"queue/skipped.bad": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c2 enqueue /q=b -> ok
		4-5 c1 dequeue /q -> ok =b
		6-? c3 dequeue /q`,
	"queue/refused-yet-taken.bad": `
		0-1 c1 enqueue /q=a -> fail NoNode
		2-3 c2 dequeue /q -> ok =a`,
	"queue/found-empty.permitted": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c2 dequeue /q -> fail Empty
		4-5 c2 dequeue /q -> ok =a`,
	"queue/same-item-again.unknown": `
		0-1 c1 enqueue /q=a -> ok
		2-3 c1 enqueue /q=a -> ok`,
	"barrier/two-rounds.ok": `
		0-5 c1 enter /b=1 @2 -> ok
		4-6 c2 enter /b=1 @2 -> ok
		7-9 c1 leave /b=1 @2 -> ok
		8-9 c2 leave /b=1 @2 -> ok
		10-12 c1 enter /b=2 @2 -> ok
		11-12 c2 enter /b=2 @2 -> ok
		13 expired c2 s7
		14-15 c1 leave /b=2 @2 -> ok
		16-17 c2 get /x -> fail NoNode`,
	"barrier/entered-alone.bad": `
		0-3 c1 enter /b @2 -> ok
		4-6 c2 enter /b @2 -> ok`,
	"barrier/left-behind.bad": `
		0-5 c1 enter /b @2 -> ok
		4-6 c2 enter /b @2 -> ok
		7-9 c1 leave /b @2 -> ok
		10-11 c2 leave /b @2 -> ok`,
	"barrier/number-in-doubt.unknown": `
		0-5 c1 enter /b @2 -> ok
		4-6 c2 enter /b @3 -> ok`,
	"membership/comes-and-goes.ok": `
		join 5
		0-1 c1 join /g=a -> ok
		0-1 c2 join /g=b -> ok
		2-3 c3 members /g -> ok kids=a,b
		4-5 c1 part /g=a -> ok
		6-7 c3 members /g -> ok kids=b
		8 expired c2 s7
		9-10 c3 members /g -> ok kids=
		11-? c4 join /g=d
		50-51 c3 members /g -> ok kids=d`,
	"membership/ghost.bad": `
		join 5
		0-1 c2 join /g=b -> ok
		8 expired c2 s7
		39-40 c3 members /g -> ok kids=b`,
	"membership/ghost-for-a-while.permitted": `
		join 5
		0-1 c2 join /g=b -> ok
		8 expired c2 s7
		38-40 c3 members /g -> ok kids=b`,
	"membership/not-seen.bad": `
		join 5
		0-1 c2 join /g=b -> ok
		39-40 c3 members /g -> ok kids=
		41-42 c2 part /g=b -> ok`,
	"membership/not-seen-yet.permitted": `
		join 5
		0-1 c2 join /g=b -> ok
		9-10 c3 members /g -> ok kids=
		41-42 c2 part /g=b -> ok`,
	"membership/own-not-seen.bad": `
		join 5
		0-1 c2 join /g=b -> ok
		2-3 c2 members /g -> ok kids=`,
	"membership/own-after-leaving.bad": `
		join 5
		0-1 c2 join /g=b -> ok
		2-3 c2 part /g=b -> ok
		4-5 c2 members /g -> ok kids=b`,
	"membership/stranger.bad": `
		0-1 c2 join /g=b -> fail NoNode
		2-3 c3 members /g -> ok kids=b`,
	"shared-counter/counted.ok": `
		0-1 c1 add /n -> ok =1
		2-3 c2 add /n=1 -> ok
		2-4 c3 read /n -> ok =1
		3-? c5 add /n
		5-6 c1 read /n -> ok =3
		5-6 c4 add /n -> fail NoNode`,
	"shared-counter/lost.bad": `
		0-1 c1 add /n -> ok =1
		2-3 c2 add /n -> ok =1`,
	"shared-counter/too-many.bad": `
		0-1 c1 add /n -> ok =1
		5-6 c1 read /n -> ok =2`,
	"shared-counter/old.permitted": `
		0-1 c1 add /n -> ok =1
		2-3 c2 read /n -> ok =0`,
	"shared-counter/goes-back.bad": `
		0-1 c1 add /n -> ok =1
		2-3 c1 read /n -> ok =0`,
	"shared-counter/by-two.unknown": `
		0-1 c1 add /n=2 -> ok`,
	"cache-convergence/follows.ok": `
		join 5
		0-1 c0 create /r=0 -> ok
		2-3 c1 cached /r -> ok =0 m1
		4-5 c2 set /r=a @0 -> ok v1 m5
		6-7 c1 cached /r -> ok =a m5
		99-100 c2 get /r -> ok =a v1 m5
		final n1 /r=a v1 m5
		tree n1`,
	"cache-convergence/goes-back.bad": `
		0-1 c0 create /r=0 -> ok
		2-3 c1 cached /r -> ok =a m5
		6-7 c1 cached /r -> ok =0 m1`,
	"cache-convergence/two-values.bad": `
		2-3 c1 cached /r -> ok =a m5
		6-7 c2 cached /r -> ok =b m5`,
	"cache-convergence/stuck.bad": `
		join 5
		0-1 c0 create /r=0 -> ok
		2-3 c1 cached /r -> ok =0 m1
		4-5 c2 set /r=a @0 -> ok v1 m5
		99-100 c2 get /r -> ok =a v1 m5
		final n1 /r=a v1 m5
		tree n1`,
	"cache-convergence/behind-at-the-end.permitted": `
		join 5
		0-1 c0 create /r=0 -> ok
		2-3 c1 cached /r -> ok =0 m1
		4-5 c2 set /r=a @0 -> ok v1 m5
		9-10 c2 get /r -> ok =a v1 m5
		final n1 /r=a v1 m5
		tree n1`,
	"cache-convergence/session-over.ok": `
		join 5
		0-1 c0 create /r=0 -> ok
		2-3 c1 cached /r -> ok =0 m1
		4 expired c1 s7
		4-5 c2 set /r=a @0 -> ok v1 m5
		99-100 c2 get /r -> ok =a v1 m5
		final n1 /r=a v1 m5
		tree n1`,
	"cache-convergence/written-who-knows-when.unknown": `
		join 5
		2-3 c1 cached /r -> ok =0 m1
		99-100 c2 get /r -> ok =a v1 m5
		final n1 /r=a v1 m5
		tree n1`,
}
