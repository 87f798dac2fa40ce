// Command pin makes the table of jars that package artifact trusts.
//
//	go run ./cluster/artifact/pin 3.9.5 3.8.4
//	go run ./cluster/artifact/pin -product flink 2.2.1
//
// resolves these releases of ZooKeeper, or of Flink, with the Maven client in
// PATH, sums up every jar of their runtime class paths and writes the releases
// into the table (-table, by default cluster/artifact/pins.txt), in place of
// lines that are there for them. Lines of other releases stay as they are.
// Without a release it only checks that the table parses and puts it in order.
//
// What it adds to a release's own dependencies of ZooKeeper, and leaves out:
//
//   - io.dropwizard.metrics:metrics-core and org.xerial.snappy:snappy-java, which
//     a server from 3.5 on needs at start and does not declare for others;
//   - one slf4j binding, slf4j-simple: it logs to standard output and is set up
//     by system properties alone. Other bindings are excluded;
//   - jars for one platform only (those with a classifier): all are optional
//     native speed-ups of Netty, which servers here do not use.
//
// Flink's distribution is one large jar that is not published to repositories.
// Its parts are: flink-clients, flink-runtime, flink-runtime-web and
// flink-connector-files with what they need make a session cluster and carry
// streaming jobs. Log4j 2 is added, as in the distribution.
//
// The sums say what was downloaded today. Read the difference before you commit
// it: a sum that changes for a coordinate that was pinned before is an alarm.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"flag"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/schismlab/schism/cluster/artifact/internal/maven"
	"github.com/schismlab/schism/cluster/artifact/internal/pins"
)

// products says what the class path of a product's release is resolved from.
var products = map[string]func(version string) []maven.Dependency{
	"zookeeper": zooKeeper,
	"flink":     flink,
}

func main() {
	product := flag.String("product", "zookeeper", "whose releases: zookeeper or flink")
	table := flag.String("table", filepath.Join("cluster", "artifact", "pins.txt"), "the table to rewrite")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *table, *product, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pin:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, table, product string, releases []string) error {
	dependencies := products[product]
	if dependencies == nil {
		return fmt.Errorf("-product %s: want zookeeper or flink", product)
	}
	text, err := os.ReadFile(table)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	all, err := pins.Parse(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	for _, v := range releases {
		if !version.IsValid("go" + v) {
			return fmt.Errorf("%q is not a release of %s; want three numbers, as 3.9.5", v, product)
		}
		r, err := resolve(ctx, product, v, dependencies(v))
		if err != nil {
			return fmt.Errorf("%s %s: %w", product, v, err)
		}
		all = slices.DeleteFunc(all, func(o pins.Release) bool { return o.Product == product && o.Version == v })
		all = append(all, r)
		fmt.Printf("%s %s: %d jars\n", product, v, len(r.Jars))
	}
	slices.SortFunc(all, func(a, b pins.Release) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), version.Compare("go"+a.Version, "go"+b.Version))
	})
	return write(table, all)
}

func write(table string, all []pins.Release) error {
	var b bytes.Buffer
	if err := pins.Format(&b, all); err != nil {
		return err
	}
	temp := table + ".new"
	if err := os.WriteFile(temp, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, table)
}

func resolve(ctx context.Context, product, v string, deps []maven.Dependency) (pins.Release, error) {
	dir, err := os.MkdirTemp("", "schism-pin-")
	if err != nil {
		return pins.Release{}, err
	}
	defer os.RemoveAll(dir)
	if err := maven.Resolve(ctx, dir, deps); err != nil {
		return pins.Release{}, err
	}
	r := pins.Release{Product: product, Version: v}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".jar" {
			return err
		}
		jar, ok, err := pin(dir, path)
		if ok {
			r.Jars = append(r.Jars, jar)
		}
		return err
	})
	return r, err
}

// zooKeeper is what a server's class path is resolved from. The binding stands
// first: of two versions of slf4j-api at the same depth Maven takes the first.
func zooKeeper(v string) []maven.Dependency {
	binding := "1.7.36"
	if version.Compare("go"+v, "go3.9.0") >= 0 {
		binding = "2.0.13"
	}
	deps := []maven.Dependency{
		{GroupID: "org.slf4j", ArtifactID: "slf4j-simple", Version: binding},
		{
			GroupID: "org.apache.zookeeper", ArtifactID: "zookeeper", Version: v,
			Exclusions: []maven.Exclusion{
				{GroupID: "org.slf4j", ArtifactID: "slf4j-log4j12"},
				{GroupID: "ch.qos.logback", ArtifactID: "*"},
			},
		},
	}
	if version.Compare("go"+v, "go3.5.0") >= 0 {
		deps = append(deps,
			maven.Dependency{GroupID: "io.dropwizard.metrics", ArtifactID: "metrics-core", Version: "4.1.12.1"},
			maven.Dependency{GroupID: "org.xerial.snappy", ArtifactID: "snappy-java", Version: "1.1.10.5"})
	}
	return deps
}

// flink is what a session cluster's class path is resolved from.
func flink(v string) []maven.Dependency {
	const log4j = "2.24.3"
	deps := []maven.Dependency{
		{GroupID: "org.apache.logging.log4j", ArtifactID: "log4j-core", Version: log4j},
		{GroupID: "org.apache.logging.log4j", ArtifactID: "log4j-slf4j-impl", Version: log4j},
	}
	for _, part := range []string{"flink-clients", "flink-runtime", "flink-runtime-web", "flink-connector-files"} {
		deps = append(deps, maven.Dependency{GroupID: "org.apache.flink", ArtifactID: part, Version: v})
	}
	return deps
}

// pin reads the coordinates of a jar from its place in a repository, and sums
// it up. It is not ok for a jar with a classifier.
func pin(root, path string) (jar pins.Jar, ok bool, err error) {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return jar, false, err
	}
	f := strings.Split(filepath.ToSlash(rel), "/")
	if len(f) < 4 {
		return jar, false, fmt.Errorf("%s does not lie as in a repository", rel)
	}
	n := len(f)
	group, name, ver := strings.Join(f[:n-3], "."), f[n-3], f[n-2]
	if f[n-1] != name+"-"+ver+".jar" {
		return jar, false, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return jar, false, err
	}
	digest := sha512.Sum512(content)
	jar, err = pins.ParseJar(group+":"+name+":"+ver, hex.EncodeToString(digest[:]))
	return jar, err == nil, err
}
