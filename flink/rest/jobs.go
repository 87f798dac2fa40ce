package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The states of a job, by Flink's own names.
const (
	Initializing = "INITIALIZING"
	Created      = "CREATED"
	Running      = "RUNNING"
	Failing      = "FAILING"
	Failed       = "FAILED"
	Cancelling   = "CANCELLING"
	Canceled     = "CANCELED"
	Finished     = "FINISHED"
	Restarting   = "RESTARTING"
	Suspended    = "SUSPENDED"
	Reconciling  = "RECONCILING"
)

// Terminal says whether a job of that state is over for good.
func Terminal(state string) bool { return state == Failed || state == Canceled || state == Finished }

// Summary is a job in the list of all.
type Summary struct {
	ID    string `json:"id"`
	State string `json:"status"`
}

// Jobs lists the jobs that this JobManager knows.
func (c *Client) Jobs(ctx context.Context) ([]Summary, error) {
	var reply struct{ Jobs *[]Summary }
	if err := c.get(ctx, "/jobs", &reply); err != nil {
		return nil, err
	}
	if reply.Jobs == nil {
		return nil, c.nonsense(http.MethodGet, "/jobs", "the reply has no list of jobs")
	}
	return *reply.Jobs, nil
}

// Job is what a JobManager says of a job.
type Job struct {
	ID    string `json:"jid"`
	Name  string `json:"name"`
	State string `json:"state"`
	// Start and Now are milliseconds since 1970 by the JobManager's clock.
	Start int64 `json:"start-time"`
	Now   int64 `json:"now"`
	// Since has the time, as Start, at which the job was last in each state, 0 if
	// it was not.
	Since    map[string]int64 `json:"timestamps"`
	Vertices []Vertex         `json:"vertices"`
}

// Vertex is a chain of operators of a job.
type Vertex struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Parallelism int    `json:"parallelism"`
	State       string `json:"status"`
}

// AllRunning says whether the job and each of its vertices runs.
func (j Job) AllRunning() bool {
	for _, v := range j.Vertices {
		if v.State != Running {
			return false
		}
	}
	return j.State == Running && len(j.Vertices) > 0
}

// Job asks for a job's state.
func (c *Client) Job(ctx context.Context, id string) (Job, error) {
	if err := checkID("job id", id); err != nil {
		return Job{}, err
	}
	var j Job
	path := "/jobs/" + id
	if err := c.get(ctx, path, &j); err != nil {
		return Job{}, err
	}
	if j.ID != id || j.State == "" {
		return Job{}, c.nonsense(http.MethodGet, path, fmt.Sprintf("the reply is about job %q in state %q, want %s", j.ID, j.State, id))
	}
	return j, nil
}

// Subtask is one of a vertex's parallel parts.
type Subtask struct {
	Index int `json:"subtask"`
	// Attempt counts from 0, anew with each JobManager that takes the job over.
	Attempt int    `json:"attempt"`
	State   string `json:"status"`
	// TaskManager is the id of the one that runs it.
	TaskManager string `json:"taskmanager-id"`
}

// Subtasks asks for the present attempt of each subtask of a vertex.
func (c *Client) Subtasks(ctx context.Context, job, vertex string) ([]Subtask, error) {
	if err := checkID("job id", job); err != nil {
		return nil, err
	}
	if err := checkID("vertex id", vertex); err != nil {
		return nil, err
	}
	var reply struct{ Subtasks *[]Subtask }
	path := "/jobs/" + job + "/vertices/" + vertex
	if err := c.get(ctx, path, &reply); err != nil {
		return nil, err
	}
	if reply.Subtasks == nil {
		return nil, c.nonsense(http.MethodGet, path, "the reply has no list of subtasks")
	}
	return *reply.Subtasks, nil
}

// Exception is something that made a job restart or fail.
type Exception struct {
	Name  string `json:"exceptionName"`
	Trace string `json:"stacktrace"`
	// Time is in milliseconds since 1970.
	Time int64  `json:"timestamp"`
	Task string `json:"taskName"`
}

// Exceptions lists what befell a job, the newest first, as far as this
// JobManager has seen it and still knows.
func (c *Client) Exceptions(ctx context.Context, job string) ([]Exception, error) {
	if err := checkID("job id", job); err != nil {
		return nil, err
	}
	var reply struct {
		History *struct{ Entries []Exception } `json:"exceptionHistory"`
	}
	path := "/jobs/" + job + "/exceptions"
	if err := c.get(ctx, path, &reply); err != nil {
		return nil, err
	}
	if reply.History == nil {
		return nil, c.nonsense(http.MethodGet, path, "the reply has no history of exceptions")
	}
	return reply.History.Entries, nil
}

// Cancel asks for a job to be cancelled. When it returns, that is accepted, not
// yet done. It may be repeated: a job that is over stays as it is.
func (c *Client) Cancel(ctx context.Context, job string) error {
	if err := checkID("job id", job); err != nil {
		return err
	}
	return c.call(ctx, http.MethodPatch, "/jobs/"+job+"?mode=cancel", nil, nil)
}

// AwaitState asks until a job is in one of the given states, and returns it. An
// error of a single call does not end the wait: JobManagers come and go. It
// ends with the last of them when ctx does, and at once when the job is over in
// another way.
func (c *Client) AwaitState(ctx context.Context, job string, states ...string) (Job, error) {
	last := fmt.Errorf("job %s: not asked yet", job)
	for {
		j, err := c.Job(ctx, job)
		switch {
		case err == nil && slices.Contains(states, j.State):
			return j, nil
		case err == nil:
			last = fmt.Errorf("job %s is %s, want one of %v", job, j.State, states)
		case ctx.Err() == nil:
			// What was seen before the end says more than that the end has come.
			last = err
		}
		if err == nil && Terminal(j.State) {
			return j, last
		}
		select {
		case <-ctx.Done():
			return j, last
		case <-time.After(retryAfter):
		}
	}
}
