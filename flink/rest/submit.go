package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"
)

// retryAfter is the pause before a call is made again. A JobManager that has
// just been elected needs about a second.
const retryAfter = 200 * time.Millisecond

// Spec says how a jar is to be run.
type Spec struct {
	// JobID is 32 hexadecimal digits, chosen by the caller. It is what makes a
	// submission whose reply was lost safe to repeat.
	JobID string
	// Args are given to the main method.
	Args []string
	// Parallelism is the default for the job's operators; 0 leaves it to Flink.
	Parallelism int
	// Savepoint is the path of one to begin from, "" for none.
	Savepoint string
}

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func checkID(what, id string) error {
	if !hexID.MatchString(id) {
		return fmt.Errorf("%s %q: want 32 lower-case hexadecimal digits", what, id)
	}
	return nil
}

// Upload sends a jar to this JobManager and returns its name there. Other
// JobManagers have it only if they share web.upload.dir.
func (c *Client) Upload(ctx context.Context, jar string) (id string, err error) {
	f, err := os.Open(jar)
	if err != nil {
		return "", fmt.Errorf("job jar: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("job jar: %w", err)
	}
	// Head and tail are made beforehand, so that the whole length is known: the
	// server refuses bodies of which it is not.
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	_, err = w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("jarfile", filepath.Base(jar))},
		"Content-Type":        {"application/java-archive"},
	})
	if err != nil {
		return "", err
	}
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	size := int64(head.Len()) + info.Size() + int64(len(tail))
	body := io.MultiReader(&head, io.LimitReader(f, info.Size()), bytes.NewReader([]byte(tail)))
	var reply struct{ Filename, Status string }
	const at = "/jars/upload"
	if err := c.send(ctx, http.MethodPost, at, w.FormDataContentType(), body, size, &reply); err != nil {
		return "", err
	}
	if reply.Status != "success" || reply.Filename == "" {
		return "", c.nonsense(http.MethodPost, at, fmt.Sprintf("status %q, file %q: want success and a file", reply.Status, reply.Filename))
	}
	return path.Base(reply.Filename), nil
}

// Run starts a job from a jar that was uploaded to this JobManager. When its
// outcome is unknown, Submit knows what to do.
func (c *Client) Run(ctx context.Context, jarID string, spec Spec) error {
	if err := checkID("job id", spec.JobID); err != nil {
		return err
	}
	body := struct {
		JobID       string   `json:"jobId"`
		Args        []string `json:"programArgsList,omitempty"`
		Parallelism int      `json:"parallelism,omitempty"`
		Savepoint   string   `json:"savepointPath,omitempty"`
	}{spec.JobID, spec.Args, spec.Parallelism, spec.Savepoint}
	var reply struct{ JobID string }
	at := "/jars/" + url.PathEscape(jarID) + "/run"
	if err := c.call(ctx, http.MethodPost, at, body, &reply); err != nil {
		return err
	}
	if reply.JobID != spec.JobID {
		return c.nonsense(http.MethodPost, at, fmt.Sprintf("job %q was started, want %s", reply.JobID, spec.JobID))
	}
	return nil
}

// Submit uploads a jar and runs it, as often as it takes to know that the job
// was accepted. Of jobs with the same id Flink accepts one, unless the first has
// ended and another JobManager has taken over since. It ends early when the
// server refuses, and with the last error when ctx ends.
func (c *Client) Submit(ctx context.Context, jar string, spec Spec) error {
	if err := checkID("job id", spec.JobID); err != nil {
		return err
	}
	for {
		err := c.submitOnce(ctx, jar, spec)
		if err == nil || duplicate(err) {
			return nil
		}
		var e *Error
		if !errors.As(err, &e) || e.Outcome == fail && e.Status != 0 {
			return err // bad input, or refused for good
		}
		if _, lookErr := c.Job(ctx, spec.JobID); lookErr == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retryAfter):
		}
	}
}

func (c *Client) submitOnce(ctx context.Context, jar string, spec Spec) error {
	id, err := c.Upload(ctx, jar)
	if err != nil {
		return err
	}
	return c.Run(ctx, id, spec)
}
