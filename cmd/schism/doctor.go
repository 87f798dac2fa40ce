package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/docker"
	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/leftover"
)

// finding is one thing that the doctor looked at.
type finding struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Found string `json:"found"`
	// Do is what would mend it, empty when ready.
	Do string `json:"do"`
}

func doctorCommand() *cobra.Command {
	var clean, asJSON bool
	var world string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine can run, and what killed runs have left",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if world != "" {
				if err := campaign.CheckWorld(world, ""); err != nil {
					return err
				}
			}
			found := examine(c.Context())
			left, err := leftovers(c.Context(), clean)
			if err != nil {
				return err
			}
			if err := diagnose(c.OutOrStdout(), asJSON, found, left, clean); err != nil {
				return err
			}
			return lacking(found, world)
		},
	}
	f := c.Flags()
	f.BoolVar(&clean, "clean", false, "remove what killed runs have left")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	f.StringVar(&world, "world", "", "end with exit code 3 unless this world is ready")
	return c
}

// examine looks at what each world needs, and then says which worlds are ready.
func examine(ctx context.Context) []finding {
	goTool := tool("go", "install Go; it is needed for schism new and for the tests")
	java := javaTool("java", "install a Java runtime of version 11 or newer (on Debian: openjdk-17-jre-headless), or set JAVA_HOME")
	javac := javaTool("javac", "install a JDK of version 11 or newer (on Debian: openjdk-17-jdk-headless), or set JAVA_HOME; only Flink's job needs it")
	mvn := tool("mvn", "install maven, or set "+artifact.RepositoryEnv+" to the address of a Maven repository")
	jars := cachedJars(mvn.Ready)
	engine := containerEngine(ctx)
	links := finding{Name: "links", Ready: runtime.GOOS == "linux" && os.Geteuid() == 0, Found: "root on Linux"}
	if !links.Ready {
		links.Found, links.Do = "not root on Linux", "run as root on the engine's own Linux machine; without it, containers' links cannot be cut"
	}
	worlds := []finding{
		worldNeeds(campaign.Sim),
		worldNeeds(campaign.Local, java, jars),
		worldNeeds(campaign.Docker, engine, links),
	}
	return append([]finding{goTool, java, javac, mvn, jars, engine, links}, worlds...)
}

func tool(name, install string) finding {
	path, err := exec.LookPath(name)
	if err != nil {
		return finding{Name: name, Found: "not in PATH", Do: install}
	}
	return finding{Name: name, Ready: true, Found: path}
}

// javaTool looks in JAVA_HOME if that is set, as those do who run it.
func javaTool(name, install string) finding {
	at := name
	if home := os.Getenv("JAVA_HOME"); home != "" {
		at = filepath.Join(home, "bin", name)
	}
	f := tool(at, install)
	f.Name = name
	return f
}

// cachedJars asks whether the jars of the newest release are at hand, and does
// not fetch them.
func cachedJars(canFetch bool) finding {
	f := finding{Name: "jars"}
	dir, err := cluster.CacheDir("artifacts")
	if err != nil {
		f.Found = err.Error()
		return f
	}
	v := artifact.Default
	_, err = os.Stat(filepath.Join(dir, "org", "apache", "zookeeper", "zookeeper", v, "zookeeper-"+v+".jar"))
	switch {
	case err == nil:
		f.Ready, f.Found = true, "ZooKeeper "+v+" is in the cache"
	case canFetch || os.Getenv(artifact.RepositoryEnv) != "":
		f.Ready, f.Found = true, "ZooKeeper "+v+" will be fetched at its first use"
	default:
		f.Found, f.Do = "ZooKeeper "+v+" is not in the cache", "install maven, or set "+artifact.RepositoryEnv
	}
	return f
}

func containerEngine(ctx context.Context) finding {
	engine, err := image.Engine(ctx)
	var lacks *cluster.NotReady
	switch {
	case errors.As(err, &lacks):
		return finding{Name: "engine", Found: oneLine(lacks.What), Do: oneLine(lacks.Do)}
	case err != nil:
		return finding{Name: "engine", Found: oneLine(err.Error())}
	}
	defer engine.Close()
	return finding{Name: "engine", Ready: true, Found: "a container engine answers"}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func worldNeeds(world string, needs ...finding) finding {
	f := finding{Name: "world " + world, Ready: true, Found: "ready"}
	var lacks []string
	for _, n := range needs {
		if !n.Ready {
			f.Ready = false
			lacks = append(lacks, n.Name)
		}
	}
	if !f.Ready {
		f.Found, f.Do = "not ready", "see "+strings.Join(lacks, " and ")
	}
	return f
}

// leftovers lists what killed runs have left, or removes it and lists what it
// removed.
func leftovers(ctx context.Context, clean bool) ([]string, error) {
	var lines []string
	if !clean {
		left, err := leftover.Find()
		for _, l := range left {
			lines = append(lines, l.String())
		}
		return lines, err
	}
	gone, err := leftover.Clean(ctx)
	for _, l := range gone {
		lines = append(lines, l.String())
	}
	// What the register has lost is found by its labels, where there is an
	// engine to ask.
	runs, sweeping := docker.Sweep(ctx)
	for _, run := range runs {
		lines = append(lines, "containers of run "+run)
	}
	var lacks *cluster.NotReady
	if errors.As(sweeping, &lacks) {
		sweeping = nil
	}
	return lines, errors.Join(err, sweeping)
}

func diagnose(w io.Writer, asJSON bool, found []finding, left []string, cleaned bool) error {
	if asJSON {
		if left == nil {
			left = []string{}
		}
		return json.NewEncoder(w).Encode(struct {
			Findings  []finding `json:"findings"`
			Leftovers []string  `json:"leftovers"`
			Cleaned   bool      `json:"cleaned"`
		}{found, left, cleaned})
	}
	for _, f := range found {
		mark := "ok"
		if !f.Ready {
			mark = "no"
		}
		line := fmt.Sprintf("%-3s%-13s %s", mark, f.Name, f.Found)
		if f.Do != "" {
			line += ": " + f.Do
		}
		fmt.Fprintln(w, line)
	}
	word := map[bool]string{true: "removed", false: "left over (schism doctor --clean removes it)"}[cleaned]
	for _, l := range left {
		fmt.Fprintf(w, "%s: %s\n", word, l)
	}
	if len(left) == 0 {
		fmt.Fprintln(w, "nothing is left over from killed runs")
	}
	return nil
}

// lacking is the error that the given world, if any, is not ready.
func lacking(found []finding, world string) error {
	for _, f := range found {
		if f.Name == "world "+world && !f.Ready {
			return &cluster.NotReady{What: "the world " + world + " is not ready here", Do: f.Do}
		}
	}
	return nil
}
