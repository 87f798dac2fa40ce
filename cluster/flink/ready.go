//go:build unix

package flink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster"
)

// ReadyLimit is how long a caller should let AwaitReady wait: far longer than a
// machine needs that has anything to spare.
const ReadyLimit = 2 * time.Minute

// askLimit bounds one question to a REST server, and answerLimit what is read of
// its answer, in bytes.
const (
	askLimit    = 2 * time.Second
	answerLimit = 1 << 20
)

// AwaitReady waits until one JobManager leads by its own word and every
// TaskManager is registered with it, at most within. The error is then a
// *cluster.NotReady with what each process said last.
func (c *Cluster) AwaitReady(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		err := c.ready(ctx)
		if err == nil {
			return nil
		}
		// A question that our own limit has cut off says less than one before it.
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			return errClosed
		case <-ctx.Done():
			if context.Cause(ctx) != context.DeadlineExceeded {
				return ctx.Err()
			}
			return &cluster.NotReady{
				What: fmt.Sprintf("Flink %s is not ready after %v: %v; %s", c.o.Version, within, last, c.lastWords()),
				Do:   "see the logs in " + c.o.Dir,
			}
		}
	}
}

var errClosed = errors.New("the Flink cluster is closed")

// ready says what is still missing.
func (c *Cluster) ready(ctx context.Context) error {
	leaders, _ := c.Leaders()
	if len(leaders) != 1 {
		return fmt.Errorf("%d JobManagers lead", len(leaders))
	}
	ids, err := c.TaskManagers(ctx)
	if err != nil {
		return err
	}
	if len(ids) != c.o.TaskManagers {
		return fmt.Errorf("%d of %d TaskManagers are registered with %s", len(ids), c.o.TaskManagers, leaders[0])
	}
	return nil
}

// TaskManagers are the names of those that are registered with the leader, by
// the word of its REST server, in order.
func (c *Cluster) TaskManagers(ctx context.Context) ([]string, error) {
	leaders, _ := c.Leaders()
	if len(leaders) == 0 {
		return nil, errors.New("no JobManager leads")
	}
	var list struct {
		TaskManagers []struct {
			ID string `json:"id"`
		} `json:"taskmanagers"`
	}
	if err := c.ask(ctx, leaders[0], "/taskmanagers", &list); err != nil {
		return nil, err
	}
	var ids []string
	for _, t := range list.TaskManagers {
		ids = append(ids, t.ID)
	}
	slices.Sort(ids)
	return ids, nil
}

// ask puts one question to a JobManager's REST server.
func (c *Cluster) ask(ctx context.Context, name, path string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.REST(name)+path, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s with %s", name, path, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, answerLimit)).Decode(answer); err != nil {
		return fmt.Errorf("%s answers %s with what is no JSON: %w", name, path, err)
	}
	return nil
}

// lastWords is what every process said last.
func (c *Cluster) lastWords() string {
	var words []string
	for _, p := range c.places {
		words = append(words, p.name+": "+p.lastWords())
	}
	return strings.Join(words, "; ")
}
