//go:build unix

package run_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/cluster/run"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// fake, when set, makes the test binary play a process of Flink that is ill in the
// way that it names.
const fake = "RUN_TEST_FAKE_FLINK"

func TestMain(m *testing.M) {
	if ill := os.Getenv(fake); ill != "" {
		play(ill, os.Args)
	}
	os.Exit(m.Run())
}

// play does not return. A TaskManager only lives; a JobManager leads by its own word,
// unless it is silent, and serves REST.
func play(ill string, args []string) {
	if dir := os.Getenv(fake + "_PIDS"); dir != "" {
		os.WriteFile(filepath.Join(dir, strconv.Itoa(os.Getpid())), nil, 0o600)
	}
	conf, master := "", false
	for i, a := range args {
		if a == "--configDir" {
			conf = args[i+1]
		}
		master = master || strings.HasSuffix(a, "StandaloneSessionClusterEntrypoint")
	}
	if !master || ill == "silent" {
		select {} // until it is killed
	}
	text, _ := os.ReadFile(filepath.Join(conf, "config.yaml"))
	port := regexp.MustCompile(`(?m)^rest\.port: '(\d+)'$`).FindSubmatch(text)[1]
	fmt.Println("x INFO  DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id 00000000-0000-0000-0000-000000000001. Creating")
	http.ListenAndServe("127.0.0.1:"+string(port), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case ill == "hangs":
			<-r.Context().Done()
		case ill == "nonsense":
			fmt.Fprint(w, "<html>hello</html>")
		case r.URL.Path == "/taskmanagers":
			fmt.Fprint(w, `{"taskmanagers":[{"id":"tm1"}]}`)
		case ill == "upload-hangs":
			<-r.Context().Done()
		case r.URL.Path == "/jars/upload" && ill == "upload-nonsense":
			fmt.Fprint(w, "<html>hello</html>")
		case r.URL.Path == "/jars/upload":
			fmt.Fprint(w, `{"status":"success","filename":"/jars/j.jar"}`)
		case strings.HasSuffix(r.URL.Path, "/run"):
			fmt.Fprint(w, `{"jobid":"`+os.Getenv(fake+"_JOB")+`"}`)
		default:
			http.Error(w, `{"errors":["no such thing"]}`, http.StatusNotFound)
		}
	}))
	os.Exit(1)
}

// illFlink lets Flink's processes be played. Those of ZooKeeper are real.
func illFlink(t *testing.T, ill string) (pids string) {
	t.Helper()
	if testing.Short() {
		t.Skip("not ready: it starts a real server, and -short is set")
	}
	real, err := exec.LookPath("java")
	if err != nil {
		t.Skip("not ready: no Java runtime in PATH")
	}
	home, pids := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`#!/bin/sh
case "$*" in
*org.apache.flink.runtime*) exec env %s=%s %s_PIDS=%s %s "$@" ;;
esac
exec %s "$@"
`, fake, ill, fake, pids, self, real)
	if err := os.WriteFile(filepath.Join(home, "bin", "java"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	// The job's jar is compiled before nothing but a runtime can be found.
	if _, err := flinkjob.Build(t.Context(), "2.3.0"); err != nil {
		t.Skip("not ready: " + err.Error())
	}
	t.Setenv("JAVA_HOME", home)
	return pids
}

// TestFlinkIsIll: a cluster that never gets ready, or whose REST server hangs or
// answers nonsense, ends the run before it began: the machine is not ready, in one
// line that says why, and nothing is left running.
func TestFlinkIsIll(t *testing.T) {
	for ill, want := range map[string]string{
		"silent":          "is not ready after 1s: 0 JobManagers lead",
		"hangs":           "is not ready after 1s",
		"nonsense":        "what is no JSON",
		"upload-hangs":    "does not take the job",
		"upload-nonsense": "does not take the job",
		"forgetful":       "does not take the job",
	} {
		t.Run(ill, func(t *testing.T) {
			pids := illFlink(t, ill)
			p, err := plan.Parse("ill", "schism plan 1\nscenario test\nseed 7\nservers 1\ntick 500ms\ninit-limit 10\nsync-limit 4\nsession-timeout 6s\nsettle 500ms\n"+
				"flink jobmanagers 1 taskmanagers 1 keys 1 checkpoint 500ms sink znodes\nsetup\n+0s create /in \"\"\n+0s create /in/k1 \"\"\n+0s create /conf \"0\"\n")
			if err != nil {
				t.Fatal(err)
			}
			var log kept
			err = run.WithFlink(t.Context(), p, ensemble(t, p), run.Flink{Version: "2.3.0", Dir: t.TempDir(), Ready: time.Second}, &log)
			var lacks *cluster.NotReady
			if !errors.As(err, &lacks) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want a NotReady in one line with %q", err, want)
			}
			if end := log[len(log)-1]; end.Kind != runlog.End || end.Text == "" {
				t.Errorf("the log ends with %v %q", end.Kind, end.Text)
			}
			left, err := os.ReadDir(pids)
			if err != nil || len(left) == 0 {
				t.Fatalf("%d processes of Flink were played, %v", len(left), err)
			}
			for _, e := range left {
				pid, _ := strconv.Atoi(e.Name())
				if err := syscall.Kill(pid, 0); err == nil {
					t.Errorf("process %d is left", pid)
				}
			}
		})
	}
}
