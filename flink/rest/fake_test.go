package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	jobID     = "0123456789abcdef0123456789abcdef"
	vertexID  = "fedcba9876543210fedcba9876543210"
	triggerID = "00000000000000000000000000000001"
)

// fake is a server that answers what a test says, by "METHOD /path". It notes
// the calls.
type fake struct {
	*Client
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	calls   []string
}

// newFake starts one; the client's time-out is short where a test waits for it,
// and otherwise long enough for a machine that is busy.
func newFake(t *testing.T, timeout time.Duration) *fake {
	t.Helper()
	f := &fake{answers: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(f)
	c, err := New(server.URL, timeout)
	if err != nil {
		t.Fatal(err)
	}
	f.Client = c
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.calls = append(f.calls, call)
	answer := f.answers[call]
	f.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"errors":["Not found: `+r.URL.Path+`"]}`)
		return
	}
	answer(w, r)
}

// says answers with a status and a text.
func (f *fake) says(call string, status int, text string) {
	f.on(call, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, text)
	})
}

func (f *fake) on(call string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[call] = answer
}

func (f *fake) count(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

// hang answers nothing until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// drop does what it is asked to, and breaks the connection before the reply.
func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// drip begins a good reply and never ends it.
func drip(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, `{"jobs":[`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// flood answers without end.
func flood(w http.ResponseWriter, r *http.Request) {
	chunk := strings.Repeat("[", 1<<20)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, chunk); err != nil {
			return
		}
	}
}

// oneLine holds that an error is one line that names the server and the call.
func oneLine(t *testing.T, err error, c *Client, wants ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", wants)
		return
	}
	for _, want := range append(wants, c.Address()) {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q: want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 500 {
		t.Errorf("error %q: want one line that can be read", err)
	}
}

// everyCall makes each call that there is.
func everyCall(ctx context.Context, c *Client) map[string]error {
	errs := map[string]error{}
	_, errs["Overview"] = c.Overview(ctx)
	_, errs["TaskManagers"] = c.TaskManagers(ctx)
	_, errs["Jobs"] = c.Jobs(ctx)
	_, errs["Job"] = c.Job(ctx, jobID)
	_, errs["Subtasks"] = c.Subtasks(ctx, jobID, vertexID)
	_, errs["Exceptions"] = c.Exceptions(ctx, jobID)
	_, errs["Checkpoints"] = c.Checkpoints(ctx, jobID)
	errs["Cancel"] = c.Cancel(ctx, jobID)
	_, errs["Savepoint"] = c.Savepoint(ctx, jobID, "file:///x", triggerID)
	_, errs["Stop"] = c.Stop(ctx, jobID, "file:///x", triggerID, false)
	errs["Run"] = c.Run(ctx, "x.jar", Spec{JobID: jobID})
	return errs
}

func jobReply(state string) string {
	return fmt.Sprintf(`{"jid":%q,"name":"j","state":%q}`, jobID, state)
}
