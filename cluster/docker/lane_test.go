package docker

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/cluster"
)

// court records verdicts in the order in which they fall.
type court struct {
	mu        sync.Mutex
	delivered []uint32
	discarded []uint32
	some      chan struct{}
}

func (c *court) judge(id uint32, v verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v == deliver {
		c.delivered = append(c.delivered, id)
	} else {
		c.discarded = append(c.discarded, id)
	}
	select {
	case c.some <- struct{}{}:
	default:
	}
}

// wait returns when so many packets were judged.
func (c *court) wait(t testing.TB, n int) {
	t.Helper()
	timeout := time.After(patience)
	for {
		c.mu.Lock()
		got := len(c.delivered) + len(c.discarded)
		c.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-c.some:
		case <-timeout:
			t.Fatalf("%d of %d packets judged in %v", got, n, patience)
		}
	}
}

func newCourt() *court { return &court{some: make(chan struct{}, 1)} }

func draws(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1<<32|2)) }

// Whatever the delays, packets that are delivered come in the order in which
// they were sent, each is judged once, and none before its time.
func TestLaneKeepsOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCourt()
		lane := newLane(draws(rapid.Uint64().Draw(rt, "seed")), c.judge)
		defer lane.close()
		count := rapid.IntRange(1, 50).Draw(rt, "packets")
		now := time.Now()
		for id := range count {
			if rapid.Bool().Draw(rt, "change") {
				lane.set(cluster.Link{
					Delay:  time.Duration(rapid.IntRange(0, 300).Draw(rt, "delay")) * time.Microsecond,
					Jitter: time.Duration(rapid.IntRange(0, 300).Draw(rt, "jitter")) * time.Microsecond,
					Loss:   rapid.SampledFrom([]int{0, million / 2, million}).Draw(rt, "loss"),
				})
			}
			lane.arrive(uint32(id), now)
		}
		c.wait(t, count)
		c.mu.Lock()
		defer c.mu.Unlock()
		if !slices.IsSorted(c.delivered) {
			rt.Fatalf("delivered out of order: %v", c.delivered)
		}
		all := slices.Sorted(slices.Values(append(slices.Clone(c.delivered), c.discarded...)))
		for i, id := range all {
			if int(id) != i {
				rt.Fatalf("judged %v, want each of %d once", all, count)
			}
		}
	})
}

func TestLaneHoldsUntilDue(t *testing.T) {
	c := newCourt()
	lane := newLane(draws(1), c.judge)
	defer lane.close()
	lane.set(cluster.Link{Delay: 20 * time.Millisecond})
	began := time.Now()
	lane.arrive(7, began)
	c.wait(t, 1)
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("delivered after %v", took)
	}
}

func TestLaneSameSeedSameLosses(t *testing.T) {
	losses := func(seed uint64) []uint32 {
		c := newCourt()
		lane := newLane(draws(seed), c.judge)
		defer lane.close()
		lane.set(cluster.Link{Loss: million / 3})
		for id := range uint32(300) {
			lane.arrive(id, time.Now())
		}
		c.wait(t, 300)
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.discarded
	}
	one, again, other := losses(1), losses(1), losses(2)
	if !slices.Equal(one, again) {
		t.Errorf("seed 1 lost %v, then %v", one, again)
	}
	if slices.Equal(one, other) {
		t.Error("seeds 1 and 2 lost the same packets")
	}
	if n := len(one); n < 50 || n > 150 {
		t.Errorf("a third of 300 packets came to %d", n)
	}
}

// A cut loses what is under way, and healing lets the rest through at once.
func TestLaneCutAndHeal(t *testing.T) {
	c := newCourt()
	lane := newLane(draws(1), c.judge)
	defer lane.close()
	lane.set(cluster.Link{Delay: time.Hour})
	lane.arrive(1, time.Now())
	lane.set(cluster.Link{Cut: true})
	lane.arrive(2, time.Now())
	lane.set(cluster.Link{Delay: time.Hour})
	lane.arrive(3, time.Now())
	lane.set(cluster.Link{})
	lane.arrive(4, time.Now())
	c.wait(t, 4)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.discarded, []uint32{1, 2}) || !slices.Equal(c.delivered, []uint32{3, 4}) {
		t.Errorf("discarded %v, delivered %v", c.discarded, c.delivered)
	}
}
