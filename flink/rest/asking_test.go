package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestJob(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /jobs/"+jobID, http.StatusOK, `{"jid":"`+jobID+`","state":"RUNNING","start-time":5,"now":9,"timestamps":{"RUNNING":7},
		"vertices":[{"id":"`+vertexID+`","name":"Source: x","parallelism":2,"status":"RUNNING"}]}`)
	j, err := f.Job(t.Context(), jobID)
	if err != nil || !j.AllRunning() || j.Start != 5 || j.Now != 9 || j.Since[Running] != 7 || j.Vertices[0].Parallelism != 2 {
		t.Errorf("%+v, %v", j, err)
	}
	j.Vertices[0].State = "DEPLOYING"
	if j.AllRunning() {
		t.Error("all is said to run, though a vertex does not")
	}
	f.says("GET /jobs/"+jobID, http.StatusOK, strings.Replace(jobReply(Running), jobID, vertexID, 1))
	_, err = f.Job(t.Context(), jobID)
	oneLine(t, err, f.Client, "about job", vertexID)
}

func TestSubtasks(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /jobs/"+jobID+"/vertices/"+vertexID, http.StatusOK,
		`{"subtasks":[{"subtask":0,"status":"RUNNING","attempt":3,"taskmanager-id":"tm1"},{"subtask":1,"status":"FAILED","attempt":0}]}`)
	got, err := f.Subtasks(t.Context(), jobID, vertexID)
	if err != nil || len(got) != 2 || got[0] != (Subtask{0, 3, Running, "tm1"}) || got[1].State != "FAILED" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCheckpoints(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /jobs/"+jobID+"/checkpoints", http.StatusOK, `{"counts":{"restored":1,"total":9,"in_progress":1,"completed":7,"failed":1},
		"latest":{"completed":{"id":41,"status":"COMPLETED","external_path":"file:/c"},"savepoint":null,"failed":null,
		"restored":{"id":33,"restore_timestamp":5,"is_savepoint":false}},"history":[{"id":42,"status":"IN_PROGRESS"}]}`)
	got, err := f.Checkpoints(t.Context(), jobID)
	if err != nil || got.Counts.Completed != 7 || got.Latest.Completed.ID != 41 || got.Latest.Restored.ID != 33 || got.Latest.Savepoint != nil || len(got.History) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestExceptions(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /jobs/"+jobID+"/exceptions", http.StatusOK, `{"exceptionHistory":{"entries":[{"exceptionName":"a.B","stacktrace":"a.B: x","timestamp":5,"taskName":"Source"}],"truncated":false}}`)
	got, err := f.Exceptions(t.Context(), jobID)
	if err != nil || len(got) != 1 || got[0] != (Exception{"a.B", "a.B: x", 5, "Source"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClusterViews(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /overview", http.StatusOK, `{"taskmanagers":2,"slots-total":4,"slots-available":1,"jobs-running":1,"flink-version":"2.3.0"}`)
	f.says("GET /taskmanagers", http.StatusOK, `{"taskmanagers":[{"id":"tm1","path":"pekko.tcp://x","slotsNumber":2,"freeSlots":1,"timeSinceLastHeartbeat":7}]}`)
	f.says("GET /jobs", http.StatusOK, `{"jobs":[{"id":"`+jobID+`","status":"RUNNING"}]}`)
	o, err1 := f.Overview(t.Context())
	tms, err2 := f.TaskManagers(t.Context())
	jobs, err3 := f.Jobs(t.Context())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if o != (Overview{Version: "2.3.0", TaskManagers: 2, Slots: 4, FreeSlots: 1, Running: 1}) {
		t.Errorf("overview %+v", o)
	}
	if len(tms) != 1 || tms[0] != (TaskManager{"tm1", "pekko.tcp://x", 2, 1, 7}) {
		t.Errorf("TaskManagers %+v", tms)
	}
	if len(jobs) != 1 || jobs[0] != (Summary{jobID, Running}) {
		t.Errorf("jobs %+v", jobs)
	}
}

func TestAnswering(t *testing.T) {
	silent, good := newFake(t, long), newFake(t, long)
	good.says("GET /overview", http.StatusOK, `{"flink-version":"2.3.0"}`)
	got, err := Answering(t.Context(), silent.Client, good.Client)
	if err != nil || got != good.Client {
		t.Errorf("%v, %v; want the one that answers", got, err)
	}
	_, err = Answering(t.Context(), silent.Client, silent.Client)
	oneLine(t, err, silent.Client, "; ")
	if _, err := Answering(t.Context()); err == nil {
		t.Error("nobody answers, and no error")
	}
}

// TestAwaitState passes over errors: JobManagers come and go.
func TestAwaitState(t *testing.T) {
	f := newFake(t, long)
	call := "GET /jobs/" + jobID
	f.on(call, func(w http.ResponseWriter, r *http.Request) {
		switch f.count(call) {
		case 1:
			drop(w, r)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			w.Write([]byte(jobReply(Restarting)))
		default:
			w.Write([]byte(jobReply(Running)))
		}
	})
	j, err := f.AwaitState(t.Context(), jobID, Running, Finished)
	if err != nil || j.State != Running || f.count(call) < 4 {
		t.Errorf("%+v after %d calls, %v", j, f.count(call), err)
	}
}

// TestAwaitStateEnds with what was seen last, when its context does.
func TestAwaitStateEnds(t *testing.T) {
	f := newFake(t, long)
	ctx, cancel := context.WithCancel(t.Context())
	call := "GET /jobs/" + jobID
	f.on(call, func(w http.ResponseWriter, r *http.Request) {
		if f.count(call) == 2 {
			cancel()
			hang(w, r)
		}
		w.Write([]byte(jobReply(Failing)))
	})
	_, err := f.AwaitState(ctx, jobID, Running)
	if err == nil || !strings.Contains(err.Error(), "is FAILING, want one of [RUNNING]") {
		t.Errorf("%v, want the state that was seen", err)
	}
}

// TestAwaitStateOver: a job that has failed for good will not run again.
func TestAwaitStateOver(t *testing.T) {
	f := newFake(t, long)
	f.says("GET /jobs/"+jobID, http.StatusOK, jobReply(Failed))
	j, err := f.AwaitState(t.Context(), jobID, Running)
	if err == nil || j.State != Failed || !strings.Contains(err.Error(), "is FAILED, want one of [RUNNING]") {
		t.Errorf("%+v, %v; want to be told that it has failed", j, err)
	}
	if _, err := f.AwaitState(t.Context(), jobID, Running, Failed); err != nil {
		t.Errorf("a state that was awaited: %v", err)
	}
}

func TestStop(t *testing.T) {
	f := newFake(t, long)
	at := "GET /jobs/" + jobID + "/savepoints/" + triggerID
	f.says("POST /jobs/"+jobID+"/stop", http.StatusAccepted, `{"request-id":"`+triggerID+`"}`)
	f.on(at, func(w http.ResponseWriter, _ *http.Request) {
		if f.count(at) == 1 {
			w.Write([]byte(`{"status":{"id":"IN_PROGRESS"}}`))
			return
		}
		w.Write([]byte(`{"status":{"id":"COMPLETED"},"operation":{"location":"file:/s"}}`))
	})
	got, err := f.Stop(t.Context(), jobID, "file:///x", triggerID, false)
	if err != nil || got != "file:/s" {
		t.Errorf("%q, %v", got, err)
	}
	// The reply to the trigger is lost; what came of it is not.
	f.on("POST /jobs/"+jobID+"/stop", drop)
	if got, err := f.Stop(t.Context(), jobID, "file:///x", triggerID, false); err != nil || got != "file:/s" {
		t.Errorf("after a lost reply: %q, %v", got, err)
	}
}

func TestStopFails(t *testing.T) {
	f := newFake(t, long)
	f.says("POST /jobs/"+jobID+"/stop", http.StatusAccepted, `{"request-id":"`+triggerID+`"}`)
	f.says("GET /jobs/"+jobID+"/savepoints/"+triggerID, http.StatusOK,
		`{"status":{"id":"COMPLETED"},"operation":{"failure-cause":{"class":"x","stack-trace":"a.B: outer\n\tat a\nCaused by: java.io.IOException: no space\n"}}}`)
	_, err := f.Stop(t.Context(), jobID, "file:///x", triggerID, false)
	oneLine(t, err, f.Client, "the savepoint failed: java.io.IOException: no space")
	if Outcome(err) != fail {
		t.Errorf("outcome %s, want fail", Outcome(err))
	}
}

// FuzzCause: whatever a server says, the reason is one short line.
func FuzzCause(f *testing.F) {
	f.Add("Internal server error.\n<Exception on server side:\na.B: x\n\tat c\nCaused by: d.E: y\nEnd of exception on server side>")
	f.Add("")
	f.Fuzz(func(t *testing.T, trace string) {
		if got := cause(trace); strings.Contains(got, "\n") || len(got) > 210 {
			t.Errorf("%q", got)
		}
	})
}
