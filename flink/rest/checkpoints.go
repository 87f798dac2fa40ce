package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Checkpoints is what a JobManager knows of a job's. Its counts begin anew when
// another one takes over, the ids go on.
type Checkpoints struct {
	Counts struct {
		Restored   int64 `json:"restored"`
		Total      int64 `json:"total"`
		InProgress int64 `json:"in_progress"`
		Completed  int64 `json:"completed"`
		Failed     int64 `json:"failed"`
	} `json:"counts"`
	// Latest of each kind; nil if there was none under this JobManager.
	Latest struct {
		Completed *Checkpoint `json:"completed"`
		Savepoint *Checkpoint `json:"savepoint"`
		Failed    *Checkpoint `json:"failed"`
		Restored  *Restored   `json:"restored"`
	} `json:"latest"`
	// History has the newest ones, the latest first.
	History []Checkpoint `json:"history"`
}

// Checkpoint is one of a job.
type Checkpoint struct {
	ID        int64  `json:"id"`
	State     string `json:"status"` // IN_PROGRESS, COMPLETED or FAILED
	Savepoint bool   `json:"is_savepoint"`
	// Triggered and LastAck are in milliseconds since 1970.
	Triggered int64 `json:"trigger_timestamp"`
	LastAck   int64 `json:"latest_ack_timestamp"`
	// Path is where it lies, for those that outlive the job.
	Path string `json:"external_path"`
}

// Restored is the checkpoint that a job began from.
type Restored struct {
	ID        int64  `json:"id"`
	Time      int64  `json:"restore_timestamp"` // milliseconds since 1970
	Savepoint bool   `json:"is_savepoint"`
	Path      string `json:"external_path"`
}

// Checkpoints asks for a job's checkpoints.
func (c *Client) Checkpoints(ctx context.Context, job string) (Checkpoints, error) {
	if err := checkID("job id", job); err != nil {
		return Checkpoints{}, err
	}
	var reply Checkpoints
	path := "/jobs/" + job + "/checkpoints"
	if err := c.get(ctx, path, &reply); err != nil {
		return Checkpoints{}, err
	}
	if reply.History == nil {
		return Checkpoints{}, c.nonsense(http.MethodGet, path, "the reply has no history of checkpoints")
	}
	return reply, nil
}

// Savepoint triggers one into a folder and waits for it, and returns its path.
// The trigger id, 32 hexadecimal digits of the caller's choice, makes it safe to
// be repeated with the same JobManager.
func (c *Client) Savepoint(ctx context.Context, job, folder, trigger string) (path string, err error) {
	return c.savepoint(ctx, job, "/savepoints", trigger, map[string]any{
		"target-directory": folder, "cancel-job": false, "triggerId": trigger,
	})
}

// Stop lets a job take a savepoint into a folder and finish, and returns the
// savepoint's path. With drain, sources are taken to be at their end for good.
// trigger is as with Savepoint.
func (c *Client) Stop(ctx context.Context, job, folder, trigger string, drain bool) (path string, err error) {
	return c.savepoint(ctx, job, "/stop", trigger, map[string]any{
		"targetDirectory": folder, "drain": drain, "triggerId": trigger,
	})
}

func (c *Client) savepoint(ctx context.Context, job, at, trigger string, body any) (string, error) {
	if err := checkID("job id", job); err != nil {
		return "", err
	}
	if err := checkID("trigger id", trigger); err != nil {
		return "", err
	}
	var reply struct {
		Request string `json:"request-id"`
	}
	err := c.call(ctx, http.MethodPost, "/jobs/"+job+at, body, &reply)
	// A lost reply: whether it was triggered is told below.
	if err != nil && Outcome(err) == fail {
		return "", err
	}
	if err == nil && reply.Request != trigger {
		return "", c.nonsense(http.MethodPost, "/jobs/"+job+at, fmt.Sprintf("request id %q, want the trigger %s", reply.Request, trigger))
	}
	return c.awaitSavepoint(ctx, job, trigger)
}

// awaitSavepoint asks until it is known what became of a trigger.
func (c *Client) awaitSavepoint(ctx context.Context, job, trigger string) (string, error) {
	path := "/jobs/" + job + "/savepoints/" + trigger
	for {
		var reply struct {
			Status struct{ ID string }
			// Operation is what came of it, once it is completed.
			Operation struct {
				Location string `json:"location"`
				Failure  *struct {
					Class string `json:"class"`
					Trace string `json:"stack-trace"`
				} `json:"failure-cause"`
			}
		}
		err := c.get(ctx, path, &reply)
		switch {
		case err != nil:
			return "", err
		case reply.Status.ID == "COMPLETED" && reply.Operation.Failure != nil:
			e := c.nonsense(http.MethodGet, path, "the savepoint failed: "+cause(reply.Operation.Failure.Trace)).(*Error)
			e.Outcome, e.Said = fail, reply.Operation.Failure.Trace
			return "", e
		case reply.Status.ID == "COMPLETED" && reply.Operation.Location != "":
			return reply.Operation.Location, nil
		case reply.Status.ID != "IN_PROGRESS":
			return "", c.nonsense(http.MethodGet, path, fmt.Sprintf("status %q: want IN_PROGRESS, or COMPLETED with a location", reply.Status.ID))
		}
		select {
		case <-ctx.Done():
			return "", c.nonsense(http.MethodGet, path, "the savepoint is still in progress")
		case <-time.After(retryAfter):
		}
	}
}
