// Package maven drives the user's own Maven client, so that their mirrors,
// proxies and credentials apply and no repository's address stands here.
package maven

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact/internal/pins"
)

// plugin is the one plugin that Maven is asked to run, pinned like all else.
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:"

// Project is a pom.xml as far as it is needed here.
type Project struct {
	XMLName      xml.Name     `xml:"http://maven.apache.org/POM/4.0.0 project"`
	ModelVersion string       `xml:"modelVersion"`
	GroupID      string       `xml:"groupId"`
	ArtifactID   string       `xml:"artifactId"`
	Version      string       `xml:"version"`
	Packaging    string       `xml:"packaging"`
	Dependencies []Dependency `xml:"dependencies>dependency,omitempty"`
	// Plugin is nil where the project only has dependencies.
	Plugin *Plugin `xml:"build>plugins>plugin"`
}

// Plugin is the configuration of the one plugin.
type Plugin struct {
	ArtifactID string `xml:"artifactId"`
	Items      []Item `xml:"configuration>artifactItems>artifactItem"`
}

// Dependency is one wanted artifact, less what must not come with it.
type Dependency struct {
	GroupID    string      `xml:"groupId"`
	ArtifactID string      `xml:"artifactId"`
	Version    string      `xml:"version"`
	Exclusions []Exclusion `xml:"exclusions>exclusion,omitempty"`
}

// Exclusion keeps a transitive dependency out.
type Exclusion struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
}

// Item is one file to copy under a name of our own.
type Item struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Classifier string `xml:"classifier,omitempty"`
	Type       string `xml:"type"`
	Output     string `xml:"outputDirectory"`
	Name       string `xml:"destFileName"`
}

// ErrNoClient says that there is no mvn in PATH.
var ErrNoClient = errors.New("no Maven client (mvn) in PATH")

// Copy fetches the jars, all in one call of mvn, and puts them into dir under
// the names that Name gives. It asks for exactly these files: no transitive
// dependency is looked at, nothing is verified.
func Copy(ctx context.Context, dir string, jars []pins.Jar) error {
	p := project()
	p.Plugin = &Plugin{ArtifactID: "maven-dependency-plugin"}
	for _, j := range jars {
		p.Plugin.Items = append(p.Plugin.Items, Item{
			GroupID: j.Group, ArtifactID: j.Artifact, Version: j.Version, Classifier: j.Classifier,
			Type: "jar", Output: dir, Name: Name(j),
		})
	}
	return run(ctx, dir, p, "copy", "-Dmdep.overWriteReleases=true")
}

// Name is the file name under which Copy leaves a jar.
func Name(j pins.Jar) string { return j.SHA512[:32] + ".jar" }

// Resolve fetches the runtime class path of the dependencies, transitive ones
// included, into dir, laid out as a repository.
func Resolve(ctx context.Context, dir string, deps []Dependency) error {
	p := project()
	p.Dependencies = deps
	return run(ctx, dir, p, "copy-dependencies", "-DincludeScope=runtime",
		"-Dmdep.useRepositoryLayout=true", "-DoutputDirectory="+dir)
}

func project() Project {
	return Project{
		ModelVersion: "4.0.0", GroupID: "schism", ArtifactID: "pins", Version: "1", Packaging: "pom",
	}
}

func run(ctx context.Context, dir string, p Project, goal string, args ...string) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return ErrNoClient
	}
	text, err := xml.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	pom := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(pom, text, 0o600); err != nil {
		return err
	}
	args = append([]string{"-B", "-q", "-ntp", "-Dstyle.color=never", "-f", pom, plugin + goal}, args...)
	cmd := exec.CommandContext(ctx, mvn, args...)
	// Maven looks for .mvn/ settings in the working folder; none of ours apply.
	cmd.Dir = dir
	// A short run is over before the optimising compiler has paid for itself.
	cmd.Env = append(os.Environ(), "MAVEN_OPTS="+os.Getenv("MAVEN_OPTS")+" -XX:TieredStopAtLevel=1")
	tieToGroup(cmd)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &cluster.NotReady{
			What: "Maven did not fetch what was asked for",
			Do:   "see what it said; mirrors and proxies come from your settings.xml",
			Err:  fmt.Errorf("%w: %s", err, firstErrors(out.String())),
		}
	}
	return nil
}

// firstErrors picks the lines of Maven's output that say what went wrong: those
// it marks so, up to where its advice on its own switches begins.
func firstErrors(out string) string {
	var said []string
	for line := range strings.Lines(out) {
		// Not at the front: colour codes may stand there.
		_, rest, ok := strings.Cut(line, "[ERROR] ")
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "To see the full stack trace") {
			break
		}
		if ok && rest != "" {
			said = append(said, rest)
		}
	}
	if said == nil {
		return strings.TrimSpace(out)
	}
	return strings.Join(said, "; ")
}
