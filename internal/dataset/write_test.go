package dataset

import (
	"os"
	"testing"
)

// longest is how many bytes a history of the model may have.
const longest = 54 << 10

// keep writes a history, unless it is one of the model and too long.
func keep(t *testing.T, e *Entry, x *History) bool {
	t.Helper()
	text, err := x.Text()
	if err != nil {
		t.Fatal(err)
	}
	if e.Source == Model && len(text) > longest {
		return false
	}
	put(t, path(e), text)
	return true
}

func put(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
