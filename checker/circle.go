package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// circle watches that votes are in one order (NoVoteCircle): a server that is
// looking changes its vote for a better one only, so among the votes of one round
// no chain of changes leads back to where it began. With a circle, an election
// need not come to an end.
type circle struct {
	last map[int]vote // by server
	// better are the changes seen, from a vote to the one that took its place. A
	// round has few: as many as there are servers whose votes differ.
	better map[vote][]vote
}

// vote is a ballot in a round of the election.
type vote struct {
	round, leader int
	epoch         uint32
	zxid          uint64
}

// begins forgets the vote of a server that begins a new election, or a new life.
func (c *circle) begins(e *runlog.Event) {
	if e.Text == "looking" {
		delete(c.last, e.Node)
	}
}

func (c *circle) votes(e *runlog.Event) *Broken {
	if c.last == nil {
		c.last, c.better = map[int]vote{}, map[vote][]vote{}
	}
	was, now := c.last[e.Node], vote{e.Num, e.Peer, e.Epoch, e.Zxid}
	c.last[e.Node] = now
	if was.round != now.round || was == now || c.leads(was, now) {
		return nil
	}
	if c.leads(now, was) {
		return &Broken{"NoVoteCircle", fmt.Sprintf("in round %d of the election n%d gives up its vote for n%d (epoch %d, %s) for one for n%d (epoch %d, %s), "+
			"although votes were changed the other way round, too", now.round, e.Node, was.leader, was.epoch, zxidText(was.zxid), now.leader, now.epoch, zxidText(now.zxid))}
	}
	c.better[was] = append(c.better[was], now)
	return nil
}

// leads says whether changes that were seen lead from one vote to another. There
// is no circle among them, so this ends.
func (c *circle) leads(from, to vote) bool {
	for _, next := range c.better[from] {
		if next == to || c.leads(next, to) {
			return true
		}
	}
	return false
}
