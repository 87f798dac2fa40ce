package checker

import "maps"

func init() { maps.Copy(stories, watchStories) }

// watchStories say which reads leave a watch, so that one too many or too few is
// seen.
var watchStories = map[string]string{
	"watches/each-once.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		1-2 c3 exists /s watch -> fail NoNode z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data
		5-6 c1 set /r=b @1 -> ok v2 m3 c1 z3
		7-8 c2 get /r watch -> ok =b v2 m3 c1 z3
		9-10 c1 delete /r @2 -> ok z4
		10 watch c2 /r deleted
		11-12 c1 create /s -> ok z5
		12 watch c3 /s created
		13-14 c2 exists /s -> ok v0 m5 c5 z5
		13-14 c3 exists /s -> ok v0 m5 c5 z5`,
	"watches/told-twice.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data
		5-6 c1 set /r=b @1 -> ok v2 m3 c1 z3
		7 watch c2 /r data`,
	"watches/never-told.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5-6 c2 get /other -> fail NoNode z2`,
	"watches/not-told-yet.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5-6 c2 get /other -> fail NoNode z1
		7 watch c2 /r data`,
	"watches/absent-never-told.bad": `
		0-1 c2 exists /r watch -> fail NoNode z1
		3-4 c1 create /r=a -> ok z2
		5-6 c2 get /r -> ok =a v0 m2 c2 z2`,
	"watches/children-never-told.bad": `
		0-1 c0 create /r -> ok z1
		1-2 c2 children /r watch -> ok kids= z1
		3-4 c1 create /r/a -> ok z2
		5-6 c2 sync /r -> ok z2`,
	"watches/told-of-the-second-change.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5-6 c1 delete /r @1 -> ok z3
		7 watch c2 /r deleted`,
	"watches/later-change-first.bad": `
		0-1 c0 create /a=0 -> ok z1
		1-2 c0 create /b=0 -> ok z2
		2-3 c2 get /a watch -> ok =0 v0 m1 c1 z2
		3-4 c2 get /b watch -> ok =0 v0 m2 c2 z2
		4-5 c1 set /a=1 @0 -> ok v1 m3 c1 z3
		5-6 c1 set /b=1 @0 -> ok v1 m4 c2 z4
		7 watch c2 /b data
		8 watch c2 /a data`,
	"watches/half-a-transaction.bad": `
		0-1 c0 create /a=0 -> ok z1
		1-2 c0 create /b=0 -> ok z2
		2-3 c2 get /a watch -> ok =0 v0 m1 c1 z2
		3-4 c2 get /b watch -> ok =0 v0 m2 c2 z2
		4-5 c1 multi set /a=1 @0 ; set /b=1 @0 -> ok z3
		5 watch c2 /a data
		6-7 c2 get /a -> ok =1 v1 m3 c1 z3`,
	"watches/nobody-asked.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r -> ok =0 v0 m1 c1 z1
		1-2 c3 get /r watch -> ok =0 v0 m1 c1 z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data`,
	// The connection broke, and the next server lags behind: that is allowed. So is
	// one event for all that happened meanwhile.
	"watches/resumed.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		2 lost c2
		3-4 c1 delete /r @0 -> ok z2
		5-6 c1 create /r=1 -> ok z3
		7 conn c2
		8 watch c2 /r data
		9-10 c2 get /r -> ok =1 v0 m3 c3 z3`,
	"watches/asked-across-sessions.ok": `
		0-1 c0 create /r=0 -> ok z1 s7
		2 lost c2
		4-8 c2 get /r watch -> ok =0 v0 m1 c1 z1
		6 expired c2
		7 conn c2
		9-10 c1 set /r=1 @0 -> ok v1 m2 c1 z2
		10 watch c2 /r data
		11-12 c2 get /r -> ok =1 v1 m2 c1 z2`,
	"watches/over-with-the-session.bad": `
		0-1 c0 create /r=0 -> ok z1 s7
		2-3 c2 get /r watch -> ok =0 v0 m1 c1 z1
		6 expired c2
		7 conn c2
		9-10 c1 set /r=1 @0 -> ok v1 m2 c1 z2
		10 watch c2 /r data`,
	"watches/not-resumed.bad": `
		join 1
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 get /r watch -> ok =0 v0 m1 c1 z1
		2 lost c2
		3-4 c1 set /r=1 @0 -> ok v1 m2 c1 z2
		7 conn c2
		9-10 c2 get /r -> ok =1 v1 m2 c1 z2
		19-20 c2 get /r -> ok =1 v1 m2 c1 z2`,
	// Watches that stay.
	"watches/persistent-each-time.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data
		5-6 c1 set /r=b @1 -> ok v2 m3 c1 z3
		6 watch c2 /r data
		7-8 c1 create /r/x -> ok z4
		8 watch c2 /r children
		9-10 c1 delete /r/x -> ok z5
		10 watch c2 /r children
		11-12 c1 delete /r -> ok z6
		12 watch c2 /r deleted
		13-14 c1 create /r -> ok z7
		14 watch c2 /r created
		15-16 c2 get /r -> ok v0 m7 c7 z7`,
	"watches/persistent-told-once.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data
		5-6 c1 set /r=b @1 -> ok v2 m3 c1 z3
		15-16 c2 get /r -> ok =b v2 m3 c1 z3`,
	"watches/persistent-told-twice.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		4 watch c2 /r data
		5 watch c2 /r data`,
	"watches/persistent-of-nothing-yet.ok": `
		1-2 c2 addWatch /r -> ok z0
		3-4 c1 create /r=a -> ok z1
		4 watch c2 /r created
		5-6 c1 set /r=b @0 -> ok v1 m2 c1 z2
		6 watch c2 /r data
		7-8 c2 sync /r -> ok z2`,
	"watches/persistent-children-never-told.bad": `
		0-1 c0 create /r -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 create /r/x -> ok z2
		5-6 c2 sync /r -> ok z2`,
	"watches/persistent-out-of-order.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5-6 c1 create /r/x -> ok z3
		7 watch c2 /r children
		8 watch c2 /r data`,
	"watches/persistent-below.bad": `
		0-1 c0 create /r -> ok z1
		1-2 c0 create /r/x -> ok z2
		2-3 c2 addWatch /r -> ok z2
		3-4 c1 set /r/x=a @0 -> ok v1 m3 c2 z3
		4 watch c2 /r/x data`,
	"watches/recursive-below.ok": `
		0-1 c0 create /r -> ok z1
		1-2 c0 create /r/x -> ok z2
		2-3 c2 addWatch /r recursive -> ok z2
		3-4 c1 set /r/x=a @0 -> ok v1 m3 c2 z3
		4 watch c2 /r/x data
		5-6 c1 multi create /r/y ; create /r/y/z ; set /r=1 -> ok z4
		6 watch c2 /r/y created
		6 watch c2 /r/y/z created
		6 watch c2 /r data
		7-8 c1 create /rr -> ok z5
		9-10 c2 children /r -> ok kids=x,y v1 c1 m4 z5`,
	"watches/recursive-half-a-transaction.bad": `
		0-1 c0 create /r -> ok z1
		2-3 c2 addWatch /r recursive -> ok z1
		5-6 c1 multi create /r/y ; create /r/y/z ; set /r=1 -> ok z2
		6 watch c2 /r/y created
		6 watch c2 /r data
		9-10 c2 sync /r -> ok z2`,
	"watches/recursive-children.bad": `
		0-1 c0 create /r -> ok z1
		2-3 c2 addWatch /r recursive -> ok z1
		3-4 c1 create /r/x -> ok z2
		4 watch c2 /r/x created
		5 watch c2 /r children`,
	"watches/recursive-misses-a-grandchild.bad": `
		0-1 c0 create /r -> ok z1
		1-2 c0 create /r/x -> ok z2
		2-3 c2 addWatch /r recursive -> ok z2
		3-4 c1 create /r/x/y -> ok z3
		5-6 c1 set /r/x=a @0 -> ok v1 m4 c2 z4
		6 watch c2 /r/x data`,
	// What happens while there is no connection is missed; the library asks for the
	// watch again.
	"watches/persistent-resumed.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2 lost c2
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5 conn c2
		6-7 c2 get /r -> ok =a v1 m2 c1 z2
		8-9 c1 set /r=b @1 -> ok v2 m3 c1 z3
		9 watch c2 /r data
		10-11 c2 get /r -> ok =b v2 m3 c1 z3`,
	"watches/persistent-not-resumed.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2 lost c2
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5 conn c2
		6-7 c2 get /r -> ok =a v1 m2 c1 z2
		8-9 c1 set /r=b @1 -> ok v2 m3 c1 z3
		10-11 c2 get /r -> ok =b v2 m3 c1 z3`,
	"watches/persistent-not-told-long-after.bad": `
		join 1
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		3-4 c1 set /r=a @0 -> ok v1 m2 c1 z2
		19-20 c2 get /r -> ok =0 v0 m1 c1 z1`,
	"watches/taken-away.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-3 c2 removeWatches /r -> ok z1
		4-5 c1 set /r=a @0 -> ok v1 m2 c1 z2
		6-7 c2 get /r -> ok =a v1 m2 c1 z2
		7-8 c2 removeWatches /r -> fail NoWatcher z2`,
	"watches/told-after-taken-away.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-3 c2 removeWatches /r -> ok z1
		4-5 c1 set /r=a @0 -> ok v1 m2 c1 z2
		6 watch c2 /r data`,
	// As servers before 3.9 do when a get watches the znode, too (ZOOKEEPER-4466).
	"watches/ended-by-another.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-3 c2 get /r watch -> ok =0 v0 m1 c1 z1
		4-5 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5 watch c2 /r data
		6-7 c1 set /r=b @1 -> ok v2 m3 c1 z3
		8-9 c2 get /r -> ok =b v2 m3 c1 z3`,
	"watches/not-ended-by-another.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-3 c2 get /r watch -> ok =0 v0 m1 c1 z1
		4-5 c1 set /r=a @0 -> ok v1 m2 c1 z2
		5 watch c2 /r data
		6-7 c1 set /r=b @1 -> ok v2 m3 c1 z3
		7 watch c2 /r data
		8-9 c2 get /r -> ok =b v2 m3 c1 z3`,
	"watches/gone.bad": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-3 c2 removeWatches /r -> fail NoWatcher z1`,
	// A lost write may have told, or not.
	"watches/persistent-and-a-lost-write.ok": `
		0-1 c0 create /r=0 -> ok z1
		1-2 c2 addWatch /r -> ok z1
		2-? c1 set /r=a
		3 watch c2 /r data
		4-5 c3 set /r=b -> ok v2 m3 c1 z3
		5 watch c2 /r data
		8-9 c2 get /r -> ok =b v2 m3 c1 z3`,
}
