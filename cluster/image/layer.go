package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is one file or folder of a layer.
type entry struct {
	mode fs.FileMode // permissions, and fs.ModeDir or fs.ModeSymlink
	// The content is that of the file at source, or text. For a link text is
	// its target.
	source string
	text   string
}

// layer is a set of files by their path inside the image, without a leading
// slash. Written out it is a tar in which nothing depends on when, where or by
// whom it was made.
type layer map[string]entry

// add puts one entry in, and the folders above it.
func (l layer) add(name string, e entry) {
	name = strings.TrimPrefix(path.Clean(name), "/")
	l[name] = e
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, ok := l[dir]; !ok {
			l[dir] = entry{mode: fs.ModeDir | 0o755}
		}
	}
}

// addFile puts the content of a file in, executable if it is so here.
func (l layer) addFile(name, source string) error {
	fi, err := os.Stat(source)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if fi.Mode()&0o100 != 0 {
		mode = 0o755
	}
	l.add(name, entry{mode: mode, source: source})
	return nil
}

// addTree puts a folder in with all beneath it.
func (l layer) addTree(name, source string) error {
	return filepath.WalkDir(source, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(source, p)
		if err != nil {
			return err
		}
		inside := path.Join(name, filepath.ToSlash(rel))
		switch {
		case d.IsDir():
			l.add(inside, entry{mode: fs.ModeDir | 0o755})
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(p)
			l.add(inside, entry{mode: fs.ModeSymlink | 0o777, text: target})
			return err
		}
		return l.addFile(inside, p)
	})
}

// write writes the layer as a tar.
func (l layer) write(w io.Writer) error {
	tw := tar.NewWriter(w)
	names := make([]string, 0, len(l))
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := l[name].write(tw, name); err != nil {
			return fmt.Errorf("layer: %s: %w", name, err)
		}
	}
	return tw.Close()
}

func (e entry) write(tw *tar.Writer, name string) error {
	h := &tar.Header{Name: name, Mode: int64(e.mode.Perm()), ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	switch {
	case e.mode.IsDir():
		h.Typeflag, h.Name = tar.TypeDir, name+"/"
		if e.mode&fs.ModeSticky != 0 {
			h.Mode |= 0o1000
		}
		return tw.WriteHeader(h)
	case e.mode&fs.ModeSymlink != 0:
		h.Typeflag, h.Linkname = tar.TypeSymlink, e.text
		return tw.WriteHeader(h)
	case e.source == "":
		h.Typeflag, h.Size = tar.TypeReg, int64(len(e.text))
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.WriteString(tw, e.text)
		return err
	}
	return e.writeFile(tw, h)
}

func (e entry) writeFile(tw *tar.Writer, h *tar.Header) error {
	f, err := os.Open(e.source)
	if err != nil {
		return err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	h.Typeflag, h.Size = tar.TypeReg, fi.Size()
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(tw, f)
	return err
}

// measure returns the tar's digest ("sha256:…") and length in bytes.
func (l layer) measure() (digest string, size int64, err error) {
	h := sha256.New()
	n := &counter{w: h}
	err = l.write(n)
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), n.n, err
}

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
