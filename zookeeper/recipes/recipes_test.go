package recipes_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/recipes"
	"github.com/schismlab/schism/zookeeper/zktest"
)

// scene is an ensemble, and sessions whose recipes are recorded.
type scene struct {
	t        *testing.T
	ctx      context.Context
	e        *zktest.Ensemble
	rec      *recipes.Recorder
	events   []runlog.Event
	sessions []*recipes.Session
}

// Put keeps an event: the scene is the recorder's sink.
func (s *scene) Put(e *runlog.Event) int64 {
	c := *e
	c.Kids = slices.Clone(e.Kids)
	s.events = append(s.events, c)
	return int64(len(s.events))
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func play(t *testing.T, sessions int) *scene {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s := &scene{t: t, ctx: ctx, e: zktest.Start(t, 3)}
	s.rec = recipes.NewRecorder(s)
	for range sessions {
		c, err := recipes.Connect(ctx, s.e.Servers(), 2*time.Second, s.rec, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		s.sessions = append(s.sessions, c)
	}
	return s
}

// judged is what a check says of what was recorded.
func (s *scene) judged(check string) checker.Result {
	s.t.Helper()
	s.rec.Done()
	s.rec.End()
	run, err := checker.NewRun(runlog.Header{World: "record", Servers: 3, Join: 1e6}, s.events)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range checker.All() {
		if c.Name == check {
			if !c.Applies(run) {
				s.t.Fatalf("%s has nothing to judge", check)
			}
			return c.Judge(run, checker.DefaultBudget)
		}
	}
	s.t.Fatalf("there is no check %s", check)
	return checker.Result{}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// passes holds a run to the promise; a lag that is permitted is none of the recipes'.
func (s *scene) passes(check string) {
	s.t.Helper()
	if r := s.judged(check); !r.Verdict.Passes() {
		s.t.Errorf("%v %s: %s", r.Verdict, r.Signature, r.Why)
	}
}

// breaks holds a check to catch what was planted.
func (s *scene) breaks(check, signature string) {
	s.t.Helper()
	if r := s.judged(check); r.Verdict != checker.Violation || r.Signature != signature {
		s.t.Errorf("%v %q: %s; want the violation %q", r.Verdict, r.Signature, r.Why, signature)
	}
}

// TestLock: some clients take turns, while the leader crashes.
func TestLock(t *testing.T) {
	s := play(t, 3)
	var r recipes.Resource
	var wg sync.WaitGroup
	var mu sync.Mutex
	held, turns := 0, make(chan struct{}, 100)
	for _, c := range s.sessions {
		wg.Go(func() {
			l := recipes.NewLock(c, "/lock")
			for range 5 {
				if _, err := l.Acquire(s.ctx); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				held++
				if held != 1 {
					t.Errorf("%d hold the lock", held)
				}
				held--
				mu.Unlock()
				if !l.Use(&r) {
					t.Error("the resource has refused the holder")
				}
				turns <- struct{}{}
				if err := l.Release(s.ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	<-turns
	old := s.e.AwaitLeader()
	s.e.Crash(old)
	s.e.AwaitLeader()
	s.e.Start(old)
	wg.Wait()
	s.passes("mutual-exclusion")
}

// expire lets a holder's session end and another client acquire.
func expire(s *scene, wrong ...recipes.Wrong) (first *recipes.Lock, r *recipes.Resource) {
	s.t.Helper()
	first, second := recipes.NewLock(s.sessions[0], "/lock", wrong...), recipes.NewLock(s.sessions[1], "/lock")
	r = &recipes.Resource{}
	before, err := first.Acquire(s.ctx)
	s.must(err)
	if !first.Use(r) {
		s.t.Error("the resource has refused the holder")
	}
	s.e.ExpireSession(s.sessions[0].ID())
	after, err := second.Acquire(s.ctx)
	s.must(err)
	if after <= before {
		s.t.Errorf("token %#x after %#x", after, before)
	}
	if !second.Use(r) {
		s.t.Error("the resource has refused the second holder")
	}
	<-first.Lost()
	return first, r
}

// TestALostLock: who has lost it is told so, and fenced.
func TestALostLock(t *testing.T) {
	s := play(t, 2)
	l, r := expire(s)
	if l.Use(r) {
		t.Error("the resource has taken an old token")
	}
	if err := l.Release(s.ctx); !errors.Is(err, recipes.ErrLost) {
		t.Errorf("release: %v", err)
	}
	s.passes("mutual-exclusion")
}

// TestALockThatIgnoresSessionLoss is caught.
func TestALockThatIgnoresSessionLoss(t *testing.T) {
	s := play(t, 2)
	l, _ := expire(s, recipes.IgnoreSession)
	s.must(l.Release(s.ctx))
	s.breaks("mutual-exclusion", "mutual-exclusion /lock")
}

func TestElection(t *testing.T) {
	s := play(t, 2)
	a, b := recipes.NewElection(s.sessions[0], "/leader"), recipes.NewElection(s.sessions[1], "/leader")
	first, err := a.Lead(s.ctx)
	s.must(err)
	led := make(chan int64)
	go func() {
		token, err := b.Lead(s.ctx)
		if err != nil {
			t.Error(err)
		}
		led <- token
	}()
	s.must(a.Resign(s.ctx))
	if second := <-led; second <= first {
		t.Errorf("token %#x after %#x", second, first)
	}
	s.must(b.Resign(s.ctx))
	s.passes("election")
}

func TestAnElectionThatIgnoresSessionLoss(t *testing.T) {
	s := play(t, 2)
	a, b := recipes.NewElection(s.sessions[0], "/leader", recipes.IgnoreSession), recipes.NewElection(s.sessions[1], "/leader")
	_, err := a.Lead(s.ctx)
	s.must(err)
	s.e.ExpireSession(s.sessions[0].ID())
	_, err = b.Lead(s.ctx)
	s.must(err)
	s.must(a.Resign(s.ctx))
	s.breaks("election", "election /leader")
}

// TestQueue: what some put in others take out, each item once.
func TestQueue(t *testing.T) {
	s := play(t, 4)
	const each = 15
	var wg sync.WaitGroup
	for i, c := range s.sessions[:2] {
		wg.Go(func() {
			q := recipes.NewQueue(c, "/q")
			for n := range each {
				s.must(q.Put(s.ctx, fmt.Sprintf("%d.%d", i, n)))
			}
		})
	}
	got := make(chan string, 2*each)
	for _, c := range s.sessions[2:] {
		wg.Go(func() {
			q := recipes.NewQueue(c, "/q")
			for len(got) < 2*each {
				item, err := q.Take(s.ctx)
				if err == nil {
					got <- item
				} else if !errors.Is(err, recipes.ErrEmpty) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	s.passes("queue")
}

func TestAQueueThatTakesTwice(t *testing.T) {
	s := play(t, 2)
	put := recipes.NewQueue(s.sessions[0], "/q")
	// All takers come at once, until two have the same item.
	twice := s.race(func(round, n int) (string, error) {
		if n == 0 {
			s.must(put.Put(s.ctx, fmt.Sprint(round)))
		}
		item, err := recipes.NewQueue(s.sessions[n%2], "/q", recipes.TakeTwice).Take(s.ctx)
		if errors.Is(err, recipes.ErrEmpty) {
			return fmt.Sprintf("nothing for %d in round %d", n, round), nil
		}
		return item, err
	})
	if !twice {
		t.Fatal("no item was taken twice")
	}
	s.breaks("queue", "queue /q")
}

// race does something eight times at once, up to thirty times over, until two come
// to the same.
func (s *scene) race(do func(round, n int) (string, error)) bool {
	s.t.Helper()
	for round := range 30 {
		var wg sync.WaitGroup
		results := make([]string, 8)
		for n := range results {
			wg.Go(func() {
				var err error
				if results[n], err = do(round, n); err != nil {
					s.t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(results)
		if len(slices.Compact(results)) < 8 {
			return true
		}
	}
	return false
}

func TestBarrier(t *testing.T) {
	s := play(t, 3)
	var wg sync.WaitGroup
	for _, c := range s.sessions {
		wg.Go(func() {
			for round := range 3 {
				b := recipes.NewBarrier(c, "/b", fmt.Sprint(round), 3)
				if err := b.Enter(s.ctx); err != nil {
					t.Error(err)
				}
				if err := b.Leave(s.ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s.passes("barrier")
}

func TestABarrierThatDoesNotWait(t *testing.T) {
	s := play(t, 2)
	a, b := recipes.NewBarrier(s.sessions[0], "/b", "0", 2, recipes.DoNotWait), recipes.NewBarrier(s.sessions[1], "/b", "0", 2)
	s.must(a.Enter(s.ctx))
	s.must(b.Enter(s.ctx))
	s.breaks("barrier", "barrier enter /b")
}

func TestCounter(t *testing.T) {
	s := play(t, 3)
	var wg sync.WaitGroup
	for _, c := range s.sessions {
		wg.Go(func() {
			n := recipes.NewCounter(c, "/n")
			for range 8 {
				if _, err := n.Add(s.ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	sum, err := recipes.NewCounter(s.sessions[0], "/n").Sum(s.ctx)
	s.must(err)
	if sum > 24 {
		t.Errorf("the sum is %d", sum)
	}
	s.passes("shared-counter")
}

func TestACounterThatSetsBlindly(t *testing.T) {
	s := play(t, 2)
	lost := s.race(func(_, n int) (string, error) {
		sum, err := recipes.NewCounter(s.sessions[n%2], "/n", recipes.SetBlindly).Add(s.ctx)
		return fmt.Sprint(sum), err
	})
	if !lost {
		t.Fatal("no addition was lost")
	}
	s.breaks("shared-counter", "shared-counter /n")
}

func TestGroup(t *testing.T) {
	s := play(t, 2)
	a, b := recipes.NewGroup(s.sessions[0], "/g"), recipes.NewGroup(s.sessions[1], "/g")
	s.must(a.Join(s.ctx, "a"))
	s.must(b.Join(s.ctx, "b"))
	names, err := b.Members(s.ctx)
	s.must(err)
	if !slices.Contains(names, "b") {
		t.Errorf("the members are %v", names)
	}
	s.must(b.Part(s.ctx, "b"))
	names, err = b.Members(s.ctx)
	s.must(err)
	if slices.Contains(names, "b") {
		t.Errorf("the members are %v", names)
	}
	s.passes("membership")
}

func TestAGroupThatIsJoinedInVain(t *testing.T) {
	s := play(t, 1)
	g := recipes.NewGroup(s.sessions[0], "/g", recipes.JoinInVain)
	s.must(g.Join(s.ctx, "a"))
	_, err := g.Members(s.ctx)
	s.must(err)
	s.breaks("membership", "membership /g")
}

// follow sets a value while caches follow it, and has them hold the last one, or so
// they should.
func follow(s *scene, await bool, wrong ...recipes.Wrong) {
	s.t.Helper()
	v := recipes.NewValue(s.sessions[0], "/v")
	stat, err := v.Set(s.ctx, "0")
	s.must(err)
	cache := recipes.NewCache(s.sessions[1], "/v", wrong...)
	defer cache.Close()
	s.must(cache.Await(s.ctx, "0"))
	for n := 1; n < 5; n++ {
		stat, err = v.Set(s.ctx, fmt.Sprint(n))
		s.must(err)
		if await || n == 1 {
			// Every cache hears of the first change: one that then looks late
			// would find the last value, and keep its promise without a watch.
			s.must(cache.Await(s.ctx, fmt.Sprint(n)))
		}
		cache.Get()
	}
	if !await {
		// The others hear of it, and that takes longer than a cache may.
		other := recipes.NewCache(s.sessions[0], "/v")
		defer other.Close()
		s.must(other.Await(s.ctx, "4"))
		lag, cancel := context.WithTimeout(s.ctx, 50*time.Millisecond)
		defer cancel()
		_ = cache.Await(lag, "4")
		cache.Get()
	}
	s.rec.Done()
	s.rec.Held(1, "/v", "4", stat.Version, stat.Mzxid)
}

func TestCache(t *testing.T) {
	s := play(t, 2)
	follow(s, true)
	s.passes("cache-convergence")
}

func TestACacheThatForgetsToWatch(t *testing.T) {
	s := play(t, 2)
	follow(s, false, recipes.ForgetToWatch)
	s.breaks("cache-convergence", "cache-convergence /v")
}

func TestAcquireGivesUp(t *testing.T) {
	s := play(t, 2)
	a, b := recipes.NewLock(s.sessions[0], "/lock"), recipes.NewLock(s.sessions[1], "/lock")
	_, err := a.Acquire(s.ctx)
	s.must(err)
	if _, err := a.Acquire(s.ctx); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("acquired twice: %v", err)
	}
	short, cancel := context.WithTimeout(s.ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := b.Acquire(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("acquired what is held: %v", err)
	}
	s.must(a.Release(s.ctx))
	if _, err := b.Acquire(s.ctx); err != nil {
		t.Error(err)
	}
	s.must(b.Release(s.ctx))
	s.passes("mutual-exclusion")
}
