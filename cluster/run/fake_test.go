package run

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// told is an ensemble whose servers say what a test wants them to say.
type told struct {
	mu    sync.Mutex
	says  []cluster.Status
	mute  map[int]bool // servers that answer with an error
	did   []string
	fails map[string]error
	// dying is what happens between the stroke of a kill and its end.
	dying func()
}

var errMute = errors.New("not serving")

func (f *told) Size() int             { return len(f.says) }
func (f *told) ClientAddr(int) string { return "127.0.0.1:1" }
func (f *told) Dir(int) string        { return "" }
func (f *told) Version() string       { return "0" }
func (f *told) Close() error          { return nil }

func (f *told) act(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, what)
	return f.fails[what]
}

func (f *told) Start(_ context.Context, n int) error { return f.act("start " + plan.ServerName(n)) }
func (f *told) Kill(ctx context.Context, n int) error {
	if f.dying != nil {
		cluster.Strike(ctx)
		f.dying()
	}
	return f.act("kill " + plan.ServerName(n))
}
func (f *told) Pause(_ context.Context, n int) error { return f.act("pause " + plan.ServerName(n)) }

func (f *told) Resume(_ context.Context, n int) error { return f.act("resume " + plan.ServerName(n)) }

func (f *told) SetLink(_ context.Context, from, to int, l cluster.Link) error {
	return f.act(plan.ServerName(from) + ">" + plan.ServerName(to) + " " + linkText(l))
}

func (f *told) Status(_ context.Context, n int) (cluster.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mute[n] {
		return cluster.Status{}, errMute
	}
	return f.says[n-1], nil
}

func (f *told) say(n int, mode string, epoch uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.says[n-1] = cluster.Status{Mode: mode, Zxid: epoch<<32 | 7}
}

// kept is a sink that keeps all events.
type kept struct{ events []runlog.Event }

func (k *kept) Put(e *runlog.Event) int64 {
	k.events = append(k.events, *e)
	return int64(len(k.events))
}

func (k *kept) of(kind runlog.Kind) []runlog.Event {
	var found []runlog.Event
	for _, e := range k.events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// three is an ensemble of three that n1 leads in epoch 4.
func three() *told {
	f := &told{says: make([]cluster.Status, 3), mute: map[int]bool{}, fails: map[string]error{}}
	f.say(1, "leader", 4)
	f.say(2, "follower", 4)
	f.say(3, "follower", 4)
	return f
}

// worldOf is a run on f that has asked every server once.
func worldOf(t *testing.T, f *told) (*world, *kept) {
	t.Helper()
	log := &kept{}
	rec := newRecorder(log)
	w := &world{plan: smallPlan(), log: rec, servers: newServers(f, rec), noted: map[*client]int{}, sessions: map[int64]bool{}, writing: make(chan struct{})}
	w.servers.refresh(t.Context())
	return w, log
}

func smallPlan() *plan.Plan {
	return &plan.Plan{
		Scenario: "test", Topology: plan.Topology{
			Servers: 3, Tick: 500 * plan.Millisecond, InitLimit: 10, SyncLimit: 4, SessionTimeout: 4 * plan.Second,
		},
	}
}
