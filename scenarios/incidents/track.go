package incidents

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Track is what became of an incident's attempts: a line of what schism incidents
// prints with --json, and of the track record that it keeps with --record.
type Track struct {
	Incident string `json:"incident"`
	// Variant is of the model, Version a release; what is repaired is Repaired.
	Variant  string `json:"variant,omitempty"`
	Version  string `json:"version,omitempty"`
	FixedIn  string `json:"fixedIn"`
	Attempts int    `json:"attempts"`
	// Reproduced counts attempts that showed the expected signature on what is
	// affected, ReproducedFixed violations of any kind on what is repaired, and
	// UndecidedFixed attempts there that came to no verdict.
	Reproduced      int `json:"reproduced"`
	ReproducedFixed int `json:"reproducedFixed"`
	UndecidedFixed  int `json:"undecidedFixed,omitempty"`
	// Unrepaired: no release is, so only the affected side was tried.
	Unrepaired bool `json:"unrepaired,omitempty"`
	// MedianSeconds and SlowestSeconds are of the attempts that showed it, from the
	// start of the ensemble to the verdict.
	MedianSeconds float64 `json:"medianSeconds"`
	Signature     string  `json:"signature"`

	World          string  `json:"world"`
	Repaired       string  `json:"repaired,omitempty"`
	SlowestSeconds float64 `json:"slowestSeconds"`
	// Commit is that of the program, with a + if it had changes.
	Commit string `json:"commit,omitempty"`
}

// Well says whether every attempt showed the incident where it should, and passed
// where it should not.
func (t *Track) Well() bool {
	return t.Reproduced == t.Attempts && t.ReproducedFixed == 0 && t.UndecidedFixed == 0
}

// Took keeps the times of the attempts that showed the incident.
func (t *Track) Took(seconds []float64) {
	if len(seconds) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(seconds))
	t.MedianSeconds, t.SlowestSeconds = sorted[len(sorted)/2], sorted[len(sorted)-1]
}

// ReadTracks reads a track record and keeps the last line of each incident, world
// and release: newer figures take the place of older ones. They come in the order
// of the incidents, and then of the worlds and releases.
func ReadTracks(r io.Reader) ([]Track, error) {
	var all []Track
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var t Track
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&t); err != nil {
			return nil, fmt.Errorf("track record, line %d: %w", n, err)
		}
		if _, err := Named(t.Incident); err != nil {
			return nil, fmt.Errorf("track record, line %d: %w", n, err)
		}
		if i := slices.IndexFunc(all, t.same); i >= 0 {
			all[i] = t
		} else {
			all = append(all, t)
		}
	}
	place := func(t Track) int {
		return slices.IndexFunc(All(), func(i *Incident) bool { return i.Name == t.Incident })
	}
	slices.SortStableFunc(all, func(a, b Track) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(b.World, a.World), strings.Compare(a.on(), b.on()))
	})
	return all, lines.Err()
}

func (t *Track) same(o Track) bool {
	return t.Incident == o.Incident && t.World == o.World && t.on() == o.on()
}

// on is what the incident was shown on.
func (t *Track) on() string { return cmp.Or(t.Variant, t.Version) }

// Table is a track record as a table in Markdown.
func Table(all []Track) string {
	var b strings.Builder
	b.WriteString("| incident | world | affected | showed it | median | slowest | repaired | showed it there | commit |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i := range all {
		t := &all[i]
		name := strings.ToUpper(t.Incident)
		repaired, failed := t.Repaired, fmt.Sprintf("%d of %d", t.ReproducedFixed, t.Attempts)
		if t.UndecidedFixed > 0 {
			failed += fmt.Sprintf(", %d undecided", t.UndecidedFixed)
		}
		if t.Unrepaired {
			repaired, failed = "no release", ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d of %d | %.0f s | %.0f s | %s | %s | %s |\n",
			name, t.World, t.on(), t.Reproduced, t.Attempts, t.MedianSeconds, t.SlowestSeconds, repaired, failed, t.Commit)
	}
	return b.String()
}
