package leftover

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/schismlab/schism/cluster"
)

// entry is one run's file in the register.
type entry struct {
	Run    string  `json:"run"`
	Owner  Owner   `json:"owner"`
	Things []Thing `json:"things"`

	path string
}

// Record is the register's entry of one run, held by the process that opened
// it. Its methods may be called from several goroutines.
type Record struct {
	mu sync.Mutex
	e  entry
}

var runName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{15,63}$`)

// NewRun draws a name that no other run has: 16 hexadecimal digits.
func NewRun() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Open makes the entry of a run. The name must be new: see NewRun.
func Open(run string) (*Record, error) {
	if !runName.MatchString(run) {
		return nil, fmt.Errorf("run %q: want 16 to 64 letters, digits, dots, dashes", run)
	}
	dir, err := cluster.CacheDir("runs")
	if err != nil {
		return nil, err
	}
	r := &Record{e: entry{Run: run, Owner: Self(), path: filepath.Join(dir, run+".json")}}
	if _, err := os.Lstat(r.e.path); err == nil {
		return nil, fmt.Errorf("run %s is registered already", run)
	}
	return r, r.e.write()
}

// Run is the name that the entry was opened with.
func (r *Record) Run() string { return r.e.Run }

// Hold notes that the run is about to make the thing. It returns once the note
// would survive a crash, so call it before making the thing. A thing that is
// noted already stays noted once.
func (r *Record) Hold(t Thing) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.e.Things, t) {
		return nil
	}
	next := r.e
	next.Things = append(slices.Clip(r.e.Things), t)
	if err := next.write(); err != nil {
		return err
	}
	r.e = next
	return nil
}

// Close removes the entry: call it when all that was held is gone. Closing
// again does nothing.
func (r *Record) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return drop(r.e.path)
}

func drop(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (e entry) write() error {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(e.path), ".new-")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), e.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("registering run %s: %w", e.Run, err)
	}
	return syncDir(filepath.Dir(e.path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readAll reads the whole register. An unreadable entry is an error beside the
// readable ones: it must not keep anybody from cleaning up the rest.
func readAll() ([]entry, error) {
	dir, err := cluster.CacheDir("runs")
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []entry
	var errs []error
	for _, path := range paths {
		e, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // closed, or cleaned by another, since the listing
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, e)
	}
	return all, errors.Join(errs...)
}

func read(path string) (entry, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return entry{}, err
	}
	e := entry{path: path}
	if err := json.Unmarshal(text, &e); err != nil {
		return entry{}, fmt.Errorf("register entry %s: %w", path, err)
	}
	if e.Owner.PID <= 0 || e.Run == "" {
		return entry{}, fmt.Errorf("register entry %s names no run or no owner", path)
	}
	return e, nil
}
