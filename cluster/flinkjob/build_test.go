package flinkjob

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// TestBuild compiles the job against every release of Flink that is pinned; a
// second time the cache has it.
func TestBuild(t *testing.T) {
	for _, version := range artifact.FlinkVersions() {
		t.Run(version, func(t *testing.T) {
			jar, err := Build(t.Context(), version)
			var missing *cluster.NotReady
			if errors.As(err, &missing) {
				t.Skip("not ready:", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := Check(jar); err != nil {
				t.Error(err)
			}
			holds(t, jar, "schismlab/job/Job.class", "schismlab/job/VersionedSink.class", "lib/zookeeper-"+artifact.Default+".jar")
			// Without a compiler, so it is the cache that answers.
			t.Setenv("JAVA_HOME", t.TempDir())
			if again, err := Build(t.Context(), version); err != nil || again != jar {
				t.Errorf("the second time: %s, %v; want %s", again, err, jar)
			}
		})
	}
}

func holds(t *testing.T, jar string, names ...string) {
	t.Helper()
	z, err := zip.OpenReader(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, name := range names {
		f, err := z.Open(name)
		if err != nil {
			t.Errorf("%s: %v", jar, err)
			continue
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			t.Errorf("%s: %s: %v", jar, name, err)
		}
		f.Close()
	}
}

func TestBuildWithoutJavac(t *testing.T) {
	for name, home := range map[string]string{"empty JAVA_HOME": t.TempDir(), "no JAVA_HOME": ""} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SCHISM_CACHE", t.TempDir())
			t.Setenv("JAVA_HOME", home)
			t.Setenv("PATH", t.TempDir())
			_, err := Build(t.Context(), artifact.DefaultFlink)
			var missing *cluster.NotReady
			if !errors.As(err, &missing) || missing.Do == "" {
				t.Errorf("%v, want a NotReady that says what to do", err)
			}
		})
	}
}

func TestBuildUnknownVersion(t *testing.T) {
	for _, version := range []string{"", "1", "2.99.0", "../../x"} {
		_, err := Build(t.Context(), version)
		var unknown *artifact.UnknownVersion
		if !errors.As(err, &unknown) || unknown.Product != "Flink" {
			t.Errorf("%q: %v, want an UnknownVersion of Flink", version, err)
		}
	}
}

// TestCompileError: what javac has to say comes out as one line.
func TestCompileError(t *testing.T) {
	javac, err := findJavac()
	if err != nil {
		t.Skip("not ready:", err)
	}
	_, err = compile(t.Context(), javac, t.TempDir(), []source{{"a/Bad.java", []byte("package a;\nclass Bad { int x = \"\"; }\n")}}, nil)
	if err == nil || !strings.Contains(err.Error(), "a/Bad.java:2: error: incompatible types") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line with the place and the reason", err)
	}
}

// TestJarIsReproducible: the same classes are the same bytes, in whatever order
// and whenever they were written.
func TestJarIsReproducible(t *testing.T) {
	var made [2][]byte
	for i := range made {
		dir := t.TempDir()
		files := []string{"b/B.class", "a/A.class"}
		if i == 1 {
			files[0], files[1] = files[1], files[0]
		}
		for _, name := range files {
			path := filepath.Join(dir, "classes", name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(name), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		lib := filepath.Join(dir, "zookeeper-1.jar")
		if err := os.WriteFile(lib, []byte("lib"), 0o600); err != nil {
			t.Fatal(err)
		}
		jar := filepath.Join(dir, "x.jar")
		if err := writeJar(jar, filepath.Join(dir, "classes"), []string{lib}); err != nil {
			t.Fatal(err)
		}
		holds(t, jar, "META-INF/MANIFEST.MF", "a/A.class", "b/B.class", "lib/zookeeper-1.jar")
		text, err := os.ReadFile(jar)
		if err != nil {
			t.Fatal(err)
		}
		made[i] = text
	}
	if !bytes.Equal(made[0], made[1]) {
		t.Error("two jars of the same classes differ")
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, manifest string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		if manifest != "" {
			f, err := w.Create("META-INF/MANIFEST.MF")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(f, manifest); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(w.Close(), os.WriteFile(path, b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := filepath.Join(dir, "text.jar")
	if err := os.WriteFile(text, []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ jar, want string }{
		{filepath.Join(dir, "none.jar"), "no such file"},
		{text, "not a jar"},
		{write("bare.jar", ""), "no manifest"},
		{write("library.jar", "Manifest-Version: 1.0\r\n"), "no Main-Class"},
		{write("empty.jar", "Main-Class: \r\n"), "no Main-Class"},
		{write("good.jar", "Manifest-Version: 1.0\r\nMain-Class: a.B\r\n"), ""},
	} {
		err := Check(c.jar)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.jar, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.jar)):
			t.Errorf("%s: %v, want %q and the file's name", c.jar, err, c.want)
		}
	}
}
