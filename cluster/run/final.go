package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// visit opens a session of the harness's own with server n alone.
func (w *world) visit(ctx context.Context, n int) (*zk.Conn, error) {
	timeout := time.Duration(w.plan.Topology.SessionTimeout)
	in := make(chan struct{}, 1)
	g := newGate(timeout, 1)
	conn, _, err := zk.Connect(w.addrs, timeout,
		zk.WithHostProvider(&hosts{addrs: w.addrs[n-1 : n]}), zk.WithDialer(g.dial), zk.WithLogger(quiet{}), zk.WithLogInfo(false),
		zk.WithEventCallback(func(ev zk.Event) {
			if ev.State != zk.StateHasSession {
				return
			}
			select {
			case in <- struct{}{}:
			default:
			}
		}))
	if err != nil {
		return nil, err
	}
	select {
	case <-in:
		return conn, nil
	case <-ctx.Done():
		g.sever()
		go conn.Close() // takes a second when there is nobody to take leave of
		return nil, fmt.Errorf("n%d gave no session: %w", n, ctx.Err())
	}
}

// finalLimit bounds all the final reads together.
const finalLimit = 60 * time.Second

// finalReads reads every znode on every server and logs them. A client's close
// may have been lost, so it waits for the ephemerals of the clients to go for
// as long as their sessions can live; what is left then is shown as it is.
func (w *world) finalReads(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	orphans := time.Now().Add(2 * time.Duration(w.plan.Topology.SessionTimeout))
	for {
		trees, err := w.readAll(ctx)
		waits := err != nil || w.ownedByClients(trees) && time.Now().Before(orphans)
		if waits && pause(ctx, 200*time.Millisecond, nil) {
			continue
		}
		if err != nil {
			return unfinished{"the final reads did not come to an end: " + err.Error()}
		}
		w.logTrees(trees)
		return w.logTransactions()
	}
}

// readAll reads the trees of all servers, by number from 0. All sessions open
// before the first read and close after the last, so that none of them is a
// transaction in between.
func (w *world) readAll(ctx context.Context) ([][]runlog.Event, error) {
	var conns []*zk.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for n := 1; n <= w.plan.Topology.Servers; n++ {
		c, err := w.visit(ctx, n)
		if err != nil {
			return nil, err
		}
		conns = append(conns, c)
	}
	trees := make([][]runlog.Event, len(conns))
	for i, c := range conns {
		// The server answers a sync when it has applied all that its leader had
		// committed, so also the writes of every client.
		if _, err := c.Sync("/"); err != nil {
			return nil, fmt.Errorf("sync on n%d: %w", i+1, err)
		}
		tree, err := readTree(ctx, c, "/", nil)
		if err != nil {
			return nil, fmt.Errorf("n%d: %w", i+1, err)
		}
		slices.SortFunc(tree, func(a, b runlog.Event) int { return strings.Compare(a.Path, b.Path) })
		status, err := w.servers.ensemble.Status(ctx, i+1)
		if err != nil {
			return nil, fmt.Errorf("n%d: %w", i+1, err)
		}
		trees[i] = append(tree, runlog.Event{Kind: runlog.Tree, Num: len(tree), Zxid: status.Zxid})
	}
	return trees, nil
}

// readTree appends a Final event for each znode below path, which is not among
// them, and leaves out ZooKeeper's own and Flink's.
func readTree(ctx context.Context, c *zk.Conn, path string, tree []runlog.Event) ([]runlog.Event, error) {
	kids, _, err := c.Children(path)
	if errors.Is(err, zk.ErrNoNode) && path != "/" {
		return tree, nil // an ephemeral that went since its parent was read
	}
	if err != nil {
		return nil, fmt.Errorf("children %s: %w", path, err)
	}
	for _, kid := range kids {
		below := strings.TrimSuffix(path, "/") + "/" + kid
		if below == "/zookeeper" || plan.FlinkPath(below) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, st, err := c.Get(below)
		if errors.Is(err, zk.ErrNoNode) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("get %s: %w", below, err)
		}
		tree = append(tree, runlog.Event{
			Kind: runlog.Final, Path: below, Data: string(data), Version: st.Version, Cversion: st.Cversion,
			Czxid: uint64(st.Czxid), Mzxid: uint64(st.Mzxid), Pzxid: uint64(st.Pzxid), Owner: st.EphemeralOwner,
		})
		if tree, err = readTree(ctx, c, below, tree); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

func (w *world) ownedByClients(trees [][]runlog.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, tree := range trees {
		for _, e := range tree {
			if e.Owner != 0 && w.sessions[e.Owner] {
				return true
			}
		}
	}
	return false
}

func (w *world) logTrees(trees [][]runlog.Event) {
	for i, tree := range trees {
		for _, e := range tree {
			e.Node = i + 1
			w.log.put(e)
		}
	}
}
