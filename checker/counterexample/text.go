package counterexample

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
)

// MaxLines bounds the text of a counterexample on a terminal.
const MaxLines = 20

// Text is the counterexample for a terminal: at most MaxLines lines of at most
// width letters, but for words that are longer. Each line ends with a newline.
func (x *Counterexample) Text(width int) string {
	var lines []string
	add := func(indent int, first, text string) {
		lines = append(lines, wrap(first, text, indent, width)...)
	}
	add(2, "", x.Headline())
	if len(x.Story.Given) > 0 {
		add(13, fmt.Sprintf("  %-9s  ", "at first"), strings.Join(x.Story.Given, "; ")+".")
	}
	last := wrap("  so         ", x.Story.Broken, 13, width)
	for n, m := range x.Story.Moments {
		next := wrap(fmt.Sprintf("  %9s  ", clock(m.At)), m.Text, 13, width)
		if left := len(x.Story.Moments) - n; len(lines)+len(next)+len(last) > MaxLines-1 && left > 1 || len(lines)+len(next)+len(last) > MaxLines {
			lines = append(lines, fmt.Sprintf("             … and %s more; the report has them all.", count(left, "moment")))
			break
		}
		lines = append(lines, next...)
	}
	return strings.Join(append(lines, last...), "\n") + "\n"
}

// Headline says how little it is and what it breaks; a colon ends it.
func (x *Counterexample) Headline() string {
	what := "operation"
	if x.Check == "invariants" || accountOf(x.Check) != nil && !slices.Contains(recipeAccounts, accountOf(x.Check)) {
		what = "event"
	}
	text := fmt.Sprintf("%d of %s", x.Ops, count(x.Of, what))
	verb := " suffice"
	if x.Ops == 1 {
		verb = " suffices"
	}
	if !x.Minimal {
		text += ", left when the search for fewer ended,"
	}
	if x.Verdict == checker.Permitted {
		return text + verb + " to show what is permitted:"
	}
	return text + verb + " to break " + x.Signature + ":"
}

// clock is a moment, with the sign and the digits that matter.
func clock(ns int64) string { return fmt.Sprintf("%+.3f s", float64(ns)/1e9) }

// wrap breaks a text into lines. What comes first stands before the first one;
// the others begin with as many blanks as indent says.
func wrap(first, text string, indent, width int) []string {
	var lines []string
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line, empty = strings.Repeat(" ", indent), true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	return append(lines, line)
}
