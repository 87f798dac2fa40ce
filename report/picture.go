package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// The picture of a counterexample has a row for each span, in the order of their
// beginnings, and a column for each moment at which one begins or ends. Columns
// stand at equal distances: milliseconds and minutes are both to be seen, so it
// shows the order, and writes the times below.
const (
	rowHeight  = 34
	laneWidth  = 52
	drawWidth  = 1000 // of lanes and columns together
	textRoom   = 330  // for the text of a span that begins at the last column
	axisHeight = 26
	maxSpans   = 24
	letter     = 6.4 // the width of one in a picture, about
)

// picture draws spans as SVG; nothing of fewer than one.
func picture(spans []Span) template.HTML {
	if len(spans) == 0 {
		return ""
	}
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b Span) int {
		if a.From != b.From {
			return int(min(max(a.From-b.From, -1), 1))
		}
		return strings.Compare(a.Lane, b.Lane)
	})
	spans = spans[:min(len(spans), maxSpans)]
	var moments []int64
	for _, s := range spans {
		moments = append(moments, s.From, s.To)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	at := func(t int64) float64 {
		n, _ := slices.BinarySearch(moments, t)
		room := float64(drawWidth - laneWidth - textRoom)
		return laneWidth + 14 + room*float64(n)/float64(max(1, len(moments)-1))
	}
	height := len(spans)*rowHeight + axisHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="example" viewBox="0 0 %d %d" role="img" aria-label="The operations of the counterexample in the order of time. The sentences below say the same.">`, drawWidth, height)
	for _, t := range moments {
		fmt.Fprintf(&b, `<line class="tick" x1="%.1f" y1="4" x2="%.1f" y2="%d"/>`, at(t), at(t), height-axisHeight+4)
	}
	times(&b, moments, at, height)
	for i, s := range spans {
		drawRow(&b, s, i*rowHeight, at)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // all text in it is escaped
}

// times writes below the columns when they are, as far as there is room.
func times(b *strings.Builder, moments []int64, at func(int64) float64, height int) {
	last := -1e9
	for _, t := range moments {
		text := "+" + seconds(t/1000)
		if x := at(t); x-last > letter*float64(len(text)+2) {
			fmt.Fprintf(b, `<text class="time" x="%.1f" y="%d" text-anchor="middle">%s</text>`, x, height-6, text)
			last = x
		}
	}
}

// drawRow draws one span: its lane's name, a bar or a point, and what it says.
func drawRow(b *strings.Builder, s Span, top int, at func(int64) float64) {
	from, to := at(s.From), at(s.To)
	middle := float64(top) + rowHeight/2
	fmt.Fprintf(b, `<text class="lane" x="8" y="%.1f">%s</text>`, middle+5, template.HTMLEscapeString(s.Lane))
	class := template.HTMLEscapeString(s.Class)
	switch {
	case s.Open:
		to = max(to, from+60)
		fmt.Fprintf(b, `<rect class="bar open %s" x="%.1f" y="%.1f" width="%.1f" height="14" rx="4"/>`, class, from, middle-7, to-from)
	case s.From == s.To:
		fmt.Fprintf(b, `<circle class="bar %s" cx="%.1f" cy="%.1f" r="7"/>`, class, from, middle)
		to += 8
	default:
		fmt.Fprintf(b, `<rect class="bar %s" x="%.1f" y="%.1f" width="%.1f" height="14" rx="4"/>`, class, from, middle-7, max(to-from, 6))
	}
	room := int((drawWidth - to - 8) / letter)
	fmt.Fprintf(b, `<text class="what" x="%.1f" y="%.1f">%s</text>`, to+6, middle+4.5, template.HTMLEscapeString(cut(s.Text, room)))
}

// cut shortens a text to n letters, with an ellipsis.
func cut(s string, n int) string {
	letters := []rune(s)
	if len(letters) <= n {
		return s
	}
	return string(letters[:max(0, n-1)]) + "…"
}
