package artifact

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/schismlab/schism/cluster/artifact/internal/pins"
)

// store is the cache folder, laid out as a Maven repository: one machine's
// cache can be another one's SCHISM_MAVEN_REPOSITORY.
//
// Processes share it without a lock. A jar appears by rename, complete and
// verified, and two that bring the same jar bring the same bytes.
type store struct {
	dir    string
	source source
}

func (s store) path(j pins.Jar) string { return filepath.Join(s.dir, filepath.FromSlash(j.Path())) }

// complete makes every jar present and verified. A jar in the cache whose
// content is wrong (a failing disk, a stray hand) is removed and fetched anew.
func (s store) complete(ctx context.Context, jars []pins.Jar) error {
	var missing []pins.Jar
	for _, j := range jars {
		got, err := sumFile(s.path(j))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, j)
		case err != nil:
			return err
		case got != j.SHA512:
			if err := os.Remove(s.path(j)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			missing = append(missing, j)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return s.fetch(ctx, missing)
}

func (s store) fetch(ctx context.Context, jars []pins.Jar) error {
	// Inside the cache, so that the last step can be a rename.
	temp, err := os.MkdirTemp(s.dir, ".fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	got, err := s.source.fetch(ctx, temp, jars)
	if err != nil {
		return err
	}
	for i, j := range jars {
		if err := s.keep(got[i], j); err != nil {
			return err
		}
	}
	return nil
}

// keep takes a fetched file into the cache if it is what the pin says.
func (s store) keep(file string, j pins.Jar) error {
	got, err := sumFile(file)
	if err != nil {
		return err
	}
	if got != j.SHA512 {
		return &WrongChecksum{Jar: j.String(), Source: s.source.String(), Want: j.SHA512, Got: got}
	}
	if err := syncFile(file); err != nil {
		return err
	}
	to := s.path(j)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(file, to)
}

func syncFile(path string) error {
	// For writing: not every system syncs a file opened for reading.
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
