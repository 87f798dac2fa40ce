package image

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/schismlab/schism/cluster"
)

// Official gives for a release of ZooKeeper the digest of Docker's official
// image of it: the manifest index, which serves every architecture. The tags
// themselves move, since the images are rebuilt on newer bases.
var Official = map[string]string{
	// Built 21 August 2026 with Java 17.0.20.
	"3.9.5": "sha256:f258365d4882440a55dbedf8ee379152ed0be8006cc3641b81e6c1c1745c976b",
}

// Variable is the environment variable that overrides the choice of an image.
const Variable = "SCHISM_ZOOKEEPER_IMAGE"

// registryLimit bounds how long a registry may take to answer at all. Behind a
// firewall that swallows packets nobody wants to wait for minutes before the
// image is built from what is at hand.
const registryLimit = 3 * time.Second

var pinned = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9._/:-]*@sha256:[0-9a-f]{64}$`)

// override reads Variable. It returns "", "own" or a reference by digest.
func override() (string, error) {
	v := os.Getenv(Variable)
	if v == "" || v == "own" || pinned.MatchString(v) {
		return v, nil
	}
	return "", fmt.Errorf("%s=%q names no image by digest: want NAME@sha256:… with 64 hexadecimal digits, or own", Variable, v)
}

// official is the reference of the release's official image, or "".
func official(version string) string {
	if digest := Official[version]; digest != "" {
		return "zookeeper@" + digest
	}
	return ""
}

// present says whether the engine has an image of this name.
func present(ctx context.Context, engine *testcontainers.DockerClient, ref string) (bool, error) {
	_, err := engine.ImageInspect(ctx, ref)
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// offered says whether a registry answers for the image, in time.
func offered(ctx context.Context, engine *testcontainers.DockerClient, ref string) bool {
	ctx, cancel := context.WithTimeout(ctx, registryLimit)
	defer cancel()
	_, err := engine.DistributionInspect(ctx, ref, client.DistributionInspectOptions{})
	return err == nil
}

// pull fetches an image by digest. The engine compares what it gets.
func pull(ctx context.Context, engine *testcontainers.DockerClient, ref string, progress io.Writer) error {
	fmt.Fprintf(progress, "pulling %s\n", ref)
	res, err := engine.ImagePull(ctx, ref, client.ImagePullOptions{})
	if err == nil {
		err = res.Wait(ctx)
	}
	if err != nil {
		return fmt.Errorf("pull %s: %w", ref, err)
	}
	return nil
}

// foreign describes an image that others made. The official ones work in the
// folder of the unpacked release, with the jars beneath it.
func foreign(ctx context.Context, engine *testcontainers.DockerClient, ref, version string) (Image, error) {
	res, err := engine.ImageInspect(ctx, ref)
	if err != nil {
		return Image{}, err
	}
	home := ""
	if res.Config != nil {
		home = strings.TrimSuffix(res.Config.WorkingDir, "/")
	}
	if !strings.Contains(home, version) {
		return Image{}, fmt.Errorf("image %s works in %q, so it does not hold ZooKeeper %s: name another in %s, or another release", ref, home, version, Variable)
	}
	// Releases before 3.5 keep the server's own jar one level up.
	return Image{Ref: ref, Classpath: home + "/lib/*:" + home + "/*"}, nil
}

// named provides the image that the user asked for.
func named(ctx context.Context, engine *testcontainers.DockerClient, ref, version string, progress io.Writer) (Image, error) {
	have, err := present(ctx, engine, ref)
	if err != nil {
		return Image{}, err
	}
	if !have {
		if err := pull(ctx, engine, ref, progress); err != nil {
			return Image{}, &cluster.NotReady{
				What: "the image of " + Variable + " cannot be had", Err: err,
				Do: "pull or load it into the engine, or unset the variable",
			}
		}
	}
	return foreign(ctx, engine, ref, version)
}
