package checker

import "maps"

func init() { maps.Copy(stories, recoveryStories) }

// recoveryStories: a fault is undone, and the ensemble serves again, or not soon.
var recoveryStories = map[string]string{
	"recovery/serves-again.ok": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 crash n1
		6-? c1 set /r=a @-1
		20 link n2 n3 cut
		30 start n1
		40 link n2 n3 up
		150 ready n1 await ready
		50-120 c2 set /r=b @-1 -> ok v1
		130-200 c2 set /r=c @7 -> fail BadVersion`,
	"recovery/of-flink-is-another-matter.ok": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 crash n1
		30 start n1
		150 ready n1 await ready
		151-152 c2 set /r=b @-1 -> ok v1
		160 crash jm1
		170 start jm1
		900 ready n1`,
	"recovery/awaited-and-proved-later.ok": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 pause n1
		30 resume n1
		200 came 1 await ready within 60s
		400 ready n1
		401-402 c2 set /r=b @-1 -> ok v1`,
	"recovery/healthy-too-late.bad": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 pause n1
		30 resume n1
		400 ready n1 await ready
		401-402 c2 set /r=b @-1 -> ok v1`,
	"recovery/client-starves.bad": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 crash n1
		30 start n1
		60 ready n1 await ready
		50-120 c2 set /r=b @-1 -> unknown
		121-200 c2 set /r=b @-1 -> unknown
		201-351 c2 set /r=c @-1 -> unknown
		352-353 c2 set /r=d @-1 -> ok v1`,
	"recovery/client-waits-no-longer-than-it-may.ok": `
		join 50
		0-1 c0 create /r=0 -> ok
		5 crash n1
		30 start n1
		60 ready n1 await ready
		50-120 c2 set /r=b @-1 -> unknown
		121-200 c2 set /r=b @-1 -> unknown
		201-350 c2 set /r=c @-1 -> ok v1`,
	"recovery/cut-off-too-early.unknown": `
		join 50
		unproved
		0-1 c0 create /r=0 -> ok
		5 crash n1
		30 start n1
		50-120 c2 set /r=b @-1 -> ok v1
		end the program was interrupted`,
}
