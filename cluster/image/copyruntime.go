package image

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// media are the libraries, without their folder, that draw, print or play; they need
// others that servers rarely have.
var media = []string{
	"libawt.so", "libawt_headless.so", "libawt_xawt.so", "libfontmanager.so", "libfreetype.so", "libjavajpeg.so",
	"libjawt.so", "libjsound.so", "liblcms.so", "libmlib_image.so", "libsplashscreen.so",
}

// needless are the parts of an installed Java that a server has no use for.
// Folders stand with their path from the home, libraries without their folder.
var needless = append([]string{
	"jmods", "include", "legal", "man", "docs", "demo", "sample", "src.zip", "lib/src.zip", "lib/ct.sym",
	// These debug.
	"libsaproc.so", "libjdwp.so", "libdt_socket.so",
}, media...)

// copyRuntime copies the Java runtime at home into the new folder tree, less
// what is needless. Links are followed: distributions keep configuration
// outside of home.
func copyRuntime(home, tree string) error {
	return copyTree(home, tree, "")
}

func copyTree(home, tree, rel string) error {
	entries, err := os.ReadDir(filepath.Join(home, rel))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(tree, rel), 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(rel, e.Name())
		// Only java itself is wanted of the programs.
		if slices.Contains(needless, path) || slices.Contains(needless, e.Name()) || strings.HasPrefix(path, "bin/") && path != "bin/java" {
			continue
		}
		fi, err := os.Stat(filepath.Join(home, path))
		switch {
		case os.IsNotExist(err): // a link into a package that is not installed
		case err != nil:
			return err
		case fi.IsDir():
			err = copyTree(home, tree, path)
		case fi.Mode().IsRegular():
			err = copyFile(filepath.Join(home, path), filepath.Join(tree, path), fi.Mode().Perm())
		}
		if err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string, perm os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}
