package checker

import "maps"

// The stories about what a job puts out of what clients wrote: records, and versions of
// the configuration.
func init() { maps.Copy(stories, flinkOutputStories) }

const flinkSetup = `
		0-1 c0 create /in -> ok
		1-2 c0 create /in/k1 -> ok
		2-3 c1 create /in/k1/r-=a sequential -> ok path=/in/k1/r-0000000000
`

// flinkUnanswered is of three records, of which the second was not answered and is there.
const flinkUnanswered = `
		0-1 c0 create /in -> ok
		1-2 c0 create /in/k1 -> ok
		5-6 c2 create /in/k1/r-=c sequential -> unknown
		6-7 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000002
		final n1 /in/k1/r-0000000001=c
		final n1 /in/k1/r-0000000002=b
		tree n1
`

var flinkOutputStories = map[string]string{
	"flink-exactly-once/once.ok": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		5-6 c2 create /in/k1/r-=c sequential -> unknown
		5-6 c3 create /in/k1/r-=d sequential -> unknown
		7 output /in/k1=a 0
		7 output /in/k1=b 1
		7 output /in/k1=d 2
		9 drained`,
	"flink-exactly-once/lost.bad": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		7 output /in/k1=b 1
		9 drained`,
	"flink-exactly-once/not-drained.unknown": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		7 output /in/k1=b 1`,
	"flink-exactly-once/unanswered-and-there.ok": flinkUnanswered + `
		7 output /in/k1=c 1
		7 output /in/k1=b 2
		9 drained`,
	"flink-exactly-once/unanswered-and-lost.bad": flinkUnanswered + `
		7 output /in/k1=b 2
		9 drained`,
	"flink-exactly-once/unanswered-and-last.ok": flinkSetup + `
		5-6 c2 create /in/k1/r-=c sequential -> unknown
		7 output /in/k1=a 0
		9 drained
		final n1 /in/k1/r-0000000000=a
		final n1 /in/k1/r-0000000001=c
		tree n1`,
	"flink-exactly-once/nothing-put-out.bad": flinkSetup + `
		9 drained`,
	"flink-exactly-once/cancelled-with-a-gap.bad": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		7 output /in/k1=b 1
		8 job jm1 cancelled`,
	"flink-exactly-once/phantom.bad": flinkSetup + `
		7 output /in/k1=a 0
		7 output /in/k1=x 1
		9 drained`,
	"flink-exactly-once/refused.bad": flinkSetup + `
		4-5 c2 create /in/k1/r-=x sequential -> fail NoNode
		7 output /in/k1=a 0
		7 output /in/k1=x 1
		9 drained`,
	"flink-exactly-once/another-number.bad": flinkSetup + `
		7 output /in/k1=a 4
		9 drained`,
	"flink-exactly-once/duplicated.bad": flinkSetup + `
		7 output /in/k1=a 0
		8 output /in/k1=a 0
		9 drained`,
	"flink-exactly-once/order.bad": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		7 output /in/k1=b 1
		8 output /in/k1=a 0
		9 drained`,
	"flink-exactly-once/cancelled.ok": flinkSetup + `
		3-4 c1 create /in/k1/r-=b sequential -> ok path=/in/k1/r-0000000001
		7 output /in/k1=a 0
		8 job jm1 cancelled`,
	"flink-config/passed-over.ok": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> ok v1
		4-5 c1 set /conf=z @-1 -> ok v2
		6 config =x v0
		7 config =z v2
		9 drained
		final n1 /conf=z v2
		tree n1`,
	"flink-config/last-one-lacking.bad": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> ok v1
		6 config =x v0
		9 drained
		final n1 /conf=y v1
		tree n1`,
	"flink-config/twice.bad": `
		0-1 c0 create /conf=x -> ok
		6 config =x v0
		7 config =x v0
		9 drained`,
	"flink-config/order.bad": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> ok v1
		6 config =y v1
		7 config =x v0
		9 drained`,
	"flink-config/invented.bad": `
		0-1 c0 create /conf=x -> ok
		6 config =w v0
		9 drained`,
	"flink-config/none-put-out.bad": `
		0-1 c0 create /conf=x -> ok
		9 drained`,
	"flink-config/unanswered.ok": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> unknown
		4-5 c2 set /conf=z @-1 -> ok v2
		6 config =y v1
		7 config =z v2
		9 drained
		final n1 /conf=z v2
		tree n1`,
	"flink-config/unanswered-as-another-version.bad": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> unknown
		4-5 c2 set /conf=z @-1 -> ok v2
		6 config =y v2
		9 drained`,
	"flink-config/beyond-the-last.bad": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> unknown
		6 config =x v0
		7 config =y v3
		9 drained
		final n1 /conf=x v0
		tree n1`,
	"flink-config/acknowledged-one-lacking.bad": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> ok v1
		6 config =x v0
		9 drained`,
	"flink-config/not-drained.unknown": `
		0-1 c0 create /conf=x -> ok
		2-3 c1 set /conf=y @-1 -> ok v1
		6 config =x v0
		final n1 /conf=y v1
		tree n1`,
}
