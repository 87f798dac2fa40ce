package mutants_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/campaign/mutants"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/paxos/synod"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/sim"
)

// TestEveryBugIsInTheTable holds the table to the protocols' own lists.
func TestEveryBugIsInTheTable(t *testing.T) {
	_ = append(zab.BugNames(), "mine") // who lengthens the list does not reach into it
	for protocol, bugs := range map[string][]string{sim.ZAB: zab.MutantNames(), mutants.Synod: synod.BugNames(), sim.MultiPaxos: multi.BugNames()} {
		var names []string
		for _, m := range mutants.Of(protocol) {
			names = append(names, m.Name)
			if (m.By == "") == (m.Survives == "") {
				t.Errorf("%s %s: want a check that kills it, or a reason why none does", protocol, m.Name)
			}
		}
		if want := slices.Sorted(slices.Values(bugs)); !slices.Equal(slices.Sorted(slices.Values(names)), want) {
			t.Errorf("%s: the table has %v, the protocol %v", protocol, names, want)
		}
	}
}

// TestMutants tries all of Paxos, and of ZAB those that die soon: the scenarios'
// tests and the command try the others.
func TestMutants(t *testing.T) {
	var list []mutants.Mutant
	for _, m := range mutants.All() {
		if m.Protocol != sim.ZAB || m.Within <= 3 && m.By != "" {
			list = append(list, m)
		}
	}
	err := mutants.Each(t.Context(), list, func(o mutants.Outcome) error {
		t.Logf("%-10s %-25s %-20s try %d of %d", o.Protocol, o.Name, o.KilledBy, o.At, o.Within)
		if !o.As {
			t.Errorf("%s %s: killed by %q in try %d, want %q within %d: %s", o.Protocol, o.Name, o.KilledBy, o.At, o.By, o.Within, o.Why)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTranscriptsOfSurvivors: where the table says that a transcript plays what no
// schedule meets, it does.
func TestTranscriptsOfSurvivors(t *testing.T) {
	played := 0
	for _, m := range mutants.Of(sim.MultiPaxos) {
		_, name, ok := strings.Cut(m.Survives, "the transcript ")
		if !ok {
			continue
		}
		played++
		name, _, _ = strings.Cut(name, " ")
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "transcripts", "multi", name))
		if err != nil || !strings.Contains(string(text), "bug="+m.Name) {
			t.Errorf("%s: transcript %s does not show it: %v", m.Name, name, err)
		}
	}
	if played != 2 {
		t.Errorf("%d survivors have a transcript, want 2", played)
	}
}
