package artifact

import (
	"bytes"
	"context"
	"crypto/sha512"
	_ "embed"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact/internal/pins"
)

//go:generate go run ./pin -table pins.txt

// Default is the release of ZooKeeper that runs when none is named: the newest
// known. DefaultFlink is the same of Flink.
const (
	Default      = "3.9.5"
	DefaultFlink = "2.3.0"
)

// The products of the table, as it names them.
const (
	zooKeeper = "zookeeper"
	flink     = "flink"
)

//go:embed pins.txt
var table []byte

// releases is the parsed table. That it parses is tested, so a table that does
// not is an impossible state.
var releases = sync.OnceValue(func() []pins.Release {
	all, err := pins.Parse(bytes.NewReader(table))
	if err != nil {
		panic("artifact: pins.txt: " + err.Error())
	}
	return all
})

// Versions lists the known releases of ZooKeeper, oldest first.
func Versions() []string { return versions(zooKeeper) }

// FlinkVersions lists the known releases of Flink, oldest first.
func FlinkVersions() []string { return versions(flink) }

func versions(product string) []string {
	var vs []string
	for _, r := range releases() {
		if r.Product == product {
			vs = append(vs, r.Version)
		}
	}
	return vs
}

// ZooKeeper returns the class path of a release: absolute paths of its jars in
// the cache, each verified by its SHA-512 during this call. What is missing is
// fetched. The error is an *UnknownVersion, a *WrongChecksum (the jar is not
// kept) or a *cluster.NotReady, when there is nowhere to fetch from.
func ZooKeeper(ctx context.Context, version string) (classpath []string, err error) {
	return classPath(ctx, zooKeeper, version)
}

// Flink is ZooKeeper for a release of Flink: the class path of a session
// cluster's JobManagers and TaskManagers, about 70 MB.
func Flink(ctx context.Context, version string) (classpath []string, err error) {
	return classPath(ctx, flink, version)
}

func classPath(ctx context.Context, product, version string) (paths []string, err error) {
	r, err := find(product, version)
	if err != nil {
		return nil, err
	}
	dir, err := cluster.CacheDir("artifacts")
	if err != nil {
		return nil, err
	}
	if err := (store{dir: dir, source: sourceFromEnv()}).complete(ctx, r.Jars); err != nil {
		return nil, fmt.Errorf("%s %s: %w", properName(product), version, err)
	}
	for _, j := range r.Jars {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(j.Path())))
	}
	return paths, nil
}

// properName is how people write the product's name.
func properName(product string) string {
	if product == flink {
		return "Flink"
	}
	return "ZooKeeper"
}

// Digest identifies the whole class path of a release of ZooKeeper by content:
// the SHA-512 over its pins, in hexadecimal. It needs no file.
func Digest(version string) (string, error) { return digest(zooKeeper, version) }

// FlinkDigest is Digest for a release of Flink.
func FlinkDigest(version string) (string, error) { return digest(flink, version) }

func digest(product, version string) (string, error) {
	r, err := find(product, version)
	if err != nil {
		return "", err
	}
	h := sha512.New()
	for _, j := range r.Jars {
		fmt.Fprintln(h, j, j.SHA512)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func find(product, version string) (pins.Release, error) {
	for _, r := range releases() {
		if r.Product == product && r.Version == version {
			return r, nil
		}
	}
	known := versions(product)
	return pins.Release{}, &UnknownVersion{
		Product: properName(product), Version: version, Nearest: nearest(version, known), Known: known,
	}
}

// UnknownVersion says that no release of that name is pinned here.
type UnknownVersion struct {
	// Product is "ZooKeeper" or "Flink".
	Product, Version string
	// Nearest is the known release closest to it, Known are all.
	Nearest string
	Known   []string
}

func (e *UnknownVersion) Error() string {
	return fmt.Sprintf("no %s release %q is known; nearest is %s (known: %s)",
		e.Product, e.Version, e.Nearest, strings.Join(e.Known, ", "))
}

// WrongChecksum says that a jar's content is not what the pin demands. It was
// refused and not kept.
type WrongChecksum struct {
	// Jar is the Maven coordinates, Source where it came from.
	Jar, Source string
	// Want and Got are SHA-512 sums in hexadecimal.
	Want, Got string
}

func (e *WrongChecksum) Error() string {
	return fmt.Sprintf("%s from %s has the wrong content and was refused: SHA-512 is %s, want %s",
		e.Jar, e.Source, e.Got, e.Want)
}
