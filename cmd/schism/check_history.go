package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
	"github.com/schismlab/schism/checker/object"
)

// historyResult is what is said of another program's history alone. Its names
// mean what they mean of a run.
type historyResult struct {
	Model     format.Model    `json:"model"`
	Verdict   checker.Verdict `json:"verdict"`
	Signature string          `json:"signature"`
	Ops       campaign.Ops    `json:"ops"`
	Log       string          `json:"log"`
	Reproduce string          `json:"reproduce"`

	check string
	keyed bool
}

func (o *checkOptions) judgeHistory(path string, in io.Reader, as format.Name, b checker.Budget) (*judgement, error) {
	h, err := format.Decode(path, in, as)
	if err != nil {
		return nil, err
	}
	initial, err := o.start(h)
	if err != nil {
		return nil, err
	}
	found := object.Judge(h, initial, b)
	r := &historyResult{
		Model: h.Model, Verdict: found.Verdict, Signature: found.Signature,
		Log: path, Reproduce: o.again(path), check: found.Name, keyed: h.Keyed,
	}
	r.Ops.OK, r.Ops.Fail, r.Ops.Unknown = h.Count()
	return &judgement{history: r, measured: measured{Format: as, Why: found.Why}}, nil
}

// start is the value that the history's registers begin with.
func (o *checkOptions) start(h *format.History) (format.Value, error) {
	v, err := format.ParseValue(o.initial)
	if err != nil {
		return "", badInput{fmt.Sprintf("--initial %s: %v", o.initial, err)}
	}
	if v != format.Nil && !slices.Contains([]format.Model{format.Register, format.CASRegister, format.MultiRegister}, h.Model) {
		return "", badInput{fmt.Sprintf("--initial %s: this is a history of a %s, which begins empty; want one of a register", o.initial, h.Model)}
	}
	return v, nil
}

// again is the command line that gives this verdict.
func (o *checkOptions) again(path string) string {
	line := "schism check " + path
	if o.as != "" {
		line += " --as " + o.as
	}
	if o.initial != "nil" {
		line += " --initial " + o.initial
	}
	return line
}

// about says what the file was taken for, beyond its format.
func (j *judgement) about() string {
	r := j.history
	if r == nil {
		return ""
	}
	each := ""
	if r.keyed {
		each = " for each key"
	}
	return fmt.Sprintf(", a history of a %s%s: %d ok, %d failed, %d of unknown outcome", r.Model, each, r.Ops.OK, r.Ops.Fail, r.Ops.Unknown)
}
