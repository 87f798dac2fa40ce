package tap

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// ops are the requests that are recorded, by what a plan calls them.
var ops = map[wire.Code]string{
	wire.Create: "create", wire.Create2: "create", wire.CreateContainer: "create", wire.CreateTTL: "create",
	wire.Delete: "delete", wire.Exists: "exists", wire.GetData: "get", wire.SetData: "set",
	wire.GetChildren: "children", wire.GetChildren2: "children", wire.Sync: "sync", wire.Multi: "multi", wire.Check: "check",
	wire.AddWatch: runlog.OpAddWatch, wire.RemoveWatches: runlog.OpRemoveWatches,
}

// callEvent is a request as a Call; known is false if it is not recorded.
func callEvent(r *wire.Request) (e runlog.Event, known bool) {
	op, known := ops[r.Code]
	e = runlog.Event{Kind: runlog.Call, Op: op, Path: r.Path, Data: text(r.Data), Version: r.Version, Mode: mode(r)}
	for i := range r.Parts {
		p := &r.Parts[i]
		e.Parts = append(e.Parts, runlog.Part{Op: ops[p.Code], Path: p.Path, Data: text(p.Data), Version: p.Version, Mode: mode(p)})
	}
	return e, known
}

func mode(r *wire.Request) string {
	var words []string
	if r.Ephemeral() {
		words = append(words, "ephemeral")
	}
	if r.Sequential() {
		words = append(words, "sequential")
	}
	switch r.Code {
	case wire.CreateContainer:
		words = append(words, runlog.ContainerMode)
	case wire.CreateTTL:
		words = append(words, runlog.TTLMode)
	}
	if r.Watch {
		words = append(words, runlog.WatchMode)
	}
	if r.Recursive() {
		words = append(words, runlog.Recursive)
	}
	return strings.Join(words, " ")
}

// text is data as a log shows it. Logs are text; what is none becomes a digest,
// which is as good for a check, since it only compares.
func text(data string) string {
	if utf8.ValidString(data) {
		return data
	}
	h := fnv.New64a()
	h.Write([]byte(data))
	return fmt.Sprintf("%d bytes %016x", len(data), h.Sum64())
}

// retEvent is a reply as a Ret.
func retEvent(x *wire.Exchange) runlog.Event {
	r := &x.Reply
	e := runlog.Event{Zxid: uint64(r.Zxid)}
	e.Out, e.Err = outcome(r)
	for i := range r.Parts {
		p := &r.Parts[i]
		part := runlog.Part{Op: ops[p.Code], Path: p.Path, Version: p.Stat.Version}
		if i < len(x.Request.Parts) {
			part.Op = ops[x.Request.Parts[i].Code]
		}
		if p.Code == wire.Error && p.Err != 0 {
			part.Err = zookeeper.Error(p.Err).String()
		}
		e.Parts = append(e.Parts, part)
	}
	if x.Request.Code == wire.RemoveWatches && x.Request.Flags != wire.WatcherAny {
		e.Out = runlog.Unknown // what is left depends on the server's release
	}
	if e.Out != runlog.OK {
		return e
	}
	s := &r.Stat
	e.Data, e.Kids = text(r.Data), slices.Sorted(slices.Values(r.Kids))
	e.Version, e.Cversion, e.Owner = s.Version, s.Cversion, s.Owner
	e.Czxid, e.Mzxid, e.Pzxid = uint64(s.Czxid), uint64(s.Mzxid), uint64(s.Pzxid)
	switch ops[x.Request.Code] {
	case "create":
		e.Path = r.Path
		// A create's Stat is not part of a history: older clients do not ask for it.
		e.Version, e.Cversion, e.Owner, e.Czxid, e.Mzxid, e.Pzxid = 0, 0, 0, 0, 0, 0
	}
	return e
}

func outcome(r *wire.Reply) (out, name string) {
	code := r.Err
	for i := range r.Parts {
		if p := &r.Parts[i]; p.Code == wire.Error && p.Err < wire.APIError && code >= wire.APIError {
			code = p.Err
		}
	}
	err := zookeeper.Error(code)
	switch {
	case code == 0:
		return runlog.OK, ""
	case code > wire.APIError, err == zookeeper.SessionExpired, err == zookeeper.SessionMoved:
		return runlog.Unknown, err.String()
	}
	return runlog.Fail, err.String()
}
