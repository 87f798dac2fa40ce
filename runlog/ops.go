package runlog

// ops are the operations that a Call may name: ZooKeeper's own, and those of
// recipes.
var ops = func() map[string]bool {
	known := map[string]bool{}
	for _, op := range []string{
		"get", "set", "create", "delete", "exists", "children", "sync", "check", "multi", OpAddWatch, OpRemoveWatches,
		OpAcquire, OpRelease, OpUse, OpEnqueue, OpDequeue, OpElect, OpResign, OpEnter, OpLeave, OpJoin, OpPart, OpMembers, OpAdd, OpRead, OpCached,
	} {
		known[op] = true
	}
	return known
}()

// KnownOp says whether a Call may name the operation. Readers let others pass,
// so that logs of later versions can be read; no check judges them.
func KnownOp(op string) bool { return ops[op] }
