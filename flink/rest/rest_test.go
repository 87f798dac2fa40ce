package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const long = time.Minute // for calls that are answered

func TestNewRefuses(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1", "https://127.0.0.1:1", "ftp://x:1", "http://:"} {
		if c, err := New(address, long); err == nil {
			t.Errorf("%q: %+v, want an error", address, c)
		}
	}
	if _, err := New("127.0.0.1:8081", 0); err == nil {
		t.Error("no error without a time-out")
	}
}

// TestNonsense: whatever a server says that is not Flink's answer, each call
// ends with one line, and none is believed to have been done.
func TestNonsense(t *testing.T) {
	for what, text := range map[string]string{
		"a page": "<html><body>It works!</body></html>", "nothing": "", "another shape": `["jobs"]`, "an empty object": "{}",
		"null": "null", "cut off": `{"jobs":[`, "another type": `{"jobs":1,"jid":[],"taskmanagers":{},"subtasks":"x","exceptionHistory":3,"history":{},"request-id":[],"jobid":{},"flink-version":1}`,
	} {
		t.Run(what, func(t *testing.T) {
			f := newFake(t, long)
			for _, call := range []string{
				"GET /overview", "GET /taskmanagers", "GET /jobs", "GET /jobs/" + jobID, "GET /jobs/" + jobID + "/vertices/" + vertexID,
				"GET /jobs/" + jobID + "/exceptions", "GET /jobs/" + jobID + "/checkpoints", "POST /jobs/" + jobID + "/savepoints",
				"POST /jobs/" + jobID + "/stop", "GET /jobs/" + jobID + "/savepoints/" + triggerID, "POST /jars/x.jar/run",
			} {
				f.says(call, http.StatusOK, text)
			}
			for call, err := range everyCall(t.Context(), f.Client) {
				if call == "Cancel" {
					continue // whose answer has no content
				}
				oneLine(t, err, f.Client)
				if Outcome(err) != unknown {
					t.Errorf("%s: outcome %s, want unknown: %v", call, Outcome(err), err)
				}
			}
		})
	}
}

// TestHanging: a server that accepts and is silent, or begins an answer and
// stops, ends each call within its time-out.
func TestHanging(t *testing.T) {
	for what, answer := range map[string]http.HandlerFunc{"silent": hang, "stops": drip} {
		t.Run(what, func(t *testing.T) {
			f := newFake(t, 50*time.Millisecond)
			f.on("GET /jobs", answer)
			f.on("PATCH /jobs/"+jobID, answer)
			_, err := f.Jobs(t.Context())
			oneLine(t, err, f.Client, "no answer within 50ms")
			err = f.Cancel(t.Context(), jobID)
			oneLine(t, err, f.Client, "no answer within 50ms")
			if Outcome(err) != unknown {
				t.Errorf("outcome %s of a call that was sent, want unknown", Outcome(err))
			}
		})
	}
}

func TestEndlessReply(t *testing.T) {
	f := newFake(t, long)
	f.on("GET /jobs", flood)
	_, err := f.Jobs(t.Context())
	oneLine(t, err, f.Client, "more than 16777216 bytes")
}

func TestConnectionBreaks(t *testing.T) {
	f := newFake(t, long)
	f.on("PATCH /jobs/"+jobID, drop)
	err := f.Cancel(t.Context(), jobID)
	oneLine(t, err, f.Client, "the connection broke")
	if Outcome(err) != unknown {
		t.Errorf("outcome %s, want unknown", Outcome(err))
	}
}

// TestNobodyThere: what was never sent has had no effect.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c, err := New(l.Addr().String(), long)
	if err != nil {
		t.Fatal(err)
	}
	for call, err := range everyCall(t.Context(), c) {
		oneLine(t, err, c, "no connection")
		if Outcome(err) != fail {
			t.Errorf("%s: outcome %s, want fail", call, Outcome(err))
		}
	}
}

func TestRefusals(t *testing.T) {
	const trace = `{"errors":["Internal server error.","<Exception on server side:\njava.lang.RuntimeException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: disk full\n\tat a.B.d(B.java:2)\n\t... 3 more\nEnd of exception on server side>"]}`
	for _, c := range []struct {
		status        int
		text          string
		outcome, want string
	}{
		{404, `{"errors":["Job not found"]}`, fail, "status 404: Job not found"},
		{408, `{"errors":["Job cancellation timed out."]}`, unknown, "status 408: Job cancellation timed out."},
		{409, `{"errors":["the job has already reached another terminal state"]}`, fail, "terminal state"},
		{500, trace, unknown, "status 500: java.io.IOException: disk full"},
		{503, `{"errors":["Service temporarily unavailable due to an ongoing leader election. Please refresh."]}`, unknown, "leader election"},
		{302, "", unknown, "status 302"},
		{502, "<html>Bad Gateway</html>", unknown, "not Flink's"},
		{400, `{"errors":[]}`, fail, "not Flink's"},
	} {
		f := newFake(t, long)
		f.on("PATCH /jobs/"+jobID, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			io.WriteString(w, c.text)
		})
		err := f.Cancel(t.Context(), jobID)
		oneLine(t, err, f.Client, c.want)
		if Outcome(err) != c.outcome || NotFound(err) != (c.status == 404) {
			t.Errorf("%d: outcome %s, not found %v; want %s", c.status, Outcome(err), NotFound(err), c.outcome)
		}
	}
}

func TestBadIDs(t *testing.T) {
	f := newFake(t, long)
	for _, id := range []string{"", "1", jobID + "0", strings.ToUpper(jobID), "../" + jobID[3:]} {
		if _, err := f.Job(t.Context(), id); err == nil {
			t.Errorf("job id %q is accepted", id)
		}
		if err := f.Submit(t.Context(), "x.jar", Spec{JobID: id}); err == nil {
			t.Errorf("job id %q is accepted", id)
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("sent %q", f.calls)
	}
}

// TestJarThatIsMissing: it is told at once, in one line that names it, and the server
// is asked nothing.
func TestJarThatIsMissing(t *testing.T) {
	f := newFake(t, long)
	jar := filepath.Join(t.TempDir(), "gone.jar")
	err := f.Submit(t.Context(), jar, Spec{JobID: jobID})
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "job jar: open "+jar+": ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want one line that says that %s is missing", err, jar)
	}
	if len(f.calls) > 0 {
		t.Errorf("sent %q", f.calls)
	}
}

// submission is a fake that takes jars, and jobs by their ids.
func submission(t *testing.T) (f *fake, jar string, ran *[]string) {
	f = newFake(t, long)
	jar = filepath.Join(t.TempDir(), "a job.jar")
	if err := os.WriteFile(jar, []byte("the jar"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.on("POST /jars/upload", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("jarfile")
		if err != nil || r.ContentLength <= 0 || header.Header.Get("Content-Type") != "application/java-archive" {
			t.Errorf("upload of length %d: %v", r.ContentLength, err)
			return
		}
		if text, _ := io.ReadAll(file); string(text) != "the jar" || header.Filename != "a job.jar" {
			t.Errorf("uploaded %q as %q", text, header.Filename)
		}
		io.WriteString(w, `{"filename":"/tmp/upload/1_a job.jar","status":"success"}`)
	})
	ran = new([]string)
	f.on("POST /jars/1_a job.jar/run", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			JobID string   `json:"jobId"`
			Args  []string `json:"programArgsList"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		*ran = append(*ran, body.JobID+" "+strings.Join(body.Args, " "))
		io.WriteString(w, `{"jobid":"`+body.JobID+`"}`)
	})
	return f, jar, ran
}

func TestSubmit(t *testing.T) {
	f, jar, ran := submission(t)
	if err := f.Submit(t.Context(), jar, Spec{JobID: jobID, Args: []string{"--x", "y z"}}); err != nil {
		t.Fatal(err)
	}
	if want := []string{jobID + " --x y z"}; !reflect.DeepEqual(*ran, want) {
		t.Errorf("ran %q, want %q", *ran, want)
	}
}

// TestSubmitLostReply: the job was accepted and the reply lost. It is found, and
// not submitted again.
func TestSubmitLostReply(t *testing.T) {
	f, jar, _ := submission(t)
	f.on("POST /jars/1_a job.jar/run", drop)
	f.says("GET /jobs/"+jobID, http.StatusOK, jobReply(Running))
	if err := f.Submit(t.Context(), jar, Spec{JobID: jobID}); err != nil {
		t.Error(err)
	}
	if n := f.count("POST /jars/1_a job.jar/run"); n != 1 {
		t.Errorf("run %d times, want once", n)
	}
}

// TestSubmitDuplicate: as before, but the job is not found yet; the second
// attempt is told that it is one. Both answers were seen from real clusters.
func TestSubmitDuplicate(t *testing.T) {
	for _, said := range []string{
		"org.apache.flink.runtime.client.DuplicateJobSubmissionException: Job has already been submitted.",
		"org.apache.flink.runtime.client.DuplicateApplicationSubmissionException: Application has already been submitted.",
	} {
		f, jar, _ := submission(t)
		const run = "POST /jars/1_a job.jar/run"
		f.on(run, func(w http.ResponseWriter, r *http.Request) {
			if f.count(run) == 1 {
				drop(w, r)
			}
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"errors":["`+said+`"]}`)
		})
		if err := f.Submit(t.Context(), jar, Spec{JobID: jobID}); err != nil {
			t.Error(err)
		}
		if n := f.count(run); n != 2 {
			t.Errorf("run %d times, want twice", n)
		}
	}
}

// TestSubmitToOneThatHasEnded: the dispatcher that was asked is no more, so nobody knows
// whether it had heard; the next one takes the job. The answer was seen from a real
// cluster.
func TestSubmitToOneThatHasEnded(t *testing.T) {
	f, jar, ran := submission(t)
	const run = "POST /jars/1_a job.jar/run"
	take := f.answers[run]
	f.on(run, func(w http.ResponseWriter, r *http.Request) {
		if f.count(run) > 1 {
			take(w, r)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"errors":["org.apache.pekko.pattern.AskTimeoutException: Recipient [Actor[pekko://flink/user/rpc/dispatcher_1]] had already been terminated."]}`)
	})
	if err := f.Submit(t.Context(), jar, Spec{JobID: jobID}); err != nil {
		t.Error(err)
	}
	if len(*ran) != 1 {
		t.Errorf("ran %q, want the job once", *ran)
	}
}

// TestSubmitDuringElection: nobody leads at first, and then somebody does.
func TestSubmitDuringElection(t *testing.T) {
	f, jar, ran := submission(t)
	const upload = "POST /jars/upload"
	take := f.answers[upload]
	f.on(upload, func(w http.ResponseWriter, r *http.Request) {
		if f.count(upload) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, `{"errors":["Service temporarily unavailable due to an ongoing leader election. Please refresh."]}`)
			return
		}
		take(w, r)
	})
	if err := f.Submit(t.Context(), jar, Spec{JobID: jobID}); err != nil || len(*ran) != 1 {
		t.Errorf("ran %q, %v", *ran, err)
	}
}

func TestSubmitRefused(t *testing.T) {
	f, jar, _ := submission(t)
	f.says("POST /jars/1_a job.jar/run", http.StatusBadRequest, `{"errors":["no main class"]}`)
	err := f.Submit(t.Context(), jar, Spec{JobID: jobID})
	oneLine(t, err, f.Client, "no main class")
	err = f.Submit(t.Context(), jar+".gone", Spec{JobID: jobID})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "job jar") {
		t.Errorf("a jar that is missing: %v", err)
	}
}

// TestSubmitEndsWithContext: a server that is never ready is given up, and the
// error is the server's, not the clock's.
func TestSubmitEndsWithContext(t *testing.T) {
	f, jar, _ := submission(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.on("POST /jars/upload", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"errors":["no leader"]}`)
	})
	f.on("GET /jobs/"+jobID, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		cancel()
	})
	oneLine(t, f.Submit(ctx, jar, Spec{JobID: jobID}), f.Client, "no leader")
}
