package meter

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// until waits for the flag, which a broken meter would never raise.
func until(t *testing.T, m *Meter, step func()) {
	t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for !m.Stopped() {
		if step(); time.Now().After(limit) {
			t.Fatal("the meter does not stop the search")
		}
	}
}

func TestTimeIsBounded(t *testing.T) {
	m := Start(Budget{Time: time.Millisecond, Memory: 1 << 40})
	defer m.Close()
	until(t, m, runtime.Gosched)
	if !strings.HasPrefix(m.Reason(), "time: ") {
		t.Errorf("stopped for %q, want for time", m.Reason())
	}
}

func TestMemoryIsBoundedAndPeaks(t *testing.T) {
	const bound = 8 << 20
	m := Start(Budget{Time: time.Hour, Memory: bound})
	var hold [][]byte
	until(t, m, func() {
		if len(hold) < 1<<10 {
			hold = append(hold, make([]byte, 64<<10))
		}
	})
	if !strings.HasPrefix(m.Reason(), "memory: ") {
		t.Errorf("stopped for %q, want for memory", m.Reason())
	}
	m.Close()
	if m.Peak() < bound {
		t.Errorf("peak of %d bytes, though %d were held", m.Peak(), len(hold)*64<<10)
	}
	runtime.KeepAlive(hold)
}

func TestWatchNeverStops(t *testing.T) {
	m := Watch()
	hold := make([]byte, 32<<20)
	m.Close()
	if m.Stopped() || m.Reason() != "" {
		t.Errorf("stopped: %q", m.Reason())
	}
	if m.Peak() < uint64(len(hold)) {
		t.Errorf("peak of %d bytes, though %d were held", m.Peak(), len(hold))
	}
	runtime.KeepAlive(hold)
}
