package scenarios_test

import (
	"strings"
	"testing"

	"github.com/schismlab/schism/scenarios"
)

// TestStepThatIsNone: who writes a first scenario mistypes a step, and is told where.
func TestStepThatIsNone(t *testing.T) {
	for _, c := range []struct {
		name, want string
		steps      func(*scenarios.Draw)
	}{
		{
			"action that is none", `scenario mine: draw_test.go:18: step "slown F": unknown step "slown": want one of name, crash, `,
			func(d *scenarios.Draw) { d.Step("slown F") },
		},
		{
			"the first of two", `scenario mine: draw_test.go:23: step "await call": cannot await "call": want one of leader, `,
			func(d *scenarios.Draw) {
				d.Fault("await call")
				d.Step("slown F")
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			mine := &scenarios.Scenario{Name: "mine", Servers: 3, Steps: c.steps}
			if _, err := mine.Plan(1, scenarios.Options{}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error\n%v\nwant it to begin\n%s", err, c.want)
			}
		})
	}
}
