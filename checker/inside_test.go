package checker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/runlog"
)

// inside parses the events that invariants watch, one a line:
//
//	n1 leads 1 0:0/0        and serves in epoch 1, with the history up to 0:0 of digest 0
//	n2 joins 1 0:0/0        as a follower
//	n1 proposes 1 1:1       in epoch 1
//	n2 logs 1:1/11          and applies, restores, cuts; starts (from its disk)
//	n2 writes accepted 5 1/77   ballot 5, slot 1, digest 77: and it is on disk
//	n2 begins accepted 5 1/77   and it is not
//	n2 sends ACCEPTED 5 1
//	n2 syncs 1:1            of its log
//	n2 sees n1,n2,n4 1:1    as the configuration of version 1:1; or activates
//
// The digest of a value is what ChainDigest makes of it, where it matters.
func inside(t *testing.T, line string) []runlog.Event {
	t.Helper()
	f := strings.Fields(line)
	e := runlog.Event{}
	scan(t, f[0], "n%d", &e.Node)
	place := func(text string) {
		t.Helper()
		z, chain, has := strings.Cut(text, "/")
		if epoch, counter, long := strings.Cut(z, ":"); long {
			var a, b uint64
			scan(t, epoch, "%d", &a)
			scan(t, counter, "%d", &b)
			e.Zxid = a<<32 | b
		} else {
			scan(t, z, "%d", &e.Zxid)
		}
		if has {
			scan(t, chain, "%d", &e.Chain)
		}
	}
	place(f[len(f)-1])
	switch f[1] {
	case "leads", "joins":
		e.Kind, e.Text, e.Msg = runlog.Role, "serving", map[string]string{"leads": "leading", "joins": "following"}[f[1]]
		scan(t, f[2], "%d", &e.Epoch)
	case "proposes":
		e.Kind = runlog.Propose
		scan(t, f[2], "%d", &e.Epoch)
	case "syncs":
		e.Kind, e.Text = runlog.Synced, "log"
	case "sees", "activates":
		e.Kind, e.Text = runlog.Members, map[string]string{"sees": "proposed", "activates": "active"}[f[1]]
		for name := range strings.SplitSeq(f[2], ",") {
			var n int
			scan(t, name, "n%d", &n)
			e.Servers = append(e.Servers, n)
		}
	case "logs":
		e.Kind, e.Text = runlog.Write, "log"
	case "applies":
		e.Kind = runlog.Apply
	case "restores", "starts":
		e.Kind, e.Text = runlog.Restore, map[string]string{"restores": "snap", "starts": "disk"}[f[1]]
	case "cuts":
		e.Kind = runlog.Truncate
	case "writes", "begins":
		e.Kind, e.Text = runlog.Write, f[2]
		scan(t, f[3], "%d", &e.Epoch)
		if f[1] == "writes" {
			return []runlog.Event{e, {Kind: runlog.Synced, Node: e.Node, Text: e.Text, Zxid: e.Zxid}}
		}
	case "sends":
		e.Kind, e.Msg = runlog.Send, f[2]
		scan(t, f[3], "%d", &e.Epoch)
	default:
		t.Fatalf("%q is no event", line)
	}
	return []runlog.Event{e}
}

func scan(t *testing.T, text, format string, to any) {
	t.Helper()
	if n, err := fmt.Sscanf(text, format, to); n != 1 || err != nil {
		t.Fatalf("%q is no %s: %v", text, format, err)
	}
}

// observed is the name of what the last of some events breaks. None before it may
// break anything.
func observed(t *testing.T, watch Invariants, lines ...string) string {
	t.Helper()
	for i, line := range lines {
		for _, e := range inside(t, line) {
			if b := watch.Observe(&e); b != nil {
				if i < len(lines)-1 {
					t.Fatalf("%q breaks %s: %s", line, b.Name, b.Why)
				}
				return b.Name
			}
		}
	}
	return ""
}

// begun is how every story of ZAB begins: three servers, n3 leads, and 1:1 is
// logged and applied everywhere.
var begun = []string{
	"n1 starts 0:0/0", "n2 starts 0:0/0", "n3 starts 0:0/0", "n3 leads 1 0:0/0", "n1 joins 1 0:0/0", "n2 joins 1 0:0/0",
	"n3 proposes 1 1:1", "n3 logs 1:1/11", "n2 logs 1:1/11", "n1 logs 1:1/11", "n3 applies 1:1/11", "n2 applies 1:1/11", "n1 applies 1:1/11",
}

// TestZabInvariants breaks each invariant in as little as possible: after the
// same events, the good one breaks nothing and the bad one breaks it.
func TestZabInvariants(t *testing.T) {
	for _, c := range []struct {
		name      string
		more      []string
		good, bad string
	}{
		{"Leadership1", nil, "n2 leads 2 1:1/11", "n2 leads 1 1:1/11"},
		{"Leadership2", nil, "n3 proposes 1 1:2", "n2 proposes 1 1:2"},
		{"PrimaryIntegrity", nil, "n3 proposes 1 1:2", "n3 proposes 1 1:1"},
		{"PrimaryIntegrity", nil, "n3 proposes 1 1:2", "n3 proposes 1 2:1"},
		{"Integrity", []string{"n3 proposes 1 1:2", "n3 logs 1:2/12"}, "n3 applies 1:2/12", "n3 applies 1:3/13"},
		{"Agreement", []string{"n3 proposes 1 1:2", "n3 logs 1:2/12", "n3 applies 1:2/12"}, "n2 applies 1:2/12", "n2 applies 1:2/99"},
		{"LocalPrimaryOrder", []string{"n3 proposes 1 1:2", "n3 proposes 1 1:3"}, "n3 applies 1:2/12", "n3 applies 1:3/13"},
		{"LocalPrimaryOrder", []string{"n2 leads 2 1:1/11", "n2 proposes 2 2:1", "n2 proposes 2 2:2"}, "n2 applies 2:1/21", "n2 applies 2:2/22"},
		{
			"GlobalPrimaryOrder",
			[]string{"n3 proposes 1 1:2", "n2 leads 2 1:1/11", "n2 proposes 2 2:1", "n2 proposes 2 2:2", "n2 logs 2:1/21", "n2 applies 2:1/21"},
			"n2 applies 2:2/22", "n2 applies 1:2/12",
		},
		{
			"PrefixConsistency",
			[]string{"n3 proposes 1 1:2", "n3 logs 1:2/12", "n2 leads 2 1:1/11", "n2 proposes 2 2:1", "n2 logs 2:1/21", "n2 applies 2:1/21"},
			"n1 applies 2:1/21", "n3 applies 1:2/12",
		},
		{
			// The same, but n2, who has committed the other, has crashed since.
			"TotalOrder",
			[]string{
				"n3 proposes 1 1:2", "n3 logs 1:2/12", "n2 leads 2 1:1/11", "n2 proposes 2 2:1", "n2 logs 2:1/21", "n2 applies 2:1/21",
				"n2 starts 2:1/21",
			},
			"n1 applies 2:1/21", "n3 applies 1:2/12",
		},
		{
			"ProcessConsistency",
			[]string{"n3 proposes 1 1:2", "n3 logs 1:2/12", "n1 logs 1:2/12", "n2 leads 2 1:1/11"},
			"n3 joins 2 1:1/11", "n1 joins 2 1:2/12",
		},
		{"CommittedLogMonotonicity", []string{"n3 proposes 1 1:2", "n3 logs 1:2/12"}, "n3 restores 1:1/11", "n3 restores 0:0/0"},
		{"LeaderLogCompleteness", []string{"n3 proposes 1 1:2", "n3 logs 1:2/12", "n3 applies 1:2/12", "n2 logs 1:2/12"}, "n2 leads 2 1:2/12", "n1 leads 2 1:1/11"},
		{
			"CommittedLogDurability",
			[]string{"n3 proposes 1 1:2", "n3 logs 1:2/12", "n2 logs 1:2/12", "n3 applies 1:2/12"},
			"n1 cuts 1:1/11", "n2 cuts 1:1/11",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			story := append(append([]string(nil), begun...), c.more...)
			if got := observed(t, new(ZabInvariants), append(story, c.good)...); got != "" {
				t.Errorf("%q breaks %s", c.good, got)
			}
			if got := observed(t, new(ZabInvariants), append(story, c.bad)...); got != c.name {
				t.Errorf("%q breaks %q, want %s", c.bad, got, c.name)
			}
		})
	}
}

// TestReconfigInvariants does the same where the configuration changes: n1, n2 and n3
// are the first, n4 and n5 follow without a voice.
func TestReconfigInvariants(t *testing.T) {
	story := []string{
		"n1 starts 0:0/0", "n2 starts 0:0/0", "n3 starts 0:0/0", "n4 starts 0:0/0", "n5 starts 0:0/0",
		"n3 writes currentEpoch 1 0", "n2 writes currentEpoch 1 0", "n3 leads 1 0:0/0", "n1 writes currentEpoch 1 0", "n4 writes currentEpoch 1 0",
	}
	proposed := append(slices.Clone(story), "n3 sees n2,n4,n5 1:1", "n3 proposes 1 1:1", "n3 logs 1:1/11", "n3 syncs 1:1")
	seen := append(slices.Clone(proposed), "n2 sees n2,n4,n5 1:1", "n4 sees n2,n4,n5 1:1", "n2 logs 1:1/11", "n4 logs 1:1/11", "n2 syncs 1:1")
	active := append(slices.Clone(seen), "n4 syncs 1:1", "n3 activates n2,n4,n5 1:1", "n3 applies 1:1/11")
	next := append(slices.Clone(active), "n2 activates n2,n4,n5 1:1", "n2 writes currentEpoch 2 0", "n4 writes currentEpoch 2 0")
	for _, c := range []struct {
		name      string
		more      []string
		good, bad string
	}{
		{"CommittedLogDurability", append(slices.Clone(story), "n3 proposes 1 1:1", "n3 logs 1:1/11", "n2 logs 1:1/11", "n4 logs 1:1/11", "n3 syncs 1:1", "n2 syncs 1:1"), "n3 applies 1:1/11", ""},
		{"CommittedLogDurability", append(slices.Clone(story), "n3 proposes 1 1:1", "n3 logs 1:1/11", "n2 logs 1:1/11", "n4 logs 1:1/11", "n3 syncs 1:1", "n4 syncs 1:1"), "", "n3 applies 1:1/11"},
		{"ConfigurationAgreement", proposed, "n2 sees n2,n4,n5 1:1", "n2 sees n1,n4,n5 1:1"},
		{"ActivationQuorum", append(slices.Clone(seen), "n4 syncs 1:1"), "n3 activates n2,n4,n5 1:1", ""},
		{"ActivationQuorum", seen, "", "n3 activates n2,n4,n5 1:1"},                                                   // n4, of the new, has it not on disk
		{"ActivationQuorum", append(slices.Clone(proposed), "n4 sees n2,n4,n5 1:1"), "", "n3 activates n2,n4,n5 1:1"}, // nor anybody but n3 of the old
		{"LeadershipQuorum", next, "n2 leads 2 1:1/11", ""},
		{"LeadershipQuorum", append(slices.Clone(active), "n1 writes currentEpoch 2 0", "n3 writes currentEpoch 2 0"), "", "n3 leads 2 1:1/11"},
		{"LeaderConfiguration", append(slices.Clone(active), "n2 writes currentEpoch 2 0", "n4 writes currentEpoch 2 0"), "", "n2 leads 2 1:1/11"},
		{"OneReconfiguration", active, "n3 sees n2,n4 1:2", ""},
		{"OneReconfiguration", proposed, "", "n3 sees n2,n4 1:2"},
		{"SyncedQuorum", story, "n3 sees n2,n4,n5 1:1", "n3 sees n3,n5 1:1"},
		{"RemovedLeader", append(slices.Clone(active), "n2 applies 1:1/11", "n3 proposes 1 1:2", "n2 logs 1:2/12", "n4 logs 1:2/12", "n2 syncs 1:2", "n4 syncs 1:2"), "n2 applies 1:2/12", ""},
		{"RemovedLeader", append(slices.Clone(active), "n3 proposes 1 1:2", "n3 logs 1:2/12", "n2 logs 1:2/12", "n4 logs 1:2/12", "n2 syncs 1:2", "n4 syncs 1:2"), "", "n3 applies 1:2/12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, last := range []struct{ line, want string }{{c.good, ""}, {c.bad, c.name}} {
				if last.line == "" {
					continue
				}
				if got := observed(t, NewReconfigInvariants(3), append(slices.Clone(c.more), last.line)...); got != last.want {
					t.Errorf("%q breaks %q, want %q", last.line, got, last.want)
				}
			}
		})
	}
}

// TestPaxosInvariants does the same for multi-Paxos, with three servers. Values
// are 71 and 72, a no-op by its digest.
func TestPaxosInvariants(t *testing.T) {
	one := paxos.ChainDigest(0, 1, 71)
	two := paxos.ChainDigest(one, 2, 72)
	noOp := multi.NoOp{}.Digest()
	applies := func(node int, slot, chain uint64) string { return fmt.Sprintf("n%d applies %d/%d", node, slot, chain) }
	chosen := []string{
		"n1 writes promised 5 0", "n2 writes promised 5 0", "n2 sends PROMISE 5 0", "n1 leads 5 0/0", "n1 proposes 5 1/71",
		"n1 writes accepted 5 1/71", "n2 writes accepted 5 1/71", "n2 sends ACCEPTED 5 1",
	}
	// n1 has proposed 72 for the state after 71; both are accepted by n2, or 72 alone
	// and n3 fills slot 1.
	lost := []string{
		"n1 writes promised 5 0", "n2 writes promised 5 0", "n1 leads 5 0/0", "n1 proposes 5 1/71", "n1 proposes 5 2/72", "n2 writes accepted 5 2/72",
		"n3 writes promised 6 0", "n2 writes promised 6 0", "n3 writes accepted 6 2/72", "n2 writes accepted 6 2/72",
	}
	kept := append(append([]string(nil), lost...), "n3 writes accepted 6 1/71", "n2 writes accepted 6 1/71", applies(3, 1, one))
	gone := append(append([]string(nil), lost...), fmt.Sprintf("n3 writes accepted 6 1/%d", noOp), fmt.Sprintf("n2 writes accepted 6 1/%d", noOp),
		applies(3, 1, paxos.ChainDigest(0, 1, noOp)))
	global := []string{
		"n1 writes promised 5 0", "n1 leads 5 0/0", "n1 proposes 5 1/71", "n1 writes accepted 5 1/71", "n2 writes accepted 5 1/71",
		"n3 leads 6 0/0", "n3 proposes 6 2/72", "n3 writes accepted 6 2/72", "n2 writes accepted 6 2/72", applies(2, 1, one),
	}
	for _, c := range []struct {
		name      string
		more      []string
		good, bad string
	}{
		{"PromiseKept", chosen, "n2 writes promised 6 0", "n2 writes promised 4 0"},
		{"PromiseKept", chosen, "n2 sends ACCEPTED 5 1", "n2 sends PROMISE 4 0"},
		{"OneValuePerBallot", append(chosen, "n1 proposes 5 2/72"), "n3 writes accepted 5 1/71", "n3 writes accepted 5 1/72"},
		{"Validity", chosen, "n3 writes accepted 5 1/71", "n3 writes accepted 5 2/99"},
		{"DurableBeforeAnswer", append(chosen, "n3 begins promised 6 0"), "n1 sends PREPARE 5 0", "n3 sends PROMISE 6 0"},
		{"LearnedIsChosen", chosen, applies(2, 1, one), "n2 restores 2/1"},
		{"Agreement", chosen, applies(2, 1, one), applies(2, 1, two)},
		{"NoGap", append(chosen, applies(1, 1, one)), applies(2, 1, one), applies(2, 2, two)},
		{"GlobalPrimaryOrder", global, applies(1, 1, one), applies(2, 2, two)},
	} {
		t.Run(c.name, func(t *testing.T) {
			story := append([]string(nil), c.more...)
			if got := observed(t, NewPaxosInvariants(3), append(story, c.good)...); got != "" {
				t.Errorf("%q breaks %s", c.good, got)
			}
			if got := observed(t, NewPaxosInvariants(3), append(story, c.bad)...); got != c.name {
				t.Errorf("%q breaks %q, want %s", c.bad, got, c.name)
			}
		})
	}
	t.Run("LocalPrimaryOrder", func(t *testing.T) {
		if got := observed(t, NewPaxosInvariants(3), append(kept, applies(3, 2, two))...); got != "" {
			t.Errorf("with 71 before it, 72 breaks %s", got)
		}
		last := applies(3, 2, paxos.ChainDigest(paxos.ChainDigest(0, 1, noOp), 2, 72))
		if got := observed(t, NewPaxosInvariants(3), append(gone, last)...); got != "LocalPrimaryOrder" {
			t.Errorf("with a no-op in the place of 71, 72 breaks %q", got)
		}
	})
}
