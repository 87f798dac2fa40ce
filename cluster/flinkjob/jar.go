package flinkjob

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// mainClass is where Flink begins.
const mainClass = "schismlab.job.Job"

// ApplicationMain is the class in the jar that is a JobManager in application mode.
const ApplicationMain = "schismlab.job.Application"

// jarLayout changes when writeJar makes another jar of the same classes.
const jarLayout = "1"

// writeJar makes the jar: a manifest, the classes, and the client's jars as they
// are, in lib/, where Flink looks for what a job brings along. Entries have no
// time and are in the order of their names, so the same input is the same bytes.
func writeJar(to, classes string, libs []string) (err error) {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := zip.NewWriter(f)
	manifest := "Manifest-Version: 1.0\r\nMain-Class: " + mainClass + "\r\n\r\n"
	if err := addEntry(w, "META-INF/MANIFEST.MF", strings.NewReader(manifest), zip.Deflate); err != nil {
		return err
	}
	err = filepath.WalkDir(classes, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(classes, file)
		if err != nil {
			return err
		}
		return addFile(w, filepath.ToSlash(name), file, zip.Deflate)
	})
	if err != nil {
		return err
	}
	for _, lib := range libs {
		if err := addFile(w, path.Join("lib", filepath.Base(lib)), lib, zip.Store); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Sync()
}

func addFile(w *zip.Writer, name, file string, method uint16) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return addEntry(w, name, f, method)
}

func addEntry(w *zip.Writer, name string, r io.Reader, method uint16) error {
	e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		return err
	}
	_, err = io.Copy(e, r)
	return err
}

// Check says what is wrong with a job's jar before it is sent to a cluster: that
// it is not there, that it is no jar, or that it does not say where to begin.
func Check(jar string) error {
	z, err := zip.OpenReader(jar)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("job jar %s: no such file", jar)
	}
	if err != nil {
		return fmt.Errorf("job jar %s: not a jar: %w", jar, err)
	}
	defer z.Close()
	manifest, err := fs.ReadFile(z, "META-INF/MANIFEST.MF")
	if err != nil {
		return fmt.Errorf("job jar %s: no manifest: want META-INF/MANIFEST.MF with a Main-Class", jar)
	}
	for line := range strings.Lines(string(manifest)) {
		if name, found := strings.CutPrefix(line, "Main-Class:"); found && strings.TrimSpace(name) != "" {
			return nil
		}
	}
	return fmt.Errorf("job jar %s: its manifest has no Main-Class", jar)
}
