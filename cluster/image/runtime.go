package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/schismlab/schism/cluster"
)

// modules are those of the JDK that ZooKeeper's servers and Flink's processes use;
// all images share one runtime. Of java.desktop the logging of both wants the classes for
// beans; its libraries are left out, for they would draw in those of the machine's screen.
var modules = []string{
	"java.base",
	"java.compiler",
	"java.desktop",
	"java.instrument",
	"java.logging",
	"java.management",
	"java.management.rmi",
	"java.naming",
	"java.net.http",
	"java.rmi",
	"java.scripting",
	"java.security.jgss",
	"java.security.sasl",
	"java.sql",
	"java.xml",
	"jdk.jfr",
	"jdk.management",
	"jdk.net",
	"jdk.unsupported",
	"jdk.zipfs",
}

// jdk is the Java installation of this machine.
type jdk struct {
	home    string
	release string // the text of its file release
	linker  string // path of jlink, or "" where none or no module files are
}

// findJDK takes JAVA_HOME, or else the home of the java on PATH;
// where there is none the error tells the other way, too.
func findJDK(other string) (jdk, error) {
	home := os.Getenv("JAVA_HOME")
	if home == "" {
		java, err := exec.LookPath("java")
		if err == nil {
			java, err = filepath.EvalSymlinks(java)
		}
		if err != nil {
			return jdk{}, noJava(err, other)
		}
		home = filepath.Dir(filepath.Dir(java))
	}
	release, err := os.ReadFile(filepath.Join(home, "release"))
	if err != nil {
		return jdk{}, noJava(err, other)
	}
	j := jdk{home: home, release: string(release)}
	linker := filepath.Join(home, "bin", "jlink")
	if isFile(linker) && isFile(filepath.Join(home, "jmods", "java.base.jmod")) {
		j.linker = linker
	}
	return j, nil
}

func noJava(err error, other string) error {
	return &cluster.NotReady{
		What: "no Java runtime in JAVA_HOME or PATH to make an image from", Err: err,
		Do: "install a JDK of 11 or newer (on Debian: apt-get install openjdk-17-jdk-headless), or " + other,
	}
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

// key names the runtime that make would give: it changes with the JDK, the
// modules and the way of making it.
func (j jdk) key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%q\n%v\n", runtime.GOARCH, j.release, modules, j.linkOptions())
	if j.linker == "" {
		fmt.Fprintf(h, "copy of %s\n", j.home)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// linkOptions make the runtime small. The words for compression changed in 21.
func (j jdk) linkOptions() []string {
	compress := "--compress=2"
	if j.major() >= 21 {
		compress = "--compress=zip-6"
	}
	return []string{"--strip-debug", "--no-header-files", "--no-man-pages", compress, "--exclude-files=**/" + strings.Join(media, ",**/")}
}

// major is the first number of JAVA_VERSION="17.0.15", or 0.
func (j jdk) major() int {
	for line := range strings.Lines(j.release) {
		if v, ok := strings.CutPrefix(line, `JAVA_VERSION="`); ok {
			first, _, _ := strings.Cut(strings.TrimRight(v, "\"\n"), ".")
			n, _ := strconv.Atoi(first)
			return n
		}
	}
	return 0
}

// provide returns the folder of the runtime, making it if the cache has none.
func (j jdk) provide(ctx context.Context, progress io.Writer) (string, error) {
	cache, err := cluster.CacheDir("runtime")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, j.key())
	if isFile(filepath.Join(dir, "release")) {
		return dir, nil
	}
	fmt.Fprintf(progress, "making a Java runtime from %s\n", j.home)
	scratch, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	tree := filepath.Join(scratch, "runtime")
	if err := j.make(ctx, tree); err != nil {
		return "", err
	}
	if err := os.Rename(tree, dir); err != nil && !isFile(filepath.Join(dir, "release")) {
		return "", err // and not merely another process that was faster
	}
	return dir, nil
}

// make writes the runtime into the new folder tree.
func (j jdk) make(ctx context.Context, tree string) error {
	if j.linker == "" {
		if err := copyRuntime(j.home, tree); err != nil {
			return fmt.Errorf("copy the Java runtime %s: %w", j.home, err)
		}
	} else {
		args := append([]string{"--module-path", filepath.Join(j.home, "jmods"), "--add-modules", strings.Join(modules, ","), "--output", tree}, j.linkOptions()...)
		if err := run(ctx, j.linker, args...); err != nil {
			return err
		}
	}
	return dumpClasses(ctx, tree)
}

// dumpClasses writes the archive of loaded classes that a runtime from jlink
// lacks. With it a server starts a third of a second sooner. It must be written
// under the collector that will use it. A runtime that cannot write one works
// without it.
func dumpClasses(ctx context.Context, tree string) error {
	_ = run(ctx, filepath.Join(tree, "bin", "java"), "-XX:+UseSerialGC", "-Xshare:dump")
	return ctx.Err()
}

// run runs a program; the error holds what it said.
func run(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(program), err, strings.TrimSpace(said.String()))
	}
	return nil
}
