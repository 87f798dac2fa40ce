package checker

import "fmt"

// Verdict is what a check says of a run. The worst of several is the largest.
type Verdict uint8

// The verdicts, from best to worst.
const (
	OK Verdict = iota
	Permitted
	Vacuous
	Unknown
	Violation
)

var verdictNames = [...]string{OK: "ok", Permitted: "permitted", Vacuous: "vacuous", Unknown: "unknown", Violation: "violation"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict%d", uint8(v))
}

// MarshalText writes the name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the name.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no verdict: want ok, permitted, vacuous, unknown or violation", text)
}

// Passes says whether a run with this verdict is a good one.
func (v Verdict) Passes() bool { return v == OK || v == Permitted }

// Result is what one check found.
type Result struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	// Why says in sentences what was found, for people.
	Why string `json:"why"`
	// Signature names the broken promise and what it is about. It is the same
	// in every run that breaks it, and empty unless the verdict is Violation.
	Signature string `json:"-"`
}

// Worst is the worst of the results, and OK if there are none.
func Worst(results []Result) Verdict {
	worst := OK
	for _, r := range results {
		worst = max(worst, r.Verdict)
	}
	return worst
}

// Signature is the signature of the first violation, "" if there is none.
// The order of All makes that the check which names the cause best.
func Signature(results []Result) string {
	for _, r := range results {
		if r.Verdict == Violation {
			return r.Signature
		}
	}
	return ""
}

func ok(format string, args ...any) Result {
	return Result{Verdict: OK, Why: fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) Result {
	return Result{Verdict: Unknown, Why: fmt.Sprintf(format, args...)}
}

func violation(signature, format string, args ...any) Result {
	return Result{Verdict: Violation, Signature: signature, Why: fmt.Sprintf(format, args...)}
}
