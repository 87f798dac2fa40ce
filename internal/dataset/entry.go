package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/schismlab/schism/checker"
)

// Where a history comes from.
const (
	Story = "story" // written by hand, for one check
	Model = "model" // a run of the model
	Real  = "real"  // a run of real servers
)

// Entry is a line of the index: what is known of one history.
type Entry struct {
	// File is its path below the folder of the index, with slashes.
	File  string          `json:"file"`
	Label checker.Verdict `json:"label"`
	// Signature is that of the promise which is broken, "" unless one is.
	Signature string `json:"signature"`
	Source    string `json:"source"`
	// Check is the one that a story is about, and whose verdict the label is.
	Check string `json:"check,omitempty"`
	// Scenario is what the run is of, Seed its seed, Calls how many calls each
	// client had at most, and Slower by what the pauses between them are multiplied;
	// 0: as the incident says.
	Scenario string `json:"scenario,omitempty"`
	Seed     uint64 `json:"seed"`
	Calls    int    `json:"calls,omitempty"`
	Slower   int    `json:"slower,omitempty"`
	// Variant is the model's, Version the real servers' release.
	Variant string `json:"variant,omitempty"`
	Version string `json:"version,omitempty"`
	// Bug was planted. Incident is what Variant or Version is affected by, and the
	// plan brings about; it is empty for one that is repaired.
	Bug      string `json:"bug,omitempty"`
	Incident string `json:"incident,omitempty"`
	// Invariant is what the model saw broken from inside, in the same run, apart
	// from anything that clients saw.
	Invariant string `json:"invariant,omitempty"`
	// Cut is the check by which the run was cut down to a counterexample, "" if
	// it is whole.
	Cut string `json:"cut,omitempty"`
	// Ops are the calls in it; Zxids says whether their answers have zxids.
	Ops   int  `json:"ops"`
	Zxids bool `json:"zxids"`
	// ByValues is the verdict of the check linearizable when all zxids of answers
	// are taken out: a second opinion, by another algorithm.
	ByValues string `json:"byValues,omitempty"`
	// Story is what happens; Why is what the check says that the label rests on.
	Story string `json:"story,omitempty"`
	Why   string `json:"why"`
}

// ReadIndex reads an index. An unknown field is an error, which names its line.
func ReadIndex(file string) ([]*Entry, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []*Entry
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		e := &Entry{}
		if err := d.Decode(e); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		list = append(list, e)
	}
	return list, lines.Err()
}

// IndexText is an index as it is written: a line an entry.
func IndexText(list []*Entry) ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	for _, e := range list {
		if err := out.Encode(e); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
