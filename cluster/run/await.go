package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/schismlab/schism/plan"
)

// errLate says that what was awaited did not come in time.
var errLate = errors.New("in vain")

// lookEvery is how often an await looks at what the polls have brought.
const lookEvery = 10 * time.Millisecond

// await waits until come is true: at most within, else it returns errLate, and
// no longer than ctx lasts.
func await(ctx context.Context, within time.Duration, come func() bool) error {
	late := time.NewTimer(within)
	defer late.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for !come() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return errLate
		case <-tick.C:
		}
	}
	return nil
}

// awaitStep waits for what the step says.
func (w *world) awaitStep(ctx context.Context, s plan.Step) error {
	within := time.Duration(s.Within)
	since := time.Now()
	switch s.For {
	case plan.HasLeader:
		except := plan.Resolve(w.view(), s.Except, nil, nil)
		return await(ctx, within, func() bool { return w.servers.elected(since, except) > 0 })
	case plan.NoLeader:
		return await(ctx, within, func() bool { return w.servers.leaderless(since) })
	case plan.Ready:
		_, _, err := w.awaitReady(ctx, within, func() bool { return false })
		return err
	case plan.Calls:
		target := w.good.Load() + int64(s.Count)
		come := func() bool { return w.good.Load() >= target }
		err := await(ctx, within, func() bool { return come() || w.calling.Load() == 0 })
		if err == nil && !come() {
			return unfinished{fmt.Sprintf("%q was in vain: no client has a call left", s.Text())}
		}
		return err
	case plan.InFlight:
		return w.awaitWrite(ctx, within)
	case plan.Saved:
		return w.servers.awaitSnapshots(ctx, within, plan.Resolve(w.view(), s.A, s.Except, nil))
	case plan.JobLeader, plan.NoJobLeader, plan.JobRunning, plan.Checkpoints, plan.Outputs, plan.Alerts, plan.Pointers:
		return w.flink.await(ctx, within, s, plan.Resolve(w.view(), s.Except, nil, nil))
	case plan.Reconfigured:
		return await(ctx, within, w.operators.allGranted)
	case plan.Expired:
		return await(ctx, within, func() bool { return w.allExpired(s.A) })
	}
	panic(fmt.Sprintf("an await for %v", s.For))
}

// awaitWrite waits until a connected client begins a write. A write lasts some
// milliseconds, so there is no time for looking every now and then.
func (w *world) awaitWrite(ctx context.Context, within time.Duration) error {
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-w.writing:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errLate
	}
}

// elected is the server that leads a quorum and is not among except, 0 if none
// does. Only what servers were asked since then counts.
func (s *servers) elected(since time.Time, except []int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest uint32
	for _, st := range s.state {
		if st.serves() {
			newest = max(newest, st.status.Epoch())
		}
	}
	for i, st := range s.state {
		n := i + 1
		fresh := st.leads() && !st.asked.Before(since) && st.status.Epoch() == newest
		if fresh && !slices.Contains(except, n) && 1+s.followers(n, since) > len(s.state)/2 {
			return n
		}
	}
	return 0
}

// followers counts the servers that follow and are not cut off from leader n;
// s.mu is held.
func (s *servers) followers(n int, since time.Time) int {
	count := 0
	for i, st := range s.state {
		follows := st.serves() && st.status.Mode == "follower" && !st.asked.Before(since)
		if follows && !s.links[pair{i + 1, n}].Cut && !s.links[pair{n, i + 1}].Cut {
			count++
		}
	}
	return count
}

// leaderless says whether no server that runs leads.
func (s *servers) leaderless(since time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.state {
		runs := st.up && !st.paused
		if runs && (st.leads() || st.asked.Before(since)) {
			return false
		}
	}
	return true
}

// health is how well the ensemble is.
type health int

const (
	sick      health = iota
	unevenly         // one leads and all others follow, but epochs differ
	wellAgain        // and all show one epoch
)

// ready finds the one leader that every running server follows.
func (s *servers) ready(since time.Time) (leader int, epoch uint32, h health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	even := true
	for i, st := range s.state {
		switch {
		case !st.up || st.paused:
			continue
		case !st.serves() || st.asked.Before(since), st.leads() && leader > 0:
			return 0, 0, sick
		case st.leads():
			leader = i + 1
		}
	}
	if leader == 0 {
		return 0, 0, sick
	}
	epoch = s.state[leader-1].status.Epoch()
	for _, st := range s.state {
		even = even && (!st.serves() || st.status.Epoch() == epoch)
	}
	if !even {
		return leader, epoch, unevenly
	}
	return leader, epoch, wellAgain
}

// nudgeEvery is how often a transaction is made to bring epochs into line.
const nudgeEvery = 300 * time.Millisecond

// awaitReady waits until one server leads and all that run follow it in one
// epoch. A follower shows a new epoch only with its first transaction, so one
// is made where no client makes any: opening a session is one. It ends early
// where it is hopeless.
func (w *world) awaitReady(ctx context.Context, within time.Duration, hopeless func() bool) (leader int, epoch uint32, err error) {
	since := time.Now()
	nudged := since
	err = await(ctx, within, func() bool {
		var h health
		leader, epoch, h = w.servers.ready(since)
		if h == unevenly && time.Since(nudged) > nudgeEvery {
			w.nudge(ctx, leader)
			nudged = time.Now()
		}
		return h == wellAgain || hopeless()
	})
	return leader, epoch, err
}

func (w *world) nudge(ctx context.Context, leader int) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	// When it fails the ensemble is not well, and the next poll will show it.
	if conn, err := w.visit(ctx, leader); err == nil {
		conn.Close()
	}
}

// allExpired says whether each of these clients has lost a session that no
// await has yet taken note of, and if so takes note.
func (w *world) allExpired(names []string) bool {
	for _, name := range names {
		if c := w.clientNamed(name); c.expiries() <= w.noted[c] {
			return false
		}
	}
	for _, name := range names {
		c := w.clientNamed(name)
		w.noted[c] = c.expiries()
	}
	return true
}
