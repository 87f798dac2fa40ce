package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/scenarios"
)

//go:embed first/*.tmpl
var first embed.FS

var templates = template.Must(template.ParseFS(first, "first/*.tmpl"))

// scenarioName is what the command line and a Go package can both be named
// after, less the hyphens.
var scenarioName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func newCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME",
		Short: "Write a first scenario, with its test, into a folder of your own module",
		Long: "Write a first scenario, with its test, into a folder of your own module, in which you are. The folder is\n" +
			"NAME without its hyphens; what is there already is never overwritten. Then\n\n" +
			"  go get github.com/schismlab/schism && go mod tidy\n\n" +
			"or, to use a checkout of schism and no release of it,\n\n" +
			"  go mod edit -replace github.com/schismlab/schism=CHECKOUT && go mod tidy\n\n" +
			"and go test ./FOLDER. What steps there are: go doc github.com/schismlab/schism/plan.",
		Example: "  schism new follower-away",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := writeFirst(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", filepath.Join(dir, "scenario.go"), filepath.Join(dir, "scenario_test.go"))
			fmt.Fprintf(c.ErrOrStderr(), "next: go get github.com/schismlab/schism && go mod tidy && go test ./%s\n"+
				"(for a checkout of schism, in place of go get: go mod edit -replace github.com/schismlab/schism=CHECKOUT)\n", dir)
			return err
		},
	}
}

// writeFirst makes the folder of the scenario, whole or not at all.
func writeFirst(name string) (string, error) {
	if !scenarioName.MatchString(name) {
		return "", badInput{fmt.Sprintf("%q is no name for a scenario: want lower-case words with hyphens, such as leader-crash", name)}
	}
	if _, err := scenarios.Named(name); err == nil {
		return "", badInput{fmt.Sprintf("there is a scenario %s already: choose another name", name)}
	}
	if err := inModule(); err != nil {
		return "", err
	}
	dir := strings.ReplaceAll(name, "-", "")
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return "", badInput{fmt.Sprintf("%s is there already: remove it, or choose another name", dir)}
	}
	temp, err := os.MkdirTemp(".", ".new-"+dir+"-")
	if err != nil {
		return "", reading(err)
	}
	defer os.RemoveAll(temp) // what a rename has moved is not there any more
	for _, file := range []string{"scenario.go", "scenario_test.go"} {
		var text bytes.Buffer
		if err := templates.ExecuteTemplate(&text, file+".tmpl", map[string]string{"Name": name, "Package": dir}); err != nil {
			panic(err) // the templates are ours
		}
		if err := os.WriteFile(filepath.Join(temp, file), text.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	return dir, os.Rename(temp, dir)
}

// inModule looks for the module that the new package is to belong to.
func inModule() error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return nil
		}
		if at == filepath.Dir(at) {
			return badInput{"there is no go.mod here or above: make a module first, with go mod init example.org/faults"}
		}
	}
}
