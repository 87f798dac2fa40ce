package run

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// What servers of 3.8.0 and 3.9.5 have said, shortened.
const (
	saidFollower = `2026-11-28T03:24:01.200+0000 [main] INFO org.apache.zookeeper.server.quorum.QuorumPeerConfig - Reading configuration from: /tmp/n1/zoo.cfg
2026-11-28T03:24:03.931+0000 [QuorumPeer[myid=1](plain=127.0.0.1:37699)(secure=disabled)] WARN org.apache.zookeeper.server.quorum.Learner - Exception when following the leader
java.io.IOException: Unsupported Txn with type=%d13
	at org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn(SerializeUtils.java:104)
	at org.apache.zookeeper.server.quorum.Follower.processPacket(Follower.java:164)
	at org.apache.zookeeper.server.quorum.Follower.followLeader(Follower.java:125)
2026-11-28T03:24:03.954+0000 [QuorumPeer[myid=1](plain=127.0.0.1:37699)(secure=disabled)] WARN org.apache.zookeeper.server.quorum.QuorumPeer - PeerState set to LOOKING
`
	saidLeader = `2026-11-28T03:24:04.011+0000 [QuorumPeer[myid=3](plain=127.0.0.1:39243)(secure=disabled)] ERROR org.apache.zookeeper.server.ZooKeeperServer - Error updating DB
java.io.IOException: Unsupported Txn with type=%d13
	at org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn(SerializeUtils.java:104)
	at org.apache.zookeeper.server.ZKDatabase.fastForwardDataBase(ZKDatabase.java:300)
`
	saidLoading = `2026-11-28T03:24:04.027+0000 [QuorumPeer[myid=3](plain=127.0.0.1:39243)(secure=disabled)] ERROR org.apache.zookeeper.server.quorum.QuorumPeer - Unable to load database on disk
java.io.IOException: Unsupported Txn with type=%d13
	at org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn(SerializeUtils.java:104)
	at org.apache.zookeeper.server.ZKDatabase.loadDataBase(ZKDatabase.java:285)
	at org.apache.zookeeper.server.quorum.QuorumPeer.loadDataBase(QuorumPeer.java:1150)
`
	saidBenign = `2026-11-28T03:24:05.100+0000 [QuorumPeer[myid=2](plain=127.0.0.1:44399)(secure=disabled)] WARN org.apache.zookeeper.server.quorum.Learner - Exception when following the leader
java.io.EOFException
	at java.base/java.io.DataInputStream.readInt(DataInputStream.java:386)
	at org.apache.zookeeper.server.quorum.Learner.readPacket(Learner.java:240)
	at org.apache.zookeeper.server.quorum.Follower.followLeader(Follower.java:124)
2026-11-28T03:24:05.200+0000 [NIOWorkerThread-2] WARN org.apache.zookeeper.server.NIOServerCnxn - Close of session 0x0
java.io.IOException: ZooKeeperServer not running
	at org.apache.zookeeper.server.NIOServerCnxn.readLength(NIOServerCnxn.java:554)
`
)

func TestTrace(t *testing.T) {
	for _, test := range []struct {
		name, said string
		want       []string
	}{
		{"a follower cannot read a proposal", saidFollower, []string{"PROPOSAL: java.io.IOException: Unsupported Txn with type=%d13"}},
		{"what a leader says of it when it steps down", saidLeader, nil},
		{"a server cannot read its own log", saidLoading, []string{"start: java.io.IOException: Unsupported Txn with type=%d13"}},
		{"a leader that is gone, a client that comes early", saidBenign, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr trace
			var got []string
			for line := range strings.Lines(test.said) {
				if c, ok := tr.line(strings.TrimSuffix(line, "\n")); ok {
					got = append(got, c.msg+": "+c.why)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("told %q, want %q", got, test.want)
			}
		})
	}
}

// homes is an ensemble whose servers have a folder each.
type homes struct {
	*told
	top string
}

func (h homes) Dir(n int) string { return filepath.Join(h.top, plan.ServerName(n)) }

// The logs of three servers are told in the order of what is in them, a server
// that says the same a thousand times is told once a life, and a promise is
// broken once.
func TestConfessions(t *testing.T) {
	again := strings.NewReplacer("03:24:01", "03:24:08", "03:24:03", "03:24:09", "03:24:04", "03:24:09").Replace(saidFollower + saidLoading)
	h := homes{three(), t.TempDir()}
	for n, said := range map[int]string{1: saidFollower, 2: saidBenign, 3: strings.Repeat(saidLoading, 1000) + again} {
		if err := os.MkdirAll(h.Dir(n), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(h.Dir(n), "server.log"), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := &kept{}
	s := newServers(h, newRecorder(log))
	over, stop := context.WithCancel(t.Context())
	stop()
	s.confessions(over)
	var got []string
	for i, e := range log.events {
		switch e.Kind {
		case runlog.Threw:
			got = append(got, plan.ServerName(e.Node)+" "+e.Msg)
		case runlog.Violated:
			got = append(got, e.Msg)
			if cause := log.events[e.Cause-1]; cause.Kind != runlog.Threw || int(e.Cause) != i {
				t.Errorf("%s is caused by event %d, want the one before it", e.Msg, e.Cause)
			}
		}
	}
	want := []string{"n1 PROPOSAL", "ProposalConsistent", "n3 start", "Recovery", "n3 start", "n3 PROPOSAL"}
	if !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}
