package image

import (
	"context"
	"io"

	"github.com/testcontainers/testcontainers-go"
)

// Image is an image that the engine has.
type Image struct {
	// Ref is the name by which the engine knows it.
	Ref string
	// Classpath is where its jars lie, in the words of java's option -cp.
	Classpath string
	// Own says that the image was made here, from cluster/artifact.
	Own bool
}

// Ensure provides an image that holds the given release of ZooKeeper, in the
// order that the package's documentation gives. It tells progress, a line each,
// of what takes seconds; progress may be io.Discard. The error is a
// *cluster.NotReady if no engine answers or nothing can be built here, and
// those of artifact.ZooKeeper.
func Ensure(ctx context.Context, version string, progress io.Writer) (Image, error) {
	asked, err := override()
	if err != nil {
		return Image{}, err
	}
	engine, err := Engine(ctx)
	if err != nil {
		return Image{}, err
	}
	defer engine.Close()
	switch {
	case asked == "own":
		return own(ctx, engine, zooKeeper, version, progress)
	case asked != "":
		return named(ctx, engine, asked, version, progress)
	}
	return choose(ctx, engine, version, progress)
}

// choose goes from what costs nothing to what costs most.
func choose(ctx context.Context, engine *testcontainers.DockerClient, version string, progress io.Writer) (Image, error) {
	theirs := official(version)
	if theirs != "" {
		have, err := present(ctx, engine, theirs)
		if err != nil {
			return Image{}, err
		}
		if have {
			return foreign(ctx, engine, theirs, version)
		}
	}
	plan, ownErr := newRecipe(ctx, zooKeeper, version, progress)
	if ownErr == nil {
		have, err := present(ctx, engine, plan.ref())
		if err != nil {
			return Image{}, err
		}
		if have {
			return plan.image(), nil
		}
	}
	if theirs != "" && offered(ctx, engine, theirs) {
		return named(ctx, engine, theirs, version, progress)
	}
	if ownErr != nil {
		return Image{}, ownErr
	}
	return plan.image(), plan.load(ctx, engine, progress)
}

// own provides our own image, present or built.
func own(ctx context.Context, engine *testcontainers.DockerClient, p *product, version string, progress io.Writer) (Image, error) {
	plan, err := newRecipe(ctx, p, version, progress)
	if err != nil {
		return Image{}, err
	}
	have, err := present(ctx, engine, plan.ref())
	if err != nil || have {
		return plan.image(), err
	}
	return plan.image(), plan.load(ctx, engine, progress)
}

// EnsureFlink provides our own image of a release of Flink. It is Ensure otherwise,
// with the errors of artifact.Flink.
func EnsureFlink(ctx context.Context, version string, progress io.Writer) (Image, error) {
	engine, err := Engine(ctx)
	if err != nil {
		return Image{}, err
	}
	defer engine.Close()
	return own(ctx, engine, flink, version, progress)
}

// Build makes our own image of the given release of ZooKeeper and puts it into the
// engine, even if it is there already, and returns its name. Ensure is what most
// callers want.
func Build(ctx context.Context, version string, progress io.Writer) (ref string, err error) {
	return build(ctx, zooKeeper, version, progress)
}

// BuildFlink is Build for a release of Flink.
func BuildFlink(ctx context.Context, version string, progress io.Writer) (ref string, err error) {
	return build(ctx, flink, version, progress)
}

func build(ctx context.Context, p *product, version string, progress io.Writer) (ref string, err error) {
	engine, err := Engine(ctx)
	if err != nil {
		return "", err
	}
	defer engine.Close()
	plan, err := newRecipe(ctx, p, version, progress)
	if err != nil {
		return "", err
	}
	return plan.ref(), plan.load(ctx, engine, progress)
}
