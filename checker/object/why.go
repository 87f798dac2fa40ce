package object

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/schismlab/schism/checker/format"
	"github.com/schismlab/schism/checker/meter"
)

// why tells in sentences where a history stops having an order.
func (c *tally) why(p *problem, m *meter.Meter) string {
	text := fmt.Sprintf("No order of the operations%s explains every answer of the %s", about(p), c.history.Model)
	o := p.culprit(m)
	if o == nil {
		return text + "."
	}
	text += fmt.Sprintf(". Up to line %d there is one; then line %d says that %s, and none is left.", o.RetLine-1, o.RetLine, o.told())
	if w := p.before(o); w != nil {
		text += fmt.Sprintf(" The last change acknowledged before line %d asked: line %d, %s.", o.Line, w.RetLine, w.told())
	} else if w := p.after; w != nil {
		text += fmt.Sprintf(" Line %d had told the state: %s.", w.RetLine, w.told())
	}
	return text
}

// culprit finds the first answer with which no order is left, nil if the
// budget does not last. Up to an earlier answer there is one, up to a later
// one there is none, so halving finds it.
func (p *problem) culprit(m *meter.Meter) *op {
	var answers []*op
	for i := range p.ops {
		if !p.ops[i].vague {
			answers = append(answers, &p.ops[i])
		}
	}
	slices.SortFunc(answers, func(a, b *op) int { return a.ret - b.ret })
	i := sort.Search(len(answers), func(i int) bool { return !m.Stopped() && p.until(answers[i].ret).search(m) == none })
	if i == len(answers) || m.Stopped() {
		return nil
	}
	return answers[i]
}

// before is the last change that was acknowledged before o was called.
func (p *problem) before(o *op) *op {
	var last *op
	for i := range p.ops {
		w := &p.ops[i]
		looks := w.Do == format.Read || w.Do == format.Get || w.Outcome == format.Refused || w.Do == format.Txn && !slices.ContainsFunc(w.steps, part.writes)
		if !w.vague && !looks && w.ret < o.call && (last == nil || w.ret > last.ret) {
			last = w
		}
	}
	return last
}

// told is an operation with its answer, in words.
func (o *op) told() string {
	said := fmt.Sprintf("client %s's %v", o.Client, o.Do)
	switch o.Do {
	case format.CAS:
		said += fmt.Sprintf(" from %s to %s", brief(o.Arg), brief(o.New))
	case format.Write, format.Add, format.Enqueue, format.Put, format.Append:
		said += " of " + brief(o.Arg)
	case format.Read, format.Get, format.Dequeue, format.Txn:
		if o.Outcome == format.OK {
			return said + " gave " + brief(o.shown())
		}
	}
	if o.Outcome == format.Refused {
		return said + " was refused"
	}
	return said + " succeeded"
}

// shown is what an answer gave.
func (o *op) shown() format.Value {
	if o.Items == nil {
		return o.Out
	}
	items := make([]string, len(o.Items))
	for i, v := range o.Items {
		items[i] = string(v)
	}
	return format.Value("#{" + strings.Join(items, " ") + "}")
}

// brief shortens a value for a sentence.
func brief(v format.Value) string {
	const most = 60
	s := strings.Join(strings.Fields(string(v)), " ")
	if s == "" {
		return `""`
	}
	if len(s) > most {
		return "…" + strings.ToValidUTF8(s[len(s)-most:], "")
	}
	return s
}

func (p part) writes() bool { return p.write }
