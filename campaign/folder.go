package campaign

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/schismlab/schism/cluster/leftover"
)

// The names within a run folder.
const (
	LogFile    = "log.jsonl"
	PlanFile   = "plan"
	ReportFile = "report.html"
	serversDir = "servers"
	ownerFile  = "owner"
	unfinished = ".unfinished-"
)

// folder is a run folder that is being built beside the place where it will
// appear.
type folder struct {
	final, temp string
}

// newFolder begins the folder OUT/SCENARIO/LEAF, and removes what killed runs
// have left beside it.
func newFolder(out, scenario, leaf string) (*folder, error) {
	parent := filepath.Join(out, scenario)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, Badf("the folder for runs cannot be made: %v", err)
	}
	sweep(parent)
	temp, err := os.MkdirTemp(parent, unfinished+leaf+"-")
	if err != nil {
		return nil, Badf("the folder for runs cannot be written: %v", err)
	}
	f := &folder{final: filepath.Join(parent, leaf), temp: temp}
	if err := os.WriteFile(filepath.Join(temp, ownerFile), []byte(leftover.Self().String()), 0o644); err != nil {
		return nil, errors.Join(err, f.discard())
	}
	return f, os.Chmod(temp, 0o755)
}

// sweep removes the unfinished folders of processes that are gone. One without
// an owner was left in the instant between being made and being signed; it is
// empty and may still be about to be signed, so it stays.
func sweep(parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, unfinished+"*"))
	for _, dir := range left {
		text, err := os.ReadFile(filepath.Join(dir, ownerFile))
		if err != nil {
			continue
		}
		if o, err := leftover.ParseOwner(strings.TrimSpace(string(text))); err == nil && !o.Alive() {
			// What cannot be removed is in nobody's way: its name is its own.
			_ = os.RemoveAll(dir)
		}
	}
}

// create opens a new file in the folder.
func (f *folder) create(name string) (*os.File, error) {
	return os.Create(filepath.Join(f.temp, name))
}

// write writes a whole file to the disk.
func (f *folder) write(name string, fill func(*os.File) error) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Sync(), file.Close())
}

// commit puts the folder in its place, in exchange for an older one.
func (f *folder) commit() error {
	if err := os.Remove(filepath.Join(f.temp, ownerFile)); err != nil {
		return err
	}
	// A folder cannot be renamed onto another that has files. The older one
	// moves into the new one's shadow first.
	old := f.temp + "-old"
	if err := os.Rename(f.final, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("an older run folder is in the way: %w", err)
	}
	if err := os.Rename(f.temp, f.final); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// discard removes what was built.
func (f *folder) discard() error { return os.RemoveAll(f.temp) }
