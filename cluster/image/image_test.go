package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

func skipUnready(t *testing.T, err error) {
	t.Helper()
	var missing *cluster.NotReady
	if errors.As(err, &missing) {
		t.Skip("not ready: " + missing.Error())
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// versionMain prints the release that a class path holds.
const versionMain = "org.apache.zookeeper.version.VersionInfoMain"

// javaSays runs java in an image with the given arguments and returns its output.
func javaSays(t *testing.T, ref string, args ...string) string {
	t.Helper()
	c, err := testcontainers.GenericContainer(t.Context(), testcontainers.GenericContainerRequest{
		Started: true,
		ContainerRequest: testcontainers.ContainerRequest{
			Image: ref, Entrypoint: []string{"java"}, Cmd: append([]string{"-XX:+UseSerialGC"}, args...),
			WaitingFor: wait.ForExit().WithExitTimeout(time.Minute),
		},
	})
	testcontainers.CleanupContainer(t, c)
	must(t, err)
	logs, err := c.Logs(t.Context())
	must(t, err)
	defer logs.Close()
	text, err := io.ReadAll(logs)
	must(t, err)
	return string(text)
}

func TestBuild(t *testing.T) {
	engine, err := Engine(t.Context())
	skipUnready(t, err)
	must(t, err)
	defer engine.Close()
	began := time.Now()
	ref, err := Build(t.Context(), artifact.Default, io.Discard)
	skipUnready(t, err)
	must(t, err)
	t.Logf("built %s in %v", ref, time.Since(began).Round(time.Millisecond))

	first, err := engine.ImageInspect(t.Context(), ref)
	must(t, err)
	t.Logf("%d bytes", first.Size)
	t.Run("java runs in it", func(t *testing.T) {
		said := javaSays(t, ref, "-cp", zooKeeper.folder()+"/*", versionMain)
		if !strings.Contains(said, "version "+artifact.Default+" ") {
			t.Errorf("it holds %q", said)
		}
	})
	t.Run("the same again has the same digest", func(t *testing.T) {
		again, err := Build(t.Context(), artifact.Default, io.Discard)
		must(t, err)
		second, err := engine.ImageInspect(t.Context(), again)
		must(t, err)
		if again != ref || second.ID != first.ID {
			t.Errorf("%s is %s, then %s is %s", ref, first.ID, again, second.ID)
		}
	})
	t.Run("another release shares the runtime's layer", func(t *testing.T) {
		other, err := Build(t.Context(), "3.8.4", io.Discard)
		skipUnready(t, err)
		must(t, err)
		info, err := engine.ImageInspect(t.Context(), other)
		must(t, err)
		if other == ref || info.RootFS.Layers[0] != first.RootFS.Layers[0] || info.RootFS.Layers[1] == first.RootFS.Layers[1] {
			t.Errorf("%s has layers %q, %s has %q", ref, first.RootFS.Layers, other, info.RootFS.Layers)
		}
	})
	t.Run("Ensure finds it without building", func(t *testing.T) {
		t.Setenv(Variable, "own")
		var said bytes.Buffer
		img, err := Ensure(t.Context(), artifact.Default, &said)
		must(t, err)
		if img.Ref != ref || !img.Own || said.Len() > 0 {
			t.Errorf("%+v, and said %q", img, &said)
		}
	})
}

// Where there is no jlink the machine's own runtime is copied.
func TestBuildFromCopiedRuntime(t *testing.T) {
	engine, err := Engine(t.Context())
	skipUnready(t, err)
	must(t, err)
	defer engine.Close()
	j, err := findJDK("")
	skipUnready(t, err)
	must(t, err)
	j.linker = ""
	tree := filepath.Join(t.TempDir(), "runtime")
	must(t, j.make(t.Context(), tree))
	r, err := newRecipe(t.Context(), zooKeeper, artifact.Default, io.Discard)
	skipUnready(t, err)
	must(t, err)
	r.runtime = tree
	r.libraries, err = resolve([]string{tree, r.sleep}, systemDirs())
	must(t, err)
	r.digest, err = r.sum("copy-" + j.key())
	must(t, err)
	must(t, r.load(t.Context(), engine, io.Discard))
	t.Cleanup(func() { removeImage(t, engine, r.ref()) })
	if said := javaSays(t, r.ref(), "-version"); !strings.Contains(said, "Server VM") {
		t.Errorf("java -version said %q", said)
	}
}

// The official image cannot be had everywhere. This one is laid out as it is:
// the release unpacked into the working folder, and jars nowhere else.
func TestForeignLayout(t *testing.T) {
	engine, err := Engine(t.Context())
	skipUnready(t, err)
	must(t, err)
	defer engine.Close()
	r, err := newRecipe(t.Context(), zooKeeper, artifact.Default, io.Discard)
	skipUnready(t, err)
	must(t, err)
	a, err := r.archive()
	must(t, err)
	a.ref = "schism/test:layout"
	home := "/apache-zookeeper-" + artifact.Default + "-bin"
	jars := layer{}
	for _, jar := range r.jars {
		must(t, jars.addFile(home+"/lib/"+filepath.Base(jar), jar))
	}
	sum, size, err := jars.measure()
	must(t, err)
	a.layers[1], a.sizes[1] = jars, size
	var config ocispec.Image
	must(t, json.Unmarshal(a.config, &config))
	config.RootFS.DiffIDs[1], config.Config.WorkingDir = digest.Digest(sum), home
	a.config, err = json.Marshal(config)
	must(t, err)
	must(t, a.load(t.Context(), engine))
	t.Cleanup(func() { removeImage(t, engine, a.ref) })

	img, err := foreign(t.Context(), engine, a.ref, artifact.Default)
	must(t, err)
	if said := javaSays(t, img.Ref, "-cp", img.Classpath, versionMain); !strings.Contains(said, "version "+artifact.Default+" ") {
		t.Errorf("class path %s holds %q", img.Classpath, said)
	}
	if _, err := foreign(t.Context(), engine, a.ref, "3.4.10"); err == nil || !strings.Contains(err.Error(), "3.4.10") {
		t.Errorf("an image of another release passes: %v", err)
	}
}

func removeImage(t *testing.T, engine *testcontainers.DockerClient, ref string) {
	t.Helper()
	if _, err := engine.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}); err != nil {
		t.Error(err)
	}
}

func lookPath(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	must(t, err)
	return path
}

func TestOverride(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("0a", 32)
	tests := []struct {
		name, value string
		ok          bool
	}{
		{"unset", "", true},
		{"own", "own", true},
		{"by digest", "zookeeper" + digest, true},
		{"by digest, elsewhere", "registry.example:5000/a/b" + digest, true},
		{"by tag", "zookeeper:3.9.5", false},
		{"short digest", "zookeeper@sha256:0a0a", false},
		{"digest of letters", "zookeeper@sha256:" + strings.Repeat("zz", 32), false},
		{"no name", digest, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(Variable, test.value)
			got, err := override()
			if (err == nil) != test.ok || test.ok && got != test.value {
				t.Errorf("%q: %q, %v", test.value, got, err)
			}
			if err != nil && !strings.Contains(err.Error(), "by digest") {
				t.Errorf("the error does not say what is wanted: %v", err)
			}
		})
	}
}

func TestOfficialDigests(t *testing.T) {
	for version := range Official {
		if ref := official(version); !pinned.MatchString(ref) {
			t.Errorf("%s: %q is no reference by digest", version, ref)
		}
		if _, err := artifact.Digest(version); err != nil {
			t.Errorf("%s: %v", version, err)
		}
	}
	if ref := official("3.4.10"); ref != "" {
		t.Errorf("3.4.10: %q", ref)
	}
}

func TestEngineThatWasNotAskedFor(t *testing.T) {
	engine, err := Engine(t.Context())
	skipUnready(t, err)
	must(t, err)
	defer engine.Close()
	t.Setenv("DOCKER_HOST", "unix:///nonexistent/engine.sock")
	if err := asked(engine); err == nil {
		t.Error("an engine other than the one in DOCKER_HOST passes")
	}
	t.Setenv("DOCKER_HOST", engine.DaemonHost())
	must(t, asked(engine))
}

func TestLayerIsReproducible(t *testing.T) {
	write := func(dir string) []byte {
		must(t, os.MkdirAll(filepath.Join(dir, "bin"), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, "bin/run"), []byte("x"), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, "text"), []byte("y"), 0o600))
		must(t, os.Symlink("text", filepath.Join(dir, "link")))
		l := layer{}
		must(t, l.addTree("/opt/a", dir))
		l.add("/tmp", entry{mode: os.ModeDir | os.ModeSticky | 0o777})
		var b bytes.Buffer
		must(t, l.write(&b))
		_, size, err := l.measure()
		must(t, err)
		if size != int64(b.Len()) {
			t.Errorf("measured %d bytes, wrote %d", size, b.Len())
		}
		return b.Bytes()
	}
	if !bytes.Equal(write(t.TempDir()), write(t.TempDir())) {
		t.Error("the same files gave two tars")
	}
}

func TestResolve(t *testing.T) {
	t.Run("a program's libraries and its loader", func(t *testing.T) {
		j, err := findJDK("")
		skipUnready(t, err)
		must(t, err)
		tree, err := j.provide(t.Context(), io.Discard)
		must(t, err)
		l, err := resolve([]string{tree}, systemDirs())
		must(t, err)
		all := strings.Join(l.files, " ")
		if !strings.Contains(all, "/libc.") && !strings.Contains(all, "/ld-musl") {
			t.Errorf("no C library among %q", l.files)
		}
		if strings.Contains(all, "libjli.so") {
			t.Errorf("a library of the runtime's own counts as the system's: %q", l.files)
		}
	})
	t.Run("what is missing is named with who wants it", func(t *testing.T) {
		_, err := resolve([]string{lookPath(t, "sleep")}, []string{t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), "needs the library") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("other files need nothing", func(t *testing.T) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "text"), []byte("no program"), 0o644))
		must(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o644))
		l, err := resolve([]string{dir}, nil)
		if err != nil || len(l.files) > 0 {
			t.Errorf("%v, %v", l, err)
		}
	})
}

func TestConfiguredDirs(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "ld.so.conf")
	must(t, os.WriteFile(conf, []byte("# comment\n/a/lib # more\ninclude more/*.conf\nrelative\ninclude ld.so.conf\n"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "more"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "more/x.conf"), []byte("/b/lib/\n"), 0o644))
	got := configuredDirs(conf, map[string]bool{})
	if strings.Join(got, " ") != "/a/lib /b/lib" {
		t.Errorf("got %q", got)
	}
}

func FuzzConfiguredDirs(f *testing.F) {
	f.Add("include *.conf\n/lib\n#\n")
	f.Fuzz(func(t *testing.T, text string) {
		conf := filepath.Join(t.TempDir(), "ld.so.conf")
		must(t, os.WriteFile(conf, []byte(text), 0o644))
		for _, d := range configuredDirs(conf, map[string]bool{}) {
			if !filepath.IsAbs(d) {
				t.Errorf("%q is not absolute", d)
			}
		}
	})
}

func TestMajor(t *testing.T) {
	for text, want := range map[string]int{
		"JAVA_VERSION=\"17.0.15\"\n":                   17,
		"MODULES=\"java.base\"\nJAVA_VERSION=\"21\"\n": 21,
		"JAVA_VERSION=\"1.8.0_422\"\n":                 1,
		"":                                             0,
	} {
		if got := (jdk{release: text}).major(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
