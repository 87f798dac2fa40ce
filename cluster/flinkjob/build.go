package flinkjob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	flinkjob "github.com/schismlab/schism/testdata/flink-job"
)

// javaRelease is the oldest Java that the job runs on, as it is Flink's.
const javaRelease = "11"

// compileWithin bounds javac: it takes about 3 s.
const compileWithin = 3 * time.Minute

// Build returns the path of the job's jar for a release of Flink. It compiles
// the job unless the cache has it. The error is an *artifact.UnknownVersion, or
// a *cluster.NotReady when there is no compiler or no way to the jars it needs.
func Build(ctx context.Context, flinkVersion string) (jar string, err error) {
	sources, err := sourcesFor(flinkVersion)
	if err != nil {
		return "", err
	}
	name, err := jarName(flinkVersion, sources)
	if err != nil {
		return "", err
	}
	dir, err := cluster.CacheDir("flink-job")
	if err != nil {
		return "", err
	}
	jar = filepath.Join(dir, name)
	if Check(jar) == nil {
		return jar, nil
	}
	javac, err := findJavac()
	if err != nil {
		return "", err
	}
	flink, err := artifact.Flink(ctx, flinkVersion)
	if err != nil {
		return "", err
	}
	client, err := zooKeeperClient(ctx)
	if err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(dir, ".build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	classes, err := compile(ctx, javac, work, sources, slices.Concat(flink, client))
	if err != nil {
		return "", fmt.Errorf("compiling the job for Flink %s: %w", flinkVersion, err)
	}
	made := filepath.Join(work, name)
	if err := writeJar(made, classes, client); err != nil {
		return "", err
	}
	// By rename, so that a jar is whole or not there; two that build the same
	// jar at the same time make the same bytes.
	return jar, os.Rename(made, jar)
}

// source is one file of the job.
type source struct {
	path string // below the folder that it came from, with slashes
	text []byte
}

// sourcesFor are the files for a release, in the order of their paths.
func sourcesFor(flinkVersion string) ([]source, error) {
	generation, _, _ := strings.Cut(flinkVersion, ".")
	if version.Compare("go"+flinkVersion, "go1.19.0") < 0 {
		generation = "1.17" // the oldest that it was tried with
	}
	var all []source
	for _, folder := range []string{"src", "src-" + generation} {
		err := fs.WalkDir(flinkjob.Source, folder, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // a major version that is not known; artifact says so better
			}
			if err != nil || d.IsDir() {
				return err
			}
			text, err := flinkjob.Source.ReadFile(path)
			all = append(all, source{strings.TrimPrefix(path, folder+"/"), text})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// jarName has in it whatever the jar is made from: the source, Flink's jars, the
// client's, and how it is compiled.
func jarName(flinkVersion string, sources []source) (string, error) {
	flink, err := artifact.FlinkDigest(flinkVersion)
	if err != nil {
		return "", err
	}
	client, err := artifact.Digest(artifact.Default)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, flink, client, clientParts, javaRelease, jarLayout)
	for _, s := range sources {
		fmt.Fprintf(h, "%s %d\n%s", s.path, len(s.text), s.text)
	}
	return fmt.Sprintf("schism-job-flink-%s-%s.jar", flinkVersion, hex.EncodeToString(h.Sum(nil)[:8])), nil
}

// clientParts are the jars of a server's class path that a client cannot do
// without, as their names begin. Flink brings the logging. Netty is for TLS,
// which nobody uses here, but the client looks for one of its classes.
var clientParts = []string{"zookeeper-" + artifact.Default, "zookeeper-jute-", "netty-handler-"}

// zooKeeperClient are the paths of those jars.
func zooKeeperClient(ctx context.Context) ([]string, error) {
	all, err := artifact.ZooKeeper(ctx, artifact.Default)
	if err != nil {
		return nil, err
	}
	var client []string
	for _, part := range clientParts {
		i := slices.IndexFunc(all, func(jar string) bool { return strings.HasPrefix(filepath.Base(jar), part) })
		if i < 0 {
			return nil, fmt.Errorf("ZooKeeper %s has no jar %s…, which its client needs", artifact.Default, part)
		}
		client = append(client, all[i])
	}
	return client, nil
}

// findJavac looks for the compiler in JAVA_HOME, then in PATH.
func findJavac() (string, error) {
	const install = "install a JDK of version " + javaRelease + " or newer (on Debian: openjdk-17-jdk-headless), or set JAVA_HOME"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		path, err := exec.LookPath(filepath.Join(home, "bin", "javac"))
		if err != nil {
			return "", &cluster.NotReady{What: "no Java compiler in JAVA_HOME", Do: install, Err: err}
		}
		return path, nil
	}
	path, err := exec.LookPath("javac")
	if err != nil {
		return "", &cluster.NotReady{What: "no Java compiler (javac) in JAVA_HOME or PATH", Do: install}
	}
	return path, nil
}

// compile writes the sources below work and returns the folder of their classes.
func compile(ctx context.Context, javac, work string, sources []source, classpath []string) (classes string, err error) {
	classes = filepath.Join(work, "classes")
	args := []string{
		"--release", javaRelease, "-encoding", "UTF-8", "-proc:none", "-nowarn",
		"-d", classes, "-cp", strings.Join(classpath, string(filepath.ListSeparator)),
	}
	for _, s := range sources {
		path := filepath.Join(work, "source", filepath.FromSlash(s.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, s.text, 0o600); err != nil {
			return "", err
		}
		args = append(args, path)
	}
	ctx, cancel := context.WithTimeout(ctx, compileWithin)
	defer cancel()
	c := exec.CommandContext(ctx, javac, args...)
	c.WaitDelay = time.Second
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("%s: %w", javac, ctx.Err())
		}
		return "", fmt.Errorf("%s: %w: %s", javac, err, firstError(said.String(), work))
	}
	return classes, nil
}

// firstError is the line with which javac begins to complain, or its first line
// at all, with paths as they are in the repository.
func firstError(said, work string) string {
	said = strings.ReplaceAll(said, filepath.Join(work, "source")+string(filepath.Separator), "")
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for _, line := range lines {
		if strings.Contains(line, "error:") {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[0])
}
