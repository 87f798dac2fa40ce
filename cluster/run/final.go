package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
	errs := make([]error, len(conns))
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() { trees[i], errs[i] = w.readOne(ctx, i+1, c) })
	}
	all.Wait()
	return trees, cmp.Or(errs...)
}

// readOne reads the tree of server n.
func (w *world) readOne(ctx context.Context, n int, c *zk.Conn) ([]runlog.Event, error) {
	// The server answers a sync when it has applied all that its leader had
	// committed, so also the writes of every client.
	if _, err := c.Sync("/"); err != nil {
		return nil, fmt.Errorf("sync on n%d: %w", n, err)
	}
	tree, err := readTree(ctx, c, "/")
	if err != nil {
		return nil, fmt.Errorf("n%d: %w", n, err)
	}
	slices.SortFunc(tree, func(a, b runlog.Event) int { return strings.Compare(a.Path, b.Path) })
	status, err := w.servers.ensemble.Status(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("n%d: %w", n, err)
	}
	return append(tree, runlog.Event{Kind: runlog.Tree, Num: len(tree), Zxid: status.Zxid}), nil
}

// readsAtOnce is how many reads of one directory are on their way at a time.
const readsAtOnce = 16

// readTree gives a Final event for each znode below path, which is not among
// them, and leaves out ZooKeeper's own and Flink's.
func readTree(ctx context.Context, c *zk.Conn, path string) ([]runlog.Event, error) {
	kids, _, err := c.Children(path)
	if errors.Is(err, zk.ErrNoNode) && path != "/" {
		return nil, nil // an ephemeral that went since its parent was read
	}
	if err != nil {
		return nil, fmt.Errorf("children %s: %w", path, err)
	}
	below := make([][]runlog.Event, len(kids))
	errs := make([]error, len(kids))
	turns := make(chan struct{}, readsAtOnce)
	var all sync.WaitGroup
	for i, kid := range kids {
		kid = strings.TrimSuffix(path, "/") + "/" + kid
		if kid == "/zookeeper" || plan.FlinkPath(kid) {
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			below[i], errs[i] = readNode(ctx, c, kid)
			<-turns
		})
	}
	all.Wait()
	return slices.Concat(below...), cmp.Or(errs...)
}

// readNode gives the Final events of a znode and of what is below it.
func readNode(ctx context.Context, c *zk.Conn, path string) ([]runlog.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, st, err := c.Get(path)
	if errors.Is(err, zk.ErrNoNode) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", path, err)
	}
	node := runlog.Event{
		Kind: runlog.Final, Path: path, Data: string(data), Version: st.Version, Cversion: st.Cversion,
		Czxid: uint64(st.Czxid), Mzxid: uint64(st.Mzxid), Pzxid: uint64(st.Pzxid), Owner: st.EphemeralOwner,
	}
	if st.NumChildren == 0 {
		return []runlog.Event{node}, nil
	}
	tree, err := readTree(ctx, c, path)
	return append([]runlog.Event{node}, tree...), err
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
