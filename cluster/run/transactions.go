package run

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// record is a transaction, and the servers that have it in their logs.
type record struct {
	wire.Transaction
	servers []int
}

// logTransactions logs what the servers have written down: a witness of what
// was done and in which order that depends on no answer. They still run, so
// what they write meanwhile may be missing at the end; no client's call is.
func (w *world) logTransactions() error {
	var all []*record
	for n := 1; n <= w.plan.Topology.Servers; n++ {
		var err error
		if all, err = readTransactions(all, w.servers.ensemble.Dir(n), n); err != nil {
			return err
		}
	}
	// What differs under one zxid stays apart, in the order of the servers.
	slices.SortStableFunc(all, func(a, b *record) int { return cmp.Compare(a.Zxid, b.Zxid) })
	for i := 0; i < len(all); {
		first := i
		for ; i < len(all) && all[i].Zxid == all[first].Zxid; i++ {
			same := slices.IndexFunc(all[first:i], all[i].equals)
			if same >= 0 {
				all[first+same].servers = append(all[first+same].servers, all[i].servers...)
				all[i].servers = nil
			}
		}
		for _, r := range all[first:i] {
			if r.servers != nil {
				w.log.put(r.event())
			}
		}
	}
	return nil
}

// equals: of the same bytes, or of the same meaning. A leader may write a
// refused multi after it has applied it, which overwrites the kinds of the parts
// before the one to blame (seen on 3.9.5).
func (r *record) equals(o *record) bool {
	return r.Sum == o.Sum || r.refused() && o.refused() && r.Session == o.Session && r.Cxid == o.Cxid
}

func (r *record) refused() bool {
	return r.Code == wire.Error || slices.ContainsFunc(r.Parts, func(p wire.Transaction) bool { return p.Code == wire.Error })
}

// readTransactions appends those in the logs of server n, whose folder is dir.
func readTransactions(all []*record, dir string, n int) ([]*record, error) {
	names, err := filepath.Glob(filepath.Join(dir, "data", "version-2", "log.*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("the transaction log of n%d: %w", n, err)
		}
		err = wire.ReadLog(f, func(t *wire.Transaction) error {
			all = append(all, &record{*t, []int{n}})
			return nil
		})
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("the transaction log %s of n%d: %w", name, n, err)
		}
	}
	return all, nil
}

func (r *record) event() runlog.Event {
	e := runlog.Event{
		Kind: runlog.Txn, Zxid: uint64(r.Zxid), Session: r.Session, Num: int(r.Cxid), Op: opName(r.Code),
		Path: r.Path, Data: r.Data, Version: r.Version, Kids: r.Gone, Servers: r.servers,
	}
	if r.refused() {
		e.Op, e.Err = opName(wire.Error), zookeeper.Error(r.cause()).String()
		return e
	}
	e.Mode = modeOf(&r.Transaction)
	for i := range r.Parts {
		p := &r.Parts[i]
		e.Parts = append(e.Parts, runlog.Part{Op: opName(p.Code), Path: p.Path, Data: p.Data, Version: p.Version, Mode: modeOf(p)})
	}
	return e
}

// cause is the error of the part to blame: the others have codes above those of
// the API's errors.
func (r *record) cause() int32 {
	for i := range r.Parts {
		if p := &r.Parts[i]; p.Code == wire.Error && p.Err <= wire.APIError {
			return p.Err
		}
	}
	return r.Err
}

func modeOf(t *wire.Transaction) string {
	if t.Ephemeral {
		return "ephemeral"
	}
	return ""
}

// opName is what a plan calls the operation, or else ZooKeeper's own word.
func opName(c wire.Code) string {
	switch c {
	case wire.Create, wire.Create2:
		return "create"
	case wire.SetData:
		return "set"
	}
	return c.String()
}
