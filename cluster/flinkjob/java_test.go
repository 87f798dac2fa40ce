package flinkjob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// selfCheck is the class in testdata/flink-job/test that checks the job without
// a cluster, and prints lines.
const selfCheck = "schismlab/job/SelfCheck"

// TestSelfCheck runs it, and reads the lines that it prints as the job's output
// is read.
func TestSelfCheck(t *testing.T) {
	output := runSelfCheck(t)
	b, err := ParseBatch("0000000001-000-000", output)
	if err != nil {
		t.Fatalf("%v in\n%s", err, output)
	}
	// As SelfCheck.DATA.
	data := []string{"", "plain", "\"quoted\" \\ and \t tabbed\r\n", "\x00\x01\x1f\x7f\u2028", "ü中😀", "\xff\xfe\x00"}
	if len(b.Lines) != len(data)+3 {
		t.Fatalf("%d lines, want %d", len(b.Lines), len(data)+3)
	}
	for i, want := range data {
		l, sum := b.Lines[i], sha256.Sum256([]byte(want))
		if l.Kind != Record || l.Path != "/in/k1" || l.Number != int64(i) || l.Zxid != uint64(i+1) || l.Subtask != i || l.Attempt != i%3 {
			t.Errorf("line %d: %+v", i, l)
		}
		if l.Hash != hex.EncodeToString(sum[:8]) || utf8.ValidString(want) && l.Data != want {
			t.Errorf("line %d: %q with hash %s, want %q", i, l.Data, l.Hash, want)
		}
	}
	if c := b.Lines[len(data)]; c.Kind != Config || c.Path != "/conf" || c.Number != 3 || c.Zxid != 1<<33 || c.Data != "plain" {
		t.Errorf("configuration: %+v", c)
	}
	if r := b.Lines[len(data)+1]; r.Kind != Round || r.Path != "/barrier/j-1" || r.Number != 7 || r.Subtask != 1 || r.Attempt != 2 {
		t.Errorf("round: %+v", r)
	}
	if a := b.Lines[len(data)+2]; a.Kind != Alert || a.Path != "/in/k1" || a.After != -1 || a.Got != 9 {
		t.Errorf("alert: %+v", a)
	}
}

// runSelfCheck compiles it against the newest release, beside the job, and
// returns what it prints.
func runSelfCheck(t *testing.T) []byte {
	t.Helper()
	ready := func(err error) {
		t.Helper()
		var missing *cluster.NotReady
		if errors.As(err, &missing) {
			t.Skip("not ready:", err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	jar, err := Build(t.Context(), artifact.DefaultFlink)
	ready(err)
	javac, err := findJavac()
	ready(err)
	flink, err := artifact.Flink(t.Context(), artifact.DefaultFlink)
	ready(err)
	client, err := zooKeeperClient(t.Context())
	ready(err)
	text, err := os.ReadFile(filepath.FromSlash("../../testdata/flink-job/test/" + selfCheck + ".java"))
	ready(err)
	classpath := slices.Concat([]string{jar}, flink, client)
	classes, err := compile(t.Context(), javac, t.TempDir(), []source{{selfCheck + ".java", text}}, classpath)
	ready(err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	java := strings.TrimSuffix(javac, "javac") + "java"
	path := strings.Join(append(classpath, classes), string(filepath.ListSeparator))
	c := exec.CommandContext(ctx, java, "-Dfile.encoding=UTF-8", "-cp", path, strings.ReplaceAll(selfCheck, "/", "."))
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return out.Bytes()
}
