//go:build unix

package local

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/schismlab/schism/cluster"
)

// findJava looks for the Java runtime in JAVA_HOME, then in PATH.
func findJava() (string, error) {
	const install = "install a Java runtime of version 11 or newer (on Debian: openjdk-17-jre-headless), or set JAVA_HOME"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		path, err := exec.LookPath(filepath.Join(home, "bin", "java"))
		if err != nil {
			return "", &cluster.NotReady{What: "no Java runtime in JAVA_HOME", Do: install, Err: err}
		}
		return path, nil
	}
	path, err := exec.LookPath("java")
	if err != nil {
		return "", &cluster.NotReady{What: "no Java runtime in JAVA_HOME or PATH", Do: install}
	}
	return path, nil
}
