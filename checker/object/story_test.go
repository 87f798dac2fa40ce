package object

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
)

// TestTranscripts runs testdata/transcripts: "judge MODEL [initial=V]" judges a
// story and prints the verdict, the signature and why. A story has an operation
// a line, called and answered at the moments before it:
//
//	1-4 a write 3
//	2-? b cas 3 4            never answered
//	3-5 c read =3            gave 3
//	6-7 c cas 3 4 refused
//	8-9 c cas 3 4 failed
//	1-2 a get k1 ="x"        of the key k1
//	1-2 a txn x=1 y:=2       read 1 from x and wrote 2 to y
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		seen := map[checker.Verdict]bool{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "judge" {
				t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
			}
			h := tell(t, format.Model(d.CmdArgs[0].Key), d.Input)
			initial := "nil"
			d.MaybeScanArgs(t, "initial", &initial)
			r := Judge(h, format.Value(initial), checker.Budget{Time: time.Minute, Memory: 1 << 30})
			seen[r.Verdict] = true
			if (r.Signature != "") != (r.Verdict == checker.Violation) || r.Name != "linearizable" {
				t.Errorf("%s: %v with signature %q of %s", d.Pos, r.Verdict, r.Signature, r.Name)
			}
			return fmt.Sprintf("%v %s\n%s\n", r.Verdict, r.Signature, r.Why)
		})
		if !seen[checker.OK] || !seen[checker.Violation] {
			t.Errorf("%s has no pair: %v", path, seen)
		}
	})
}

var functions = func() map[string]format.Do {
	all := map[string]format.Do{}
	for d := format.Read; d <= format.Txn; d++ {
		all[d.String()] = d
	}
	return all
}()

// tell makes a history of a story. The moments are the lines of its events, too.
func tell(t *testing.T, m format.Model, story string) *format.History {
	t.Helper()
	h := &format.History{Format: format.JSONLines, Model: m}
	for text := range strings.Lines(story) {
		w := strings.Fields(text)
		from, to, _ := strings.Cut(w[0], "-")
		o := format.Op{Client: w[1], Do: functions[w[2]], Call: number(t, from), Ret: format.Never, Outcome: format.Unknown}
		if to != "?" {
			o.Ret, o.Outcome = number(t, to), format.OK
			o.RetLine = o.Ret
		}
		o.Line = o.Call
		for _, arg := range w[3:] {
			out, gave := strings.CutPrefix(arg, "=")
			switch {
			case arg == "refused":
				o.Outcome = format.Refused
			case arg == "failed":
				o.Outcome = format.Failed
			case o.Do == format.Txn:
				register, v, write := strings.Cut(arg, ":=")
				if !write {
					register, v, _ = strings.Cut(arg, "=")
				}
				o.Steps = append(o.Steps, format.Step{Write: write, Key: register, Value: format.Value(v)})
				o.Arg += format.Value(arg) + " "
				o.Out = o.Arg
			case gave && m == format.Set:
				o.Items = []format.Value{}
				for _, v := range strings.Split(out, ",") {
					if v != "" {
						o.Items = append(o.Items, format.Value(v))
					}
				}
			case gave:
				o.Out = format.Value(out)
			case strings.HasPrefix(arg, "k"):
				o.Key, h.Keyed = arg, true
			case o.Arg == "":
				o.Arg = format.Value(arg)
			default:
				o.New = format.Value(arg)
			}
		}
		h.Ops = append(h.Ops, o)
	}
	return h
}

func number(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
