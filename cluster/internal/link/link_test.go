package link

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
)

func TestLossStalls(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	if d := stall(draws, 0, 1<<20); d != 0 {
		t.Errorf("no loss stalls %v", d)
	}
	var lost int
	const rounds = 20_000
	for range rounds {
		if d := stall(draws, 0.1, segment); d >= retransmit {
			lost++
		} else if d != 0 {
			t.Fatalf("a stall of %v, less than a retransmission", d)
		}
	}
	if lost < rounds/12 || lost > rounds/8 {
		t.Errorf("%d of %d pieces lost at 10 %%", lost, rounds)
	}
}

func TestSameSeedSameDraws(t *testing.T) {
	draw := func(seed uint64, from, to int) (ds [20]time.Duration) {
		l := New(seed, from, to)
		l.Set(cluster.Link{Jitter: time.Second, Loss: 100_000})
		for i := range ds {
			ds[i] = l.Wait(3000)
		}
		return ds
	}
	first, again := draw(1, 1, 2), draw(1, 1, 2)
	if first != again {
		t.Error("the same seed and link gave other draws")
	}
	if first == draw(2, 1, 2) || first == draw(1, 2, 1) {
		t.Error("another seed or link gave the same draws")
	}
}
