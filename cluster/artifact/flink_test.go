package artifact_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

func TestFlinkVersions(t *testing.T) {
	vs := artifact.FlinkVersions()
	if len(vs) == 0 || vs[len(vs)-1] != artifact.DefaultFlink {
		t.Fatalf("versions %v do not end with the default %s", vs, artifact.DefaultFlink)
	}
	for _, v := range vs {
		if slices.Contains(artifact.Versions(), v) {
			t.Errorf("%s is both a release of Flink and one of ZooKeeper: a version on the command line would mean two things", v)
		}
	}
}

// TestUnknownFlinkNamesFlink: a release of the other product is no release.
func TestUnknownFlinkNamesFlink(t *testing.T) {
	for given, want := range map[string]string{"1.20.1": "1.20.3", "2.2": "2.2.1", artifact.Default: artifact.DefaultFlink} {
		_, err := artifact.Flink(t.Context(), given)
		var unknown *artifact.UnknownVersion
		if !errors.As(err, &unknown) || unknown.Product != "Flink" || unknown.Nearest != want {
			t.Errorf("%q: %v, want an UnknownVersion of Flink with %s as the nearest", given, err, want)
		}
	}
}

// TestFlinkClassPath wants what a session cluster cannot do without, once each.
func TestFlinkClassPath(t *testing.T) {
	for _, v := range artifact.FlinkVersions() {
		jars, err := artifact.Flink(t.Context(), v)
		var nr *cluster.NotReady
		if errors.As(err, &nr) {
			t.Skip("not ready:", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"flink-runtime", "flink-clients", "flink-streaming-java", "flink-rpc-akka-loader", "flink-shaded-zookeeper-3", "flink-connector-files", "log4j-core"} {
			n := 0
			for _, j := range jars {
				if filepath.Base(filepath.Dir(filepath.Dir(j))) == part {
					n++
				}
			}
			if n != 1 {
				t.Errorf("Flink %s: %d jars of %s in %s, want 1", v, n, part, strings.Join(jars, " "))
			}
		}
	}
}
