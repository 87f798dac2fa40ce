package run

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/runlog"
)

// The limits of an operator: for one request with its session, between two, and for
// how long it goes on asking at all, which is longer than any plan awaits.
const (
	askLimit   = 10 * time.Second
	askAgain   = 300 * time.Millisecond
	askForEver = 5 * time.Minute
)

// anyConfig is no version of a configuration.
const anyConfig = -1

// operators make the requests of Reconfig steps, each in its own time.
type operators struct {
	mu      sync.Mutex
	waiting int // requests that are not granted yet
	all     sync.WaitGroup
	stop    context.CancelFunc
	ctx     context.Context
}

func (o *operators) allGranted() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting == 0
}

func (o *operators) count(by int) {
	o.mu.Lock()
	o.waiting += by
	o.mu.Unlock()
}

// end ends those that still ask.
func (o *operators) end() {
	o.stop()
	o.all.Wait()
}

// reconfigure begins a request: servers join as voters or observers, and some leave.
func (w *world) reconfigure(num int, add, observe, remove []int) error {
	e, ok := w.servers.ensemble.(cluster.Reconfigurable)
	if !ok {
		return errors.New("this ensemble cannot be changed while it runs: run the plan with --world docker or sim")
	}
	var joining, leaving []string
	for n := 1; n <= w.servers.ensemble.Size(); n++ {
		switch {
		case slices.Contains(observe, n):
			joining = append(joining, e.Member(n, "observer"))
		case slices.Contains(add, n):
			joining = append(joining, e.Member(n, "participant"))
		case slices.Contains(remove, n):
			leaving = append(leaving, strconv.Itoa(n))
		}
	}
	w.operators.count(1)
	w.operators.all.Go(func() {
		late, stop := context.WithTimeout(w.operators.ctx, askForEver)
		defer stop()
		for at := 0; late.Err() == nil; at++ {
			n := 1 + at%w.servers.ensemble.Size()
			if w.askFor(late, num, n, joining, leaving) {
				w.operators.count(-1)
				return
			}
			pause(late, askAgain, nil)
		}
	})
	return nil
}

// askFor makes the request once, at one server, and says whether it was granted.
func (w *world) askFor(ctx context.Context, num, n int, joining, leaving []string) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	conn, err := w.visit(ctx, n)
	if err != nil {
		return false // nothing was asked
	}
	answer := make(chan error, 1)
	go func() {
		_, err := conn.IncrementalReconfig(joining, leaving, anyConfig)
		answer <- err
	}()
	e := runlog.Event{Kind: runlog.Reconfig, Num: num, Node: n, Out: runlog.Unknown, Err: zk.ErrConnectionClosed.Error()}
	select {
	case err := <-answer:
		e.Out, e.Err = runlog.OK, ""
		if err != nil {
			e.Out, e.Err = runlog.Fail, refusal(err)
		}
	case <-ctx.Done():
	}
	go conn.Close() // takes a second when there is nobody to take leave of
	w.log.put(e)
	return e.Out == runlog.OK
}

// refusal names the errors that the library does not know.
func refusal(err error) string {
	for code, name := range map[string]string{"-13": "NewConfigNoQuorum", "-14": "ReconfigInProgress"} {
		if strings.HasSuffix(err.Error(), code) {
			return name
		}
	}
	return strings.TrimPrefix(err.Error(), "zk: ")
}
