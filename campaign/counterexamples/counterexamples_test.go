package counterexamples_test

import (
	"strings"
	"testing"

	"github.com/schismlab/schism/campaign/counterexamples"
	"github.com/schismlab/schism/checker/counterexample"
)

// TestASampleIsWellExplained holds one seed of everything that goes wrong to small
// counterexamples; schism counterexamples does the whole.
func TestASampleIsWellExplained(t *testing.T) {
	for _, kind := range counterexamples.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			list, err := counterexamples.Sources(kind, 1, 1)
			if err != nil {
				t.Fatal(err)
			}
			runs, bad := 0, 0
			for i := range list {
				err := list[i].Each(t.Context(), func(b *counterexamples.Bad) error {
					bad++
					if !b.Well() {
						t.Errorf("%s is not well explained: %s (%s)", b.Signature, b.Why, b.Reproduce)
					} else if text := b.Example.Text(100); strings.Count(text, "\n") > counterexample.MaxLines || b.Example.Story.Broken == "" {
						t.Errorf("%s:\n%s", b.Reproduce, text)
					}
					return nil
				}, func() { runs++ })
				if err != nil {
					t.Fatal(err)
				}
				if kind == counterexamples.Incident && bad <= i {
					t.Errorf("%s is not bad", list[i].Name)
				}
			}
			t.Logf("%d of %d runs were bad", bad, runs)
			if bad == 0 {
				t.Error("no run was bad")
			}
		})
	}
}

func TestAnUnknownKind(t *testing.T) {
	if _, err := counterexamples.Sources("moon phase", 1, 1); err == nil || !strings.Contains(err.Error(), "want one of") {
		t.Errorf("got %v", err)
	}
}
