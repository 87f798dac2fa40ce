package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// unexpected are the names of what is broken when a server is thrown out of its
// course by what it was given: by a message that its peers may send, or by a disk
// that only crashes have touched. The names are those of the specifications that
// stand closest to the code (mixed_v1 of zookeeper-tla-spec), but for Recovery,
// which those leave out.
var unexpected = map[string]string{
	"PROPOSAL": "ProposalConsistent",
	"COMMIT":   "CommitConsistent",
	"ACK":      "AckConsistent",
	Started:    "Recovery",
}

// Started is the Msg of a Threw event when the server could not take over what is
// on its disk.
const Started = "start"

func threw(e *runlog.Event) *Broken {
	name := unexpected[e.Msg]
	if name == "" {
		return nil // a leader of the past, or the like: part of the protocol
	}
	return &Broken{name, fmt.Sprintf("n%d at %s: %s", e.Node, e.Msg, e.Text)}
}
