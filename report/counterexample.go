package report

import "html/template"

// Counterexample is the little of a run that suffices to break a promise, as the
// page tells it on top.
type Counterexample struct {
	// Title says how little it is, and what it breaks.
	Title string
	// Zero is the log's time that the moments and spans count from, in
	// nanoseconds, as they do.
	Zero    int64
	Given   []string
	Moments []Moment
	Spans   []Span
	// Broken is the conclusion.
	Broken string
}

// Moment is a sentence, with its time and the number of the event it is about.
type Moment struct {
	At    int64
	Event int
	Text  string
}

// Span is one row of the picture: in the lane of a client or server something
// was done From a moment To another. One that was never answered is Open; one
// of length 0 is a point. Class is write, read, refused, server or final.
type Span struct {
	Lane     string
	From, To int64
	Open     bool
	Text     string
	Class    string
}

// shown is a counterexample on its page: times count as all others there do.
type shown struct {
	*Counterexample
	Rows    []shownMoment
	Picture template.HTML
}

type shownMoment struct {
	// Since counts from the counterexample's zero, At as the page does, both in
	// microseconds.
	Since, At int64
	Event     int
	Text      string
}

func show(x *Counterexample, t *timeline) *shown {
	if x == nil {
		return nil
	}
	s := &shown{Counterexample: x, Picture: picture(x.Spans)}
	for _, m := range x.Moments {
		s.Rows = append(s.Rows, shownMoment{m.At / 1000, t.at(x.Zero + m.At), m.Event, clip(m.Text, maxWhy)})
	}
	return s
}
