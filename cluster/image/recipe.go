package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// recipeVersion is raised when this package lays an image out differently.
const recipeVersion = 1

// product is a program that images are made for.
type product struct {
	// name is the image's, its folder's in /opt, and its label's.
	name, proper string
	// other is where another image may come from than from here, for advice.
	other string
	// jars provides a release's class path, digest identifies it.
	jars   func(ctx context.Context, version string) ([]string, error)
	digest func(version string) (string, error)
}

var (
	zooKeeper = &product{
		name: "zookeeper", proper: "ZooKeeper", jars: artifact.ZooKeeper, digest: artifact.Digest,
		other: "name an image that the engine can pull: " + Variable + "=zookeeper@sha256:…",
	}
	flink = &product{
		name: "flink", proper: "Flink", jars: artifact.Flink, digest: artifact.FlinkDigest,
		other: "run Flink in world local, as processes of this machine",
	}
)

// folder is where the product's own image keeps its jars.
func (p *product) folder() string { return "/opt/" + p.name + "/lib" }

// recipe is all that determines our own image of one release.
type recipe struct {
	product   *product
	version   string
	runtime   string // folder of the Java runtime
	libraries libraries
	sleep     string   // a program on this machine
	jars      []string // paths in the cache
	digest    string   // over all of these, hexadecimal
}

// newRecipe gathers the parts; only the parts are made, not yet the image.
func newRecipe(ctx context.Context, p *product, version string, progress io.Writer) (*recipe, error) {
	if runtime.GOOS != "linux" {
		return nil, &cluster.NotReady{
			What: "an image can be made on Linux only, not on " + runtime.GOOS,
			Do:   p.other,
		}
	}
	// Ask for the jars first: a wrong version is then refused at once.
	jars, err := p.jars(ctx, version)
	if err != nil {
		return nil, err
	}
	r := &recipe{product: p, version: version, jars: jars}
	j, err := findJDK(p.other)
	if err != nil {
		return nil, err
	}
	if r.runtime, err = j.provide(ctx, progress); err != nil {
		return nil, err
	}
	if r.sleep, err = exec.LookPath("sleep"); err != nil {
		return nil, &cluster.NotReady{What: "no program sleep in PATH", Do: "install coreutils or busybox", Err: err}
	}
	r.libraries, err = resolve([]string{r.runtime, r.sleep}, systemDirs())
	if err != nil {
		return nil, &cluster.NotReady{What: "the Java runtime's libraries are not all here", Do: "install what is missing, or " + p.other, Err: err}
	}
	r.digest, err = r.sum(j.key())
	return r, err
}

// sum is the recipe's digest. The runtime's key and the pins stand for content
// that they determine; libraries, which a system upgrade replaces in place, are
// read.
func (r *recipe) sum(runtimeKey string) (string, error) {
	pins, err := r.product.digest(r.version)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "recipe %d\nruntime %s\npins %s\n", recipeVersion, runtimeKey, pins)
	for _, file := range append([]string{r.sleep}, r.libraries.files...) {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %x\n", file, sha256.Sum256(b))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (r *recipe) ref() string {
	return fmt.Sprintf("schism/%s:%s-%s", r.product.name, r.version, r.digest[:12])
}

func (r *recipe) image() Image {
	return Image{Ref: r.ref(), Classpath: r.product.folder() + "/*", Own: true}
}

// javaHome is where the images have their Java.
const javaHome = "/opt/java"

// base is the layer that the images of all releases and products share: runtime, libraries
// and the few files that the C library looks for.
func (r *recipe) base() (layer, error) {
	l := layer{}
	if err := l.addTree(javaHome, r.runtime); err != nil {
		return nil, err
	}
	if err := l.addFile("/usr/bin/sleep", r.sleep); err != nil {
		return nil, err
	}
	for _, file := range r.libraries.files {
		if err := l.addFile(file, file); err != nil {
			return nil, err
		}
	}
	l.add("/etc/passwd", entry{mode: 0o644, text: "root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"})
	l.add("/etc/group", entry{mode: 0o644, text: "root:x:0:\nnogroup:x:65534:\n"})
	l.add("/etc/nsswitch.conf", entry{mode: 0o644, text: "passwd: files\ngroup: files\nhosts: files dns\n"})
	l.add("/tmp", entry{mode: fs.ModeDir | fs.ModeSticky | 0o777})
	return l, nil
}

// release is the layer with the jars.
func (r *recipe) release() (layer, error) {
	l := layer{}
	for _, jar := range r.jars {
		if err := l.addFile(path.Join(r.product.folder(), filepath.Base(jar)), jar); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// environment lets the image's programs be found, and their libraries.
func (r *recipe) environment() []string {
	return []string{
		"PATH=" + javaHome + "/bin:/usr/bin",
		"JAVA_HOME=" + javaHome,
		"LD_LIBRARY_PATH=" + strings.Join(r.libraries.dirs, ":"),
		"LANG=C.UTF-8",
	}
}
