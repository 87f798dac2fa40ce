package counterexample

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// invariantPromises say what each invariant is for.
var invariantPromises = map[string]string{
	"Leadership1":              "An epoch has one leader. With two, the same transaction number could stand for two transactions.",
	"Leadership2":              "In an epoch one server proposes. With two, the same transaction number could stand for two transactions.",
	"PrimaryIntegrity":         "A leader proposes in its own epoch, and a transaction number once.",
	"PrefixConsistency":        "Of what two servers have committed one must be the beginning of the other. Here clients of the two see different worlds.",
	"ProcessConsistency":       "A follower that serves must have taken over its leader's history, as far as it goes.",
	"CommittedLogMonotonicity": "What a server has committed it may not lose while it runs: its clients have seen it.",
	"Integrity":                "A server may only apply what some leader has proposed.",
	"Agreement":                "Servers that apply the same transaction number must have applied the same transactions up to it. From here on they hold different data.",
	"TotalOrder":               "What servers apply must be beginnings of one and the same history. Here it has two branches, so clients of different servers see different worlds.",
	"GlobalPrimaryOrder":       "Transactions of a later epoch come after all those of an earlier one.",
	"LocalPrimaryOrder":        "Within an epoch a server applies every transaction in the order of the numbers, with no gap and none twice.",
	"LeaderLogCompleteness":    "A leader must have everything that is committed, because it makes its followers throw away what it has not. Clients may have been told already that this was done.",
	"NoVoteCircle":             "Among the votes of one round of an election there must be one order, in which each server only changes to a better one. If votes go round in a circle the election need not end, and meanwhile nobody is served.",
	"Recovery":                 "A server must be able to start from what its own disk holds after a crash, whenever that came. One that cannot is lost to the ensemble.",
	"ProposalConsistent":       "A follower must be able to take whatever its leader may send as a proposal. This one ends its connection, and will do so again each time.",
	"CommitConsistent":         "A follower must be able to take a commit of whatever its leader may have sent before. This one gives up what it was doing.",
	"AckConsistent":            "A leader must be able to take an acknowledgement in the order in which a follower's disk may bring it. This one steps down, although a quorum was with it.",
	"CommittedLogDurability":   "A server may only cut off what was never committed.",
	"ConfigurationAgreement":   "A version of the configuration says who belongs to the ensemble, and must say the same to every server.",
	"ActivationQuorum":         "A configuration may be in force only when a quorum of it, and of the one before, has it on disk. Else servers build quorums of it that share nobody with those of the old one, and what the old one has acknowledged can be lost.",
	"LeadershipQuorum":         "Who leads must be followed by a quorum of the configuration in force, or another could lead beside it.",
	"LeaderConfiguration":      "A leader must have put in force what its history says of the ensemble before it leads by it.",
	"RemovedLeader":            "A leader that the configuration in force does not name as a voter may not commit any more.",
	"OneReconfiguration":       "A change of the ensemble may be proposed only when the one before is in force: quorums of neighbouring configurations overlap because both are asked, and of three nobody asks.",
	"SyncedQuorum":             "A configuration may be proposed only if a quorum of it follows the leader. Otherwise the ensemble would have no quorum when it is in force.",
}

// tell makes the story of the servers' events.
func (v *slice) tell(shown []int) Story {
	zero := v.run.Events[shown[0]].T
	st := Story{Zero: zero}
	first := map[int]bool{}
	stake := map[uint64]bool{}
	for _, s := range v.folded(shown) {
		e := &s.Event
		if s.index < 0 {
			if e.Zxid != 0 && !first[e.Node] {
				st.Given = append(st.Given, fmt.Sprintf("n%d has applied everything up to transaction %s", e.Node, zxidText(e.Zxid)))
			}
			first[e.Node] = true
			continue
		}
		first[e.Node] = true
		if e.Kind == runlog.Propose || e.Kind == runlog.Apply {
			stake[e.Zxid] = true
		}
		long, short := serverText(e)
		st.Moments = append(st.Moments, Moment{e.T - zero, s.index + 1, long})
		st.Spans = append(st.Spans, Span{fmt.Sprintf("n%d", e.Node), e.T - zero, e.T - zero, false, short, "server"})
	}
	st.Moments = append(st.Moments, v.askedFor(stake, zero)...)
	slices.SortStableFunc(st.Moments, func(a, b Moment) int { return a.Event - b.Event })
	st.Broken = upper(strings.TrimSuffix(v.broken.Why, ".")) + ". " + v.fork(shown) + invariantPromises[v.broken.Name]
	return st
}

// maxTold bounds how many answers of clients are told beside the servers' events.
const maxTold = 2

// askedFor says who had been told by then that the transactions at stake are
// done.
func (v *slice) askedFor(stake map[uint64]bool, zero int64) []Moment {
	var list []Moment
	s := newSubject(v.run)
	for i := range v.run.History {
		o := &v.run.History[i]
		if o.Out != runlog.OK || !stake[o.Result.Zxid] || len(changesOf(o)) == 0 || s.rets[i] > v.last || len(list) == maxTold {
			continue
		}
		paths := set(pathsOf(o))
		text := fmt.Sprintf("c%d, which asked to %s, is told by %s: done, transaction %s.", o.Client, wish(o, paths), nodeOf(o), zxidText(o.Result.Zxid))
		list = append(list, Moment{o.Ret - zero, s.rets[i] + 1, text})
	}
	return list
}

// fork says where the history of the last event and that of a transaction applied
// before it part, "" if they do not.
func (v *slice) fork(shown []int) string {
	b := &v.run.Events[v.last]
	for i := len(shown) - 2; i >= 0; i-- {
		a := &v.run.Events[shown[i]]
		if a.Kind != runlog.Apply || a.Chain == b.Chain {
			continue
		}
		line := v.line(placeOf(a))
		var next place
		for p, ok := placeOf(b), true; ok; p, ok = v.parents[p.chain] {
			at := slices.Index(line, p)
			if at == 0 || at > 0 && next == (place{}) {
				break // one is the beginning of the other
			}
			if at > 0 {
				return fmt.Sprintf("The two histories part after %s: n%d's goes on with %s, n%d's with %s. ",
					zxidText(p.zxid), b.Node, zxidText(next.zxid), a.Node, zxidText(line[at-1].zxid))
			}
			next = p
		}
	}
	return ""
}

// line are a history's ends, from the last back to the first that is known.
func (v *slice) line(p place) (list []place) {
	for ok := true; ok; p, ok = v.parents[p.chain] {
		list = append(list, p)
	}
	return list
}

// serverText tells an event of a server, in a sentence and in a picture's words.
func serverText(e *runlog.Event) (long, short string) {
	z := zxidText(e.Zxid)
	switch e.Kind {
	case runlog.Vote:
		return fmt.Sprintf("n%d, in round %d of the election, votes for n%d, whose history ends at %s in epoch %d.", e.Node, e.Num, e.Peer, z, e.Epoch),
			fmt.Sprintf("votes for n%d", e.Peer)
	case runlog.Threw:
		if e.Msg == checker.Started {
			return fmt.Sprintf("n%d cannot start from its disk: %s.", e.Node, strings.TrimSuffix(e.Text, ".")), "cannot start"
		}
		return fmt.Sprintf("n%d is sent %s, and is thrown out of its course: %s.", e.Node, e.Msg, strings.TrimSuffix(e.Text, ".")), "thrown out by " + e.Msg
	case runlog.Propose:
		return fmt.Sprintf("n%d, the leader of epoch %d, proposes transaction %s.", e.Node, e.Epoch, z), "proposes " + z
	case runlog.Write:
		return fmt.Sprintf("n%d writes transaction %s to its log.", e.Node, z), "logs " + z
	case runlog.Apply:
		return fmt.Sprintf("n%d applies transaction %s, as one applies what is committed.", e.Node, z), "applies " + z
	case runlog.Restore:
		from := map[string]string{"disk": "from its own disk", "snap": "from a snapshot of the leader's", "diff": "from what the leader sent it"}[e.Text]
		if e.Zxid == 0 {
			return fmt.Sprintf("n%d begins with an empty history.", e.Node), "empty"
		}
		return strings.TrimSpace(fmt.Sprintf("n%d takes over the history up to %s %s", e.Node, z, from)) + ".", "holds " + z
	case runlog.Truncate:
		return fmt.Sprintf("n%d cuts its history back to %s.", e.Node, z), "cuts to " + z
	case runlog.Role:
		if e.Text != "serving" {
			long, short, _ := roleText(e)
			return long, short
		}
		if e.Msg != "leading" {
			return fmt.Sprintf("n%d serves clients as a follower in epoch %d, with a history up to %s.", e.Node, e.Epoch, z), fmt.Sprintf("follows %d", e.Epoch)
		}
		return fmt.Sprintf("n%d begins to lead epoch %d, with a history up to %s.", e.Node, e.Epoch, z), fmt.Sprintf("leads %d", e.Epoch)
	case runlog.Start:
		return fmt.Sprintf("n%d starts.", e.Node), "starts"
	case runlog.Pause:
		return fmt.Sprintf("n%d is stopped in its tracks.", e.Node), "paused"
	}
	return fmt.Sprintf("n%d crashes.", e.Node), "crashes"
}
