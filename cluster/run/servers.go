package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// How often servers are asked what they are, and how long one may take.
const (
	pollEvery = 50 * time.Millisecond
	pollLimit = time.Second
)

// servers is the ensemble as the run knows it: what faults are in force, and
// what each server last said of itself.
type servers struct {
	ensemble cluster.Ensemble
	log      *recorder

	mu    sync.Mutex
	state []serverState // of server n at n-1
	links map[pair]cluster.Link
	names map[string]int
}

type pair struct{ from, to int }

type serverState struct {
	up, paused bool
	// ended is how its process ended by itself, "" since it was started.
	ended string
	// barred: nobody can open a connection to its quorum port.
	barred bool
	// faults counts what was done to the server, so that an answer given
	// before a fault is not taken for one after it.
	faults int
	asked  time.Time // when the question was put that status or err answers
	status cluster.Status
	err    error
	role   string // as in the last Role event
	epoch  uint32
}

// newServers takes over an ensemble whose servers all run.
func newServers(e cluster.Ensemble, log *recorder) *servers {
	s := &servers{
		ensemble: e, log: log, state: make([]serverState, e.Size()),
		links: map[pair]cluster.Link{}, names: map[string]int{},
	}
	for i := range s.state {
		s.state[i].up = true
		s.state[i].err = errUnasked
		log.put(runlog.Event{Kind: runlog.Start, Node: i + 1})
	}
	return s
}

var errUnasked = errors.New("not asked yet")

func (s serverState) serves() bool { return s.up && !s.paused && s.err == nil }

// leads is true of a server on its own, too: it answers for its ensemble of one.
func (s serverState) leads() bool {
	return s.serves() && (s.status.Mode == "leader" || s.status.Mode == "standalone")
}

// watch polls server n until ctx ends.
func (s *servers) watch(ctx context.Context, n int) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		s.poll(ctx, n)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// refresh asks all servers at once.
func (s *servers) refresh(ctx context.Context) {
	var wg sync.WaitGroup
	for n := 1; n <= len(s.state); n++ {
		wg.Go(func() { s.poll(ctx, n) })
	}
	wg.Wait()
}

// fresh says whether every running server was asked just now. Asking again
// takes longer than a call that a fault is to meet on its way.
func (s *servers) fresh() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.state {
		if st.up && !st.paused && time.Since(st.asked) > 2*pollEvery {
			return false
		}
	}
	return true
}

func (s *servers) poll(ctx context.Context, n int) {
	st := &s.state[n-1]
	s.mu.Lock()
	faults, ask := st.faults, st.up && !st.paused
	s.mu.Unlock()
	if !ask {
		return
	}
	asked := time.Now()
	limited, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	status, err := s.ensemble.Status(limited, n)
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.faults != faults || asked.Before(st.asked) {
		return
	}
	var ended *cluster.Ended
	if errors.As(err, &ended) {
		s.die(n, ended)
		return
	}
	st.asked, st.status, st.err = asked, status, err
	s.noteRole(n, limited.Err() != nil)
}

// die takes note that server n's process has ended by itself; s.mu is held.
func (s *servers) die(n int, how *cluster.Ended) {
	st := &s.state[n-1]
	st.faults++
	st.up, st.paused, st.err, st.role = false, false, errUnasked, ""
	st.ended = how.How
	s.log.put(runlog.Event{Kind: runlog.Crash, Node: n, Text: strings.ReplaceAll(how.Error(), "\n", "; ")})
}

// dead says which server's process has ended by itself, and how; "" if none has
// since it was last started.
func (s *servers) dead() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, st := range s.state {
		if st.ended != "" {
			return fmt.Sprintf("n%d has ended by itself (%s)", i+1, st.ended)
		}
	}
	return ""
}

// noteRole logs what server n is if that has changed; s.mu is held. A server
// that was merely slow to answer has not changed.
func (s *servers) noteRole(n int, late bool) {
	st := &s.state[n-1]
	role, epoch, zxid := "looking", st.epoch, uint64(0)
	if st.err == nil {
		role, epoch, zxid = roleOf(st.status.Mode), st.status.Epoch(), st.status.Zxid
	} else if late {
		return
	}
	if role == st.role && epoch == st.epoch {
		return
	}
	st.role, st.epoch = role, epoch
	s.log.put(runlog.Event{Kind: runlog.Role, Node: n, Text: role, Epoch: epoch, Zxid: zxid})
}

func roleOf(mode string) string {
	switch mode {
	case "leader", "standalone":
		return "leading"
	case "follower":
		return "following"
	case "observer":
		return "observing"
	}
	panic("a server of mode " + mode)
}

// fault does something to server n and writes it down when it strikes, for what
// clients see of it comes after that, or else when it is done. The server's
// answers count again from then on.
func (s *servers) fault(ctx context.Context, n int, kind runlog.Kind, do func(context.Context, int) error, after func(*serverState)) error {
	st := &s.state[n-1]
	s.mu.Lock()
	st.faults++
	s.mu.Unlock()
	told := false
	tell := func() {
		if !told {
			s.log.put(runlog.Event{Kind: kind, Node: n})
		}
		told = true
	}
	if err := do(cluster.OnStrike(ctx, tell), n); err != nil {
		return fmt.Errorf("%s n%d: %w", kind, n, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.faults++
	st.err, st.role = errUnasked, ""
	after(st)
	tell()
	return nil
}

func (s *servers) is(n int) serverState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state[n-1]
}

// Each of the four does nothing where there is nothing to do: a plan may crash
// a server that is down.

func (s *servers) crash(ctx context.Context, n int) error {
	if !s.is(n).up {
		return nil
	}
	return s.fault(ctx, n, runlog.Crash, s.ensemble.Kill, func(st *serverState) { st.up, st.paused = false, false })
}

func (s *servers) start(ctx context.Context, n int) error {
	if s.is(n).up {
		return nil
	}
	return s.fault(ctx, n, runlog.Start, s.ensemble.Start, func(st *serverState) { st.up, st.ended = true, "" })
}

func (s *servers) pause(ctx context.Context, n int) error {
	if st := s.is(n); !st.up || st.paused {
		return nil
	}
	return s.fault(ctx, n, runlog.Pause, s.ensemble.Pause, func(st *serverState) { st.paused = true })
}

func (s *servers) resume(ctx context.Context, n int) error {
	if st := s.is(n); !st.up || !st.paused {
		return nil
	}
	return s.fault(ctx, n, runlog.Resume, s.ensemble.Resume, func(st *serverState) { st.paused = false })
}

// bar closes server n's quorum port to new connections, or opens it again.
func (s *servers) bar(ctx context.Context, n int, shut bool) error {
	s.mu.Lock()
	was := s.state[n-1].barred
	s.mu.Unlock()
	if was == shut {
		return nil
	}
	b, can := s.ensemble.(cluster.Barrier)
	if !can {
		return fmt.Errorf("bar n%d: this world cannot refuse connections to one port", n)
	}
	if err := b.Bar(ctx, n, shut); err != nil {
		return fmt.Errorf("bar n%d: %w", n, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state[n-1].barred = shut
	return nil
}

// setLink changes one direction between two servers.
func (s *servers) setLink(ctx context.Context, from, to int, change func(*cluster.Link)) error {
	p := pair{from, to}
	s.mu.Lock()
	link := s.links[p]
	s.mu.Unlock()
	old := link
	change(&link)
	if link == old {
		return nil
	}
	if err := s.ensemble.SetLink(ctx, from, to, link); err != nil {
		return fmt.Errorf("link n%d to n%d: %w", from, to, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[p] = link
	s.log.put(runlog.Event{Kind: runlog.LinkState, Node: from, Peer: to, Text: linkText(link)})
	return nil
}

func linkText(l cluster.Link) string {
	switch {
	case l.Cut:
		return "cut"
	case l == cluster.Link{}:
		return "up"
	}
	return fmt.Sprintf("slow delay=%v jitter=%v loss=%dppm", plan.Duration(l.Delay), plan.Duration(l.Jitter), l.Loss)
}

// undo takes back every fault in force: links first, so that a server that is
// started finds its peers.
func (s *servers) undo(ctx context.Context) error {
	for from := 1; from <= len(s.state); from++ {
		for to := 1; to <= len(s.state); to++ {
			if err := s.setLink(ctx, from, to, func(l *cluster.Link) { *l = cluster.Link{} }); err != nil {
				return err
			}
		}
	}
	var all []int
	for n := 1; n <= len(s.state); n++ {
		all = append(all, n)
	}
	return each(ctx, all, func(ctx context.Context, n int) error {
		if err := s.bar(ctx, n, false); err != nil {
			return err
		}
		if err := s.resume(ctx, n); err != nil {
			return err
		}
		return s.start(ctx, n)
	})
}

// view is a picture of the servers at one moment, from which one step's
// targets are resolved.
type view struct {
	leading int
	epoch   uint32 // in which it leads
	up      []bool
	names   map[string]int // only read between steps, which alone give names

	// Of Flink's processes: those that run and are not paused, by number.
	jobManagers, taskManagers, jobLeading int
	procs                                 map[int]bool
}

var _ plan.FlinkView = view{}

func (s *servers) view() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := view{up: make([]bool, len(s.state)), names: s.names}
	for i, st := range s.state {
		v.up[i] = st.up && !st.paused
		// An isolated leader may still say that it leads; a later one outranks it.
		if st.leads() && (v.leading == 0 || st.status.Epoch() > v.epoch) {
			v.leading, v.epoch = i+1, st.status.Epoch()
		}
	}
	return v
}

func (v view) Size() int             { return len(v.up) }
func (v view) Leading() int          { return v.leading }
func (v view) Named(name string) int { return v.names[name] }
func (v view) JobManagers() int      { return v.jobManagers }
func (v view) TaskManagers() int     { return v.taskManagers }
func (v view) JobLeading() int       { return v.jobLeading }

func (v view) Up(n int) bool {
	if n > plan.MaxServers {
		return v.procs[n]
	}
	return v.up[n-1]
}

// describe says in one line what every server is, for the reason of an End.
func (s *servers) describe() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := make([]string, len(s.state))
	for i, st := range s.state {
		is := "looking"
		switch {
		case !st.up:
			is = "down"
		case st.paused:
			is = "paused"
		case st.err == nil:
			is = fmt.Sprintf("%s in epoch %d", roleOf(st.status.Mode), st.status.Epoch())
		}
		words[i] = fmt.Sprintf("n%d %s", i+1, is)
	}
	return strings.Join(words, ", ")
}
