//go:build unix

package process

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/schismlab/schism/cluster"
)

// Java is the path of the Java runtime, from JAVA_HOME or else from PATH. The
// error is a *cluster.NotReady.
func Java() (string, error) {
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
