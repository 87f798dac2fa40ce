package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/runlog"
)

// TestTranscripts runs testdata/transcripts. "decode FORMAT" reads the input and
// prints its operations, each with the events between which it took effect;
// "torn FORMAT" reads it without its last newline, as a file is cut; "guess"
// tells its format; "value" prints values in the one way of writing them.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			input := d.Input + "\n"
			switch d.Cmd {
			case "guess":
				as, err := Guess("f", []byte(d.Input))
				if err != nil {
					return mistake(t, err)
				}
				return string(as) + "\n"
			case "value":
				var b strings.Builder
				for line := range strings.Lines(input) {
					v, err := ParseValue(line)
					if err != nil {
						v = Value(err.Error())
					}
					fmt.Fprintln(&b, v)
				}
				return b.String()
			case "torn":
				input = d.Input
			case "decode":
			default:
				t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
			}
			h, err := Decode("f", strings.NewReader(input), Name(d.CmdArgs[0].Key))
			if err != nil {
				return mistake(t, err)
			}
			return show(h)
		})
	})
}

// mistake is an error's text; each is one line that names its place.
func mistake(t *testing.T, err error) string {
	t.Helper()
	var e *runlog.SyntaxError
	if !errors.As(err, &e) || e.Line < 1 || strings.Contains(err.Error(), "\n") {
		t.Errorf("an error that is not one line with its place: %q", err)
	}
	return err.Error() + "\n"
}

func show(h *History) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", h.Model)
	if h.Keyed {
		b.WriteString(" for each key")
	}
	b.WriteByte('\n')
	outcomes := [...]string{Unknown: "unknown", OK: "ok", Refused: "refused", Failed: "failed"}
	for i := range h.Ops {
		o := &h.Ops[i]
		fmt.Fprintf(&b, "%d-", o.Call)
		if o.Ret != Never {
			fmt.Fprint(&b, o.Ret)
		}
		fmt.Fprintf(&b, " %s %v", o.Client, o.Do)
		for _, m := range []struct {
			name string
			v    Value
		}{{"key", Value(o.Key)}, {"arg", o.Arg}, {"new", o.New}, {"out", o.Out}} {
			if m.v != "" {
				fmt.Fprintf(&b, " %s=%s", m.name, m.v)
			}
		}
		for _, step := range o.Steps {
			fmt.Fprintf(&b, " %+v", step)
		}
		if o.Items != nil {
			fmt.Fprintf(&b, " items=%v", o.Items)
		}
		fmt.Fprintf(&b, " %s (lines %d, %d)\n", outcomes[o.Outcome], o.Line, o.RetLine)
	}
	return b.String()
}
