//go:build unix

package local_test

import (
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// TestVersions elects, replicates and loses a leader on every known release:
// the election protocol, the configuration and the answer to srvr differ.
func TestVersions(t *testing.T) {
	for _, v := range artifact.Versions() {
		t.Run(v, func(t *testing.T) {
			b := start(t, cluster.Options{Servers: 3, Version: v})
			old := b.leader(1, 2, 3)
			conn := b.dial(old%3 + 1)
			_, err := conn.Create("/a", nil, 0, zk.WorldACL(zk.PermAll))
			b.must(err)
			b.noDirectConnection()
			b.isolate(old, cluster.Link{Cut: true})
			b.leader(others(old)...)
			b.await("the old leader steps down", func() bool { return b.mode(old) != "leader" })
			b.noDirectConnection()
			b.isolate(old, cluster.Link{})
			b.awaitMode(old, "follower")
			b.noDirectConnection()
		})
	}
}
