package incidents

import (
	"fmt"
	"strings"
)

var zookeeper3104 = &Incident{
	Name:  "zookeeper-3104",
	Title: "a history is replayed by half over a snapshot that has all of it",
	Story: "n1 was down for so long that n3, the leader, sends it the whole tree. n3 first lets n1's queue begin, and puts NEWLEADER " +
		"into it, and only then reads the tree. A change of /v to 1 is committed before NEWLEADER was put in, one to 2 after that and " +
		"before the tree is read. So n1 is sent a tree with 2 in it, applies the change to 1 over it, comes to NEWLEADER, and writes " +
		"down as a snapshot what it has: 1, under the zxid of 2. It crashes before it has taken the rest of its queue. When it " +
		"comes back it has, by its zxid, all there is, and keeps 1 for good. The repair puts NEWLEADER into the queue when the tree " +
		"is sent. (The issue's test makes the changes at these moments by hand; here the network holds them back till then.)",
	Signature: "servers-agree", Affected: "zk-3.4.14", Fixed: "zk-3.5.5", FixedIn: "3.5.5, 3.6.0",
	seed: 10,
	script: `setup
	+0s create /r "0"
	+0s create /v "0"
client c1 n3
` + sets(150, "1ms", "/r") + `client c2 n3
	+3010ms set /v "1" any
client c3 n3
	+3040ms set /v "2" any
steps
	at 100ms crash n1
	at 3s cut n2 -> n3
	at 3030ms cut n3 -> n2
	at 3060ms start n1
	when n1 sends ACKEPOCH #1: heal n3 -> n2
	when n3 receives ACKEPOCH with n1 #1: heal n2 -> n3
	when n1 logs snapshot #1: crash n1
	+1s start n1
	+0s await ready within 40s
`,
}

// sets are n calls that set a znode, a line each.
func sets(n int, pause, path string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\t+%s set %s \"%d\" any\n", pause, path, i+1)
	}
	return b.String()
}
