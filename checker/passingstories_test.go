package checker

import "maps"

func init() { maps.Copy(stories, passingStories) }

// passingStories tell of znodes that the servers may remove by themselves: of
// containers that are empty, and of those whose time to live is over. Nobody is
// told, so what became of one shows in answers only.
var passingStories = map[string]string{
	"witness/container-removed.ok": `
		0-1 c1 create /locks= container -> ok z1
		2-3 c1 create /locks/a=1 -> ok z2
		4-5 c1 delete /locks/a @-1 -> ok z3
		8-9 c2 create /locks/b=2 -> fail NoNode z5
		9-10 c2 exists /locks -> fail NoNode z5
		11-12 c2 create /locks= container -> ok z6
		13-14 c2 create /locks/b=2 -> ok z7
		15-16 c1 children /locks -> ok kids=b z7`,
	"witness/plain-znode-removed.bad": `
		0-1 c1 create /locks= -> ok z1
		2-3 c1 create /locks/a=1 -> ok z2
		4-5 c1 delete /locks/a @-1 -> ok z3
		8-9 c2 create /locks/b=2 -> fail NoNode z5`,
	"witness/container-removed-with-a-child.bad": `
		0-1 c1 create /locks= container -> ok z1
		2-3 c1 create /locks/a=1 -> ok z2
		8-9 c2 create /locks/b=2 -> fail NoNode z5`,
	"witness/time-to-live.ok": `
		0-1 c1 create /t=1 ttl -> ok z1
		2-3 c1 set /t=2 @0 -> ok v1 z2
		4-5 c2 get /t -> ok =2 v1 z2
		9-10 c2 get /t -> fail NoNode z4
		11-12 c1 set /t=3 @1 -> fail NoNode z5`,
	"witness/time-to-live-comes-back.bad": `
		0-1 c1 create /t=1 ttl -> ok z1
		9-10 c2 get /t -> fail NoNode z4
		11-12 c1 set /t=3 @0 -> ok v1 z5`,
	"linearizable/container-removed.ok": `
		0-1 c1 create /locks= container -> ok
		2-3 c1 create /locks/a=1 -> ok
		4-5 c1 delete /locks/a @-1 -> ok
		8-9 c2 create /locks/b=2 -> fail NoNode
		11-12 c2 create /locks= container -> ok
		13-14 c2 create /locks/b=2 -> ok
		15-16 c1 children /locks -> ok kids=b`,
	"linearizable/plain-znode-removed.bad": `
		0-1 c1 create /locks= -> ok
		2-3 c1 create /locks/a=1 -> ok
		4-5 c1 delete /locks/a @-1 -> ok
		8-9 c2 create /locks/b=2 -> fail NoNode`,
	"linearizable/container-removed-with-a-child.bad": `
		0-1 c1 create /locks= container -> ok
		2-3 c1 create /locks/a=1 -> ok
		8-9 c2 create /locks/b=2 -> fail NoNode`,
	"durable/time-to-live.ok": `
		0-1 c1 create /t=1 ttl -> ok
		0-1 c2 create /p=1 -> ok
		final n1 /p=1 v0
		tree n1`,
	"durable/time-to-live-twin.bad": `
		0-1 c1 create /t=1 -> ok
		0-1 c2 create /p=1 -> ok
		final n1 /p=1 v0
		tree n1`,
}
