package flinkjob

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/schismlab/schism/flink/hastore"
)

// The kinds of lines.
const (
	Record = "record"
	Config = "config"
	Alert  = "alert"
	// Window is what a window of a server's samples adds up to, Notice that it has
	// raised or cleared the server's alert. Number counts windows.
	Window = "window"
	Notice = "notice"
	// Round is that a party has passed round Number of the barrier. Path ends with the
	// party's name.
	Round = "round"
)

// Line is one line of the output.
type Line struct {
	Kind string `json:"kind"`
	// Path is a key's directory, or the configuration znode.
	Path string `json:"path"`
	// Number is a record's sequence number, or a configuration's version.
	Number int64 `json:"number"`
	// Zxid is the czxid of a record, the mzxid of a configuration.
	Zxid uint64 `json:"zxid"`
	// Hash is the first 8 bytes of the data's SHA-256, in hexadecimal. Data is the
	// data itself, with replacements where it is not UTF-8.
	Hash string `json:"hash"`
	Data string `json:"data"`
	// Subtask and Attempt say who processed it.
	Subtask int `json:"subtask"`
	Attempt int `json:"attempt"`
	// After and Got are an alert's: the position before, -1 for none, and the one
	// that came. Positions are sequence numbers, or zxids of a configuration.
	After int64 `json:"after"`
	Got   int64 `json:"got"`
}

// Batch is what was committed at once.
type Batch struct {
	Name string
	// Checkpoint is the lowest that the batch can belong to, Part counts the
	// batches of one checkpoint and subtask, from 0.
	Checkpoint    int64
	Subtask, Part int
	// Czxid is the transaction that committed it, if its sink is in ZooKeeper.
	Czxid uint64
	// Attempt is that of the planted fault, -1 elsewhere.
	Attempt int
	Lines   []Line
}

var batchName = regexp.MustCompile(`^([0-9]{10,18})-([0-9]{3})-([0-9]{3})(?:-attempt([0-9]{1,9}))?$`)

// ParseBatch reads what was committed under a name.
func ParseBatch(name string, content []byte) (Batch, error) {
	m := batchName.FindStringSubmatch(name)
	if m == nil {
		return Batch{}, fmt.Errorf("batch %q: want a name CHECKPOINT-SUBTASK-PART", name)
	}
	b := Batch{Name: name, Attempt: -1}
	// The digits are few enough for their types.
	b.Checkpoint, _ = strconv.ParseInt(m[1], 10, 64)
	b.Subtask, _ = strconv.Atoi(m[2])
	b.Part, _ = strconv.Atoi(m[3])
	if m[4] != "" {
		b.Attempt, _ = strconv.Atoi(m[4])
	}
	if len(content) == 0 || content[len(content)-1] != '\n' {
		return Batch{}, fmt.Errorf("batch %s: its last line is cut off", name)
	}
	n := 0
	for text := range bytes.Lines(content) {
		n++
		line, err := parseLine(text)
		if err != nil {
			return Batch{}, fmt.Errorf("batch %s:%d: %w", name, n, err)
		}
		b.Lines = append(b.Lines, line)
	}
	return b, nil
}

func parseLine(text []byte) (Line, error) {
	var l Line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, err
	}
	if d.More() {
		return l, errors.New("more than one object")
	}
	switch {
	case !slices.Contains([]string{Record, Config, Alert, Window, Notice, Round}, l.Kind):
		return l, fmt.Errorf("kind %q: want record, config, alert, window, notice or round", l.Kind)
	case l.Path == "":
		return l, errors.New("no path")
	case (l.Kind == Record || l.Kind == Config) && (l.Zxid == 0 || len(l.Hash) != 16):
		return l, errors.New("want a zxid and a hash of 16 digits")
	}
	return l, nil
}

// ReadFiles reads what sink files has committed below its output folder, in the
// order of the names, which is that of the checkpoints. No folder is no output.
func ReadFiles(output string) ([]Batch, error) { return new(Reader).Files(output) }

// ReadZnodes is ReadFiles for the sinks znodes and attempt, whose batches are
// the children of root.
func ReadZnodes(tree hastore.Tree, root string) ([]Batch, error) {
	return new(Reader).Znodes(tree, root)
}

// Reader reads an output that grows: each call gives the batches that no call
// before it has given. The zero value has given none.
type Reader struct{ given map[string]bool }

// Files is ReadFiles, less what was given before.
func (r *Reader) Files(output string) ([]Batch, error) {
	dir := filepath.Join(output, "committed")
	entries, err := os.ReadDir(dir) // sorted
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return r.read(dir, names, func(name string) ([]byte, uint64, error) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		return content, 0, err
	})
}

// Znodes is ReadZnodes, less what was given before.
func (r *Reader) Znodes(tree hastore.Tree, root string) ([]Batch, error) {
	names, err := tree.Children(root)
	if errors.Is(err, hastore.ErrNoNode) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return r.read(root, names, func(name string) ([]byte, uint64, error) {
		content, stat, err := tree.Get(path.Join(root, name))
		return content, stat.Czxid, err
	})
}

// read reads the batches of the given names that it has not given. After an
// error none of them counts as given.
func (r *Reader) read(where string, names []string, get func(string) ([]byte, uint64, error)) ([]Batch, error) {
	var fresh []Batch
	for _, name := range names {
		if r.given[name] {
			continue
		}
		content, czxid, err := get(name)
		if err != nil {
			return nil, err
		}
		b, err := ParseBatch(name, content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		b.Czxid = czxid
		fresh = append(fresh, b)
	}
	if r.given == nil {
		r.given = map[string]bool{}
	}
	for _, b := range fresh {
		r.given[b.Name] = true
	}
	return fresh, nil
}
