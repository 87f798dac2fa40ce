package artifact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact/internal/maven"
	"github.com/schismlab/schism/cluster/artifact/internal/pins"
)

// RepositoryEnv names the environment variable with the address of a Maven
// repository (http, https or file) to fetch from instead of through mvn.
const RepositoryEnv = "SCHISM_MAVEN_REPOSITORY"

// source brings jars, unverified, as files into dir; the i-th path it returns
// is the i-th jar's.
type source interface {
	fetch(ctx context.Context, dir string, jars []pins.Jar) ([]string, error)
	String() string
}

func sourceFromEnv() source {
	if address := os.Getenv(RepositoryEnv); address != "" {
		return repository{address: address}
	}
	return mavenClient{}
}

// mavenClient fetches through the user's own mvn.
type mavenClient struct{}

func (mavenClient) String() string { return "the Maven client" }

func (mavenClient) fetch(ctx context.Context, dir string, jars []pins.Jar) ([]string, error) {
	err := maven.Copy(ctx, dir, jars)
	if errors.Is(err, maven.ErrNoClient) {
		return nil, &cluster.NotReady{
			What: fmt.Sprintf("%d jars are not in the cache, and there is no Maven client to fetch them", len(jars)),
			Do:   "install maven, or set " + RepositoryEnv + " to the address of a Maven repository",
		}
	}
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, j := range jars {
		paths = append(paths, filepath.Join(dir, maven.Name(j)))
	}
	return paths, nil
}

// repository fetches from one address, plainly.
type repository struct{ address string }

func (r repository) String() string {
	u, err := url.Parse(r.address)
	if err != nil {
		return RepositoryEnv
	}
	return u.Redacted()
}

func (r repository) fetch(ctx context.Context, dir string, jars []pins.Jar) ([]string, error) {
	base, err := url.Parse(r.address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", RepositoryEnv, err)
	}
	switch base.Scheme {
	case "http", "https", "file":
	default:
		return nil, fmt.Errorf("%s=%q: want an http, https or file address", RepositoryEnv, r)
	}
	client := repositoryClient()
	defer client.CloseIdleConnections()
	var paths []string
	for _, j := range jars {
		to := filepath.Join(dir, maven.Name(j))
		if err := get(ctx, client, base.JoinPath(j.Path()), to); err != nil {
			return nil, err
		}
		paths = append(paths, to)
	}
	return paths, nil
}

// repositoryClient is a client of its own with the environment's proxies, so
// that nobody's changes to the default one reach it. It bounds how long a
// server may be silent at first, not how long a slow line may take.
func repositoryClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	t.ResponseHeaderTimeout = time.Minute
	return &http.Client{Transport: t}
}

func get(ctx context.Context, client *http.Client, from *url.URL, to string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return unreachable(ctx, from, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return unreachable(ctx, from, errors.New(resp.Status))
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, resp.Body)
	if err = errors.Join(err, f.Close()); err != nil {
		return unreachable(ctx, from, err)
	}
	return nil
}

func unreachable(ctx context.Context, from *url.URL, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &cluster.NotReady{
		What: "the repository does not give " + from.Redacted(),
		Do:   "check " + RepositoryEnv,
		Err:  err,
	}
}
