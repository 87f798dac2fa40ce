package zktest_test

import (
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/zookeeper/zktest"
)

// A test of a client that must survive the loss of the leader.
func ExampleStart() {
	_ = func(t *testing.T) {
		e := zktest.Start(t, 3)
		conn, _, err := zk.Connect(e.Servers(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()

		e.Crash(e.Leader())
		e.AwaitLeader()

		if ok, _, err := conn.Exists("/config"); err != nil {
			t.Errorf("the client did not come back: %v, %v", ok, err)
		}
	}
	// Output:
}
