package image

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/testcontainers/testcontainers-go"

	"github.com/schismlab/schism/cluster"
)

// archive is an image in the form that the engine's load call reads: layers,
// a configuration that names them by digest, a manifest that names both.
type archive struct {
	ref    string
	layers []layer
	sizes  []int64
	config []byte
}

// load puts the image into the engine.
func (r *recipe) load(ctx context.Context, engine *testcontainers.DockerClient, progress io.Writer) error {
	if err := sameMachine(ctx, engine, r.product.other); err != nil {
		return err
	}
	fmt.Fprintf(progress, "building %s\n", r.ref())
	a, err := r.archive()
	if err != nil {
		return err
	}
	return a.load(ctx, engine)
}

// load streams the archive to the engine.
func (a *archive) load(ctx context.Context, engine *testcontainers.DockerClient) error {
	in, out := io.Pipe()
	go func() { out.CloseWithError(a.write(out)) }()
	// Closing the reading end frees the writer if the engine hangs up early.
	defer in.Close()
	res, err := engine.ImageLoad(ctx, in, client.ImageLoadWithQuiet(true))
	if err != nil {
		return fmt.Errorf("load %s into the engine: %w", a.ref, err)
	}
	defer res.Close()
	if err := drain(res); err != nil {
		return fmt.Errorf("load %s into the engine: %w", a.ref, err)
	}
	ok, err := present(ctx, engine, a.ref)
	if err == nil && !ok {
		err = fmt.Errorf("the engine took %s but does not have it", a.ref)
	}
	return err
}

// sameMachine refuses an engine for which this machine's programs are foreign, and says
// what other way there is.
func sameMachine(ctx context.Context, engine *testcontainers.DockerClient, other string) error {
	v, err := engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return err
	}
	if v.Os == "linux" && v.Arch == runtime.GOARCH {
		return nil
	}
	return &cluster.NotReady{
		What: fmt.Sprintf("the engine runs %s/%s containers, and an image made here is linux/%s", v.Os, v.Arch, runtime.GOARCH),
		Do:   other,
	}
}

// drain reads the engine's messages to the end and returns the error among
// them: the call itself succeeds even when the load fails.
func drain(r io.Reader) error {
	for d := json.NewDecoder(r); ; {
		var m jsonstream.Message
		err := d.Decode(&m)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case m.Error != nil:
			return m.Error
		}
	}
}

// archive measures the layers and writes the configuration.
func (r *recipe) archive() (*archive, error) {
	base, err := r.base()
	if err != nil {
		return nil, err
	}
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	a := &archive{ref: r.ref(), layers: []layer{base, release}}
	epoch := time.Unix(0, 0).UTC()
	config := ocispec.Image{
		Created:  &epoch,
		Platform: ocispec.Platform{Architecture: runtime.GOARCH, OS: "linux"},
		Config: ocispec.ImageConfig{
			Env:        r.environment(),
			Entrypoint: []string{"java"},
			Cmd:        []string{"-version"},
			Labels:     map[string]string{"schism.image": r.product.name, "schism." + r.product.name: r.version, "schism.recipe": r.digest},
		},
		RootFS: ocispec.RootFS{Type: "layers"},
	}
	for i, l := range a.layers {
		sum, size, err := l.measure()
		if err != nil {
			return nil, err
		}
		a.sizes = append(a.sizes, size)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, digest.Digest(sum))
		config.History = append(config.History, ocispec.History{Created: &epoch, CreatedBy: "schism: " + []string{"Java runtime", r.product.proper + " " + r.version}[i]})
	}
	a.config, err = json.Marshal(config)
	return a, err
}

// write writes the whole archive.
func (a *archive) write(w io.Writer) error {
	tw := tar.NewWriter(w)
	sum := sha256.Sum256(a.config)
	configName := hex.EncodeToString(sum[:]) + ".json"
	var names []string
	for i, l := range a.layers {
		name := fmt.Sprintf("layer%d.tar", i)
		names = append(names, name)
		if err := file(tw, name, a.sizes[i], l.write); err != nil {
			return err
		}
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": configName, "RepoTags": []string{a.ref}, "Layers": names}})
	if err != nil {
		return err
	}
	for name, b := range map[string][]byte{configName: a.config, "manifest.json": manifest} {
		if err := file(tw, name, int64(len(b)), func(w io.Writer) error { _, err := io.Copy(w, bytes.NewReader(b)); return err }); err != nil {
			return err
		}
	}
	return tw.Close()
}

func file(tw *tar.Writer, name string, size int64, content func(io.Writer) error) error {
	if strings.ContainsRune(name, '/') {
		panic("image: archive holds no folders, yet " + name)
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	return content(tw)
}
