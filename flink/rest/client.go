package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxReply bounds a reply's size. The largest of a test's jobs, a list of
// exceptions, has some 100 KiB.
const maxReply = 16 << 20

// Client talks to one JobManager. It may be used by many goroutines.
type Client struct {
	base    *url.URL
	http    *http.Client
	timeout time.Duration
}

// New is a client of the JobManager at an address: a URL, or host:port. No call
// takes longer than timeout, whatever its context allows.
func New(address string, timeout time.Duration) (*Client, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "http" || base.Host == "" || base.Port() == "" {
		return nil, fmt.Errorf("REST address %q: want http://host:port", address)
	}
	if timeout <= 0 {
		return nil, fmt.Errorf("REST time-out %v: want more than none", timeout)
	}
	return &Client{
		base: base,
		// No proxy of the environment: servers are on this machine. No redirect: an
		// answer from somewhere else would be taken for this JobManager's.
		http: &http.Client{
			Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: timeout},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: timeout,
	}, nil
}

// Address is the JobManager's, as host:port.
func (c *Client) Address() string { return c.base.Host }

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// get asks; asking has no effect, so it may always be repeated.
func (c *Client) get(ctx context.Context, path string, reply any) error {
	return c.call(ctx, http.MethodGet, path, nil, reply)
}

// call sends a JSON body, if there is one, and reads a JSON reply.
func (c *Client) call(ctx context.Context, method, path string, body, reply any) error {
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(text)
	}
	return c.send(ctx, method, path, "application/json", r, -1, reply)
}

// send makes one request. size is the body's length, -1 if it is a value whose
// length net/http knows.
func (c *Client) send(ctx context.Context, method, path, contentType string, body io.Reader, size int64, reply any) error {
	e := &Error{Address: c.base.Host, Call: method + " " + path, Outcome: unknown}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, body)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if size >= 0 {
		req.ContentLength = size
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return e.unanswered(err, c.timeout)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return e.unanswered(err, c.timeout)
	}
	e.Status = resp.StatusCode
	if len(text) > maxReply {
		e.What = fmt.Sprintf("a reply of more than %d bytes", maxReply)
		return e
	}
	if resp.StatusCode/100 != 2 {
		return e.refused(text)
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(text, reply); err != nil {
		e.What = fmt.Sprintf("the reply is not what Flink says: %v: it begins %q", err, beginning(text))
		return e
	}
	return nil
}

// nonsense is the error of a reply that is JSON, and yet not to be believed.
func (c *Client) nonsense(method, path, what string) error {
	return &Error{Address: c.base.Host, Call: method + " " + path, Status: http.StatusOK, Outcome: unknown, What: what}
}

// unanswered says why there was no reply.
func (e *Error) unanswered(err error, timeout time.Duration) *Error {
	var dial *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.What = fmt.Sprintf("no answer within %v", timeout)
	case errors.As(err, &dial) && dial.Op == "dial":
		// Nothing was sent, so nothing has happened.
		e.Outcome, e.What = fail, "no connection: "+dial.Err.Error()
	default:
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		e.What = "the connection broke: " + err.Error()
	}
	e.Err = err
	return e
}

// refused reads {"errors": ["…"]}, of which the last line worth reading is the
// cause. A status of 4xx says that nothing was done; any other may come after
// the deed. So may 408, with which Flink says that a JobManager has not answered
// the one that was asked; and so may a 400 for that reason, which a JobManager gives
// whose leader has ended while it was asked to run a jar.
func (e *Error) refused(text []byte) *Error {
	if e.Status/100 == 4 && e.Status != http.StatusRequestTimeout {
		e.Outcome = fail
	}
	var reply struct{ Errors []string }
	if json.Unmarshal(text, &reply) != nil || len(reply.Errors) == 0 {
		e.What = fmt.Sprintf("status %d, and the reply is not Flink's: it begins %q", e.Status, beginning(text))
		return e
	}
	e.Said = strings.Join(reply.Errors, "\n")
	if strings.Contains(e.Said, "AskTimeoutException") {
		e.Outcome = unknown
	}
	e.What = fmt.Sprintf("status %d: %s", e.Status, cause(e.Said))
	return e
}

// cause is the innermost exception of a stack trace, on one line.
func cause(trace string) string {
	first, last := "", ""
	for line := range strings.Lines(trace) {
		line = strings.Trim(strings.TrimSpace(line), "<>")
		if line == "" || strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "... ") ||
			strings.HasPrefix(line, "Exception on server side") || strings.HasPrefix(line, "End of exception") {
			continue
		}
		if first == "" {
			first = line
		}
		if inner, found := strings.CutPrefix(line, "Caused by: "); found {
			last = inner
		}
	}
	if last == "" {
		last = first
	}
	return beginning([]byte(last))
}

// beginning is what an error shows of a text.
func beginning(text []byte) string {
	const most = 200
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
