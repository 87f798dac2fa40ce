package artifact_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

func TestVersionsDefaultIsTheNewest(t *testing.T) {
	vs := artifact.Versions()
	if len(vs) == 0 || vs[len(vs)-1] != artifact.Default {
		t.Fatalf("versions %v do not end with the default %s", vs, artifact.Default)
	}
}

func TestUnknownVersionNamesTheNearest(t *testing.T) {
	for given, want := range map[string]string{
		"3.9.6": "3.9.5", "3.4.11": "3.4.10", "3.10.0": "3.9.5", "v3.8.1": "3.8.0",
		"3.5.9": "3.5.10", "": artifact.Default, "latest": artifact.Default,
	} {
		_, err := artifact.ZooKeeper(t.Context(), given)
		var unknown *artifact.UnknownVersion
		if !errors.As(err, &unknown) {
			t.Errorf("%q: %v, want an UnknownVersion", given, err)
			continue
		}
		if unknown.Nearest != want {
			t.Errorf("%q: nearest %s, want %s", given, unknown.Nearest, want)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the message does not name %s: %s", given, want, err)
		}
	}
}

func TestDigestTellsReleasesApart(t *testing.T) {
	seen := map[string]string{}
	for _, v := range artifact.Versions() {
		d, err := artifact.Digest(v)
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[d]; other != "" {
			t.Errorf("%s and %s have the digest %s", v, other, d)
		}
		seen[d] = v
	}
}

// warm returns the class path of the default release from the user's own cache
// and the root of that cache, fetching what is missing.
func warm(t *testing.T) (classpath []string, root string) {
	t.Helper()
	cp, err := artifact.ZooKeeper(t.Context(), artifact.Default)
	var nr *cluster.NotReady
	if errors.As(err, &nr) {
		t.Skip("not ready:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir, err := cluster.CacheDir("artifacts")
	if err != nil {
		t.Fatal(err)
	}
	return cp, dir
}

// alone gives the test an empty cache, and no way to fetch but the one it names.
func alone(t *testing.T, repository string) (cache string) {
	t.Helper()
	cache = t.TempDir()
	t.Setenv("SCHISM_CACHE", cache)
	t.Setenv(artifact.RepositoryEnv, repository)
	t.Setenv("PATH", t.TempDir())
	return filepath.Join(cache, "artifacts")
}

func files(t *testing.T, root string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFetchFromRepository(t *testing.T) {
	_, root := warm(t)
	served := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer served.Close()
	for _, address := range []string{served.URL, (&url.URL{Scheme: "file", Path: root}).String()} {
		t.Run(strings.SplitN(address, ":", 2)[0], func(t *testing.T) {
			cache := alone(t, address)
			cp, err := artifact.ZooKeeper(t.Context(), artifact.Default)
			if err != nil {
				t.Fatal(err)
			}
			if got := files(t, cache); len(got) != len(cp) {
				t.Errorf("the cache has %d files, the class path %d", len(got), len(cp))
			}
			// Warm and with nowhere to fetch from.
			t.Setenv(artifact.RepositoryEnv, "")
			again, err := artifact.ZooKeeper(t.Context(), artifact.Default)
			if err != nil || !slices.Equal(cp, again) {
				t.Errorf("with a warm cache: %v, %v", again, err)
			}
		})
	}
}

func TestFetchByManyAtOnce(t *testing.T) {
	_, root := warm(t)
	cache := alone(t, (&url.URL{Scheme: "file", Path: root}).String())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := artifact.ZooKeeper(t.Context(), artifact.Default); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, f := range files(t, cache) {
		if filepath.Ext(f) != ".jar" || strings.Contains(f, ".fetch-") {
			t.Errorf("left in the cache: %s", f)
		}
	}
}

func TestWrongContentIsRefused(t *testing.T) {
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("not the jar"))
	}))
	defer served.Close()
	cache := alone(t, served.URL)
	_, err := artifact.ZooKeeper(t.Context(), artifact.Default)
	var wrong *artifact.WrongChecksum
	if !errors.As(err, &wrong) {
		t.Fatalf("%v, want a WrongChecksum", err)
	}
	for _, part := range []string{wrong.Jar, wrong.Want, wrong.Got, served.URL} {
		if part == "" || !strings.Contains(err.Error(), part) {
			t.Errorf("the message lacks %q: %s", part, err)
		}
	}
	if left := files(t, cache); len(left) != 0 {
		t.Errorf("kept: %v", left)
	}
}

func TestDamagedCacheIsMended(t *testing.T) {
	_, root := warm(t)
	alone(t, (&url.URL{Scheme: "file", Path: root}).String())
	cp, err := artifact.ZooKeeper(t.Context(), artifact.Default)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(cp[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cp[0], whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.ZooKeeper(t.Context(), artifact.Default); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(cp[0]); !slices.Equal(now, whole) {
		t.Error("the damaged jar was not mended")
	}
}

func TestNotReady(t *testing.T) {
	empty := httptest.NewServer(http.NotFoundHandler())
	defer empty.Close()
	for name, repository := range map[string]string{"no source": "", "repository without the jar": empty.URL} {
		t.Run(name, func(t *testing.T) {
			alone(t, repository)
			_, err := artifact.ZooKeeper(t.Context(), artifact.Default)
			var nr *cluster.NotReady
			if !errors.As(err, &nr) || !strings.Contains(nr.Do, artifact.RepositoryEnv) {
				t.Errorf("%v, want a NotReady that names %s", err, artifact.RepositoryEnv)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stalled := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer stalled.Close()
	alone(t, stalled.URL)
	if _, err := artifact.ZooKeeper(ctx, artifact.Default); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
