package image

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// libraries are the shared libraries, outside of the programs' own folders,
// that a set of programs needs, and the loaders.
type libraries struct {
	// files are absolute paths under which the loader looks, as found.
	files []string
	// dirs are the folders of files, for LD_LIBRARY_PATH: the loader's own list
	// may say otherwise on the machine where the image was made.
	dirs []string
}

// resolver follows the lists of needed libraries (DT_NEEDED).
type resolver struct {
	// roots hold the programs; a library found there is part of them already.
	roots []string
	// system are the folders that this machine's loader searches.
	system []string
	// seen are the files already followed, by path.
	seen map[string]bool
	// found maps a path under which a library is opened to true.
	found map[string]bool
	class elf.Class
	arch  elf.Machine
}

// resolve finds what the programs need in turn. A root is a file or a folder,
// of which every ELF file counts. That a library cannot be found is an error
// which names who wants it.
func resolve(roots []string, system []string) (libraries, error) {
	r := &resolver{roots: roots, system: system, seen: map[string]bool{}, found: map[string]bool{}}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return r.follow(path)
		})
		if err != nil {
			return libraries{}, err
		}
	}
	var l libraries
	for f := range r.found {
		l.files = append(l.files, f)
		if !slices.Contains(l.dirs, filepath.Dir(f)) {
			l.dirs = append(l.dirs, filepath.Dir(f))
		}
	}
	slices.Sort(l.files)
	slices.Sort(l.dirs)
	return l, nil
}

// follow takes in what one file needs. Files that are not ELF need nothing.
func (r *resolver) follow(path string) error {
	if r.seen[path] {
		return nil
	}
	r.seen[path] = true
	f, err := elf.Open(path)
	var format *elf.FormatError
	if errors.As(err, &format) || isShort(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if r.arch == elf.EM_NONE {
		r.class, r.arch = f.Class, f.Machine
	}
	if loader := interpreter(f); loader != "" && !r.found[loader] {
		r.found[loader] = true
		if err := r.follow(loader); err != nil {
			return err
		}
	}
	needed, err := f.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("%s: read its needed libraries: %w", path, err)
	}
	for _, name := range needed {
		if err := r.need(path, f, name); err != nil {
			return err
		}
	}
	return nil
}

// need finds one library that the file at path asks for, and follows it.
func (r *resolver) need(path string, f *elf.File, name string) error {
	for _, dir := range append(runPath(path, f), r.system...) {
		candidate := filepath.Join(dir, name)
		if !r.fits(candidate) {
			continue
		}
		if !r.inRoots(candidate) {
			r.found[candidate] = true
		}
		return r.follow(candidate)
	}
	if own := r.ownLibrary(name); own != "" {
		return r.follow(own)
	}
	return fmt.Errorf("%s needs the library %s, which is in none of %s", path, name, strings.Join(r.system, ", "))
}

// fits says whether a file is a library of the right word size and machine:
// a system may hold those of several.
func (r *resolver) fits(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Class == r.class && f.Machine == r.arch
}

func (r *resolver) inRoots(path string) bool {
	return slices.ContainsFunc(r.roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

// ownLibrary finds a library anywhere in the roots. A Java runtime opens its
// libraries by path, so that libjvm.so counts as loaded when libjava.so asks
// for it by name although it lies in a folder of its own.
func (r *resolver) ownLibrary(name string) string {
	for _, root := range r.roots {
		var hit string
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == name && r.fits(path) {
				hit = path
				return fs.SkipAll
			}
			return nil
		})
		if hit != "" {
			return hit
		}
	}
	return ""
}

// runPath is where the file itself says that its libraries lie.
func runPath(path string, f *elf.File) []string {
	var dirs []string
	for _, tag := range []elf.DynTag{elf.DT_RPATH, elf.DT_RUNPATH} {
		values, err := f.DynString(tag)
		if err != nil {
			continue
		}
		for _, v := range values {
			for _, dir := range filepath.SplitList(v) {
				dir = strings.NewReplacer("$ORIGIN", filepath.Dir(path), "${ORIGIN}", filepath.Dir(path)).Replace(dir)
				dirs = append(dirs, filepath.Clean(dir))
			}
		}
	}
	return dirs
}

// interpreter is the loader that a program names, or "".
func interpreter(f *elf.File) string {
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		b := make([]byte, p.Filesz)
		if _, err := p.ReadAt(b, 0); err != nil {
			return ""
		}
		return strings.TrimRight(string(b), "\x00")
	}
	return ""
}

// isShort tells a file too short to have an ELF header from one that cannot be
// read.
func isShort(err error) bool {
	return err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && strings.Contains(err.Error(), "EOF")
}

// systemDirs are the folders in which this machine's loader looks: those that
// its configuration names, then the customary ones.
func systemDirs() []string {
	dirs := configuredDirs("/etc/ld.so.conf", map[string]bool{})
	multiarch, _ := filepath.Glob("/lib/*-linux-*")
	usr, _ := filepath.Glob("/usr/lib/*-linux-*")
	dirs = append(dirs, multiarch...)
	dirs = append(dirs, usr...)
	dirs = append(dirs, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")
	var out []string
	for _, d := range dirs {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// configuredDirs reads one file of the loader's configuration and those that it
// includes. What cannot be read is passed over: then the library is not found,
// and that error names it.
func configuredDirs(path string, seen map[string]bool) []string {
	if seen[path] {
		return nil
	}
	seen[path] = true
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var dirs []string
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
		case fields[0] == "include" && len(fields) == 2:
			pattern := fields[1]
			if !filepath.IsAbs(pattern) {
				pattern = filepath.Join(filepath.Dir(path), pattern)
			}
			more, _ := filepath.Glob(pattern)
			for _, m := range more {
				dirs = append(dirs, configuredDirs(m, seen)...)
			}
		case filepath.IsAbs(fields[0]):
			dirs = append(dirs, filepath.Clean(fields[0]))
		}
	}
	return dirs
}
