package counterexample

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// recipeAsks says what a client does with a lock, a queue and the like, as the
// rest of a sentence; "" if o is no such operation.
func recipeAsks(o *runlog.Operation) string {
	switch o.Op {
	case runlog.OpAcquire:
		return "asks for the lock " + o.Path
	case runlog.OpRelease:
		return "gives the lock " + o.Path + " up"
	case runlog.OpUse:
		return "sends a request to what the lock " + o.Path + " guards"
	case runlog.OpEnqueue:
		return fmt.Sprintf("puts %q into the queue %s", o.Data, o.Path)
	case runlog.OpDequeue:
		return "takes from the queue " + o.Path
	case runlog.OpElect:
		return "stands for leader at " + o.Path
	case runlog.OpResign:
		return "gives its leadership at " + o.Path + " up"
	case runlog.OpEnter:
		return fmt.Sprintf("comes to the barrier %s, as one of %d", o.Path, o.Version)
	case runlog.OpLeave:
		return "has finished, and wants to leave the barrier " + o.Path
	case runlog.OpJoin:
		return fmt.Sprintf("joins the group %s as %q", o.Path, o.Data)
	case runlog.OpPart:
		return fmt.Sprintf("leaves the group %s as %q", o.Path, o.Data)
	case runlog.OpMembers:
		return "asks who is in the group " + o.Path
	case runlog.OpAdd:
		return "adds 1 to the counter " + o.Path
	case runlog.OpRead:
		return "reads the counter " + o.Path
	case runlog.OpCached:
		return "looks at its cache of " + o.Path
	}
	return ""
}

// recipeWish says what a client asked for, after "asked to"; "" if o is no such
// operation.
func recipeWish(o *runlog.Operation) string {
	switch o.Op {
	case runlog.OpAcquire:
		return "hold the lock " + o.Path
	case runlog.OpElect:
		return "lead at " + o.Path
	case runlog.OpEnter:
		return "enter the barrier " + o.Path
	case runlog.OpLeave:
		return "leave the barrier " + o.Path
	case runlog.OpMembers:
		return "see who is in the group " + o.Path
	case runlog.OpCached:
		return "see its cache of " + o.Path
	}
	verb, rest, _ := strings.Cut(recipeAsks(o), " ")
	return strings.TrimSpace(strings.TrimSuffix(verb, "s") + " " + rest)
}

// recipeAnswers says what came of it, as the rest of a sentence; "" if o is no such
// operation, or was refused in no way of its own.
func recipeAnswers(o *runlog.Operation) string {
	r := &o.Result
	if o.Out == runlog.Fail {
		switch {
		case o.Op == runlog.OpDequeue && r.Err == runlog.Empty:
			return "finds it empty."
		case o.Op == runlog.OpCached && r.Err == "NoNode":
			return "finds nothing in it."
		case o.Op == runlog.OpRelease, o.Op == runlog.OpResign, o.Op == runlog.OpPart:
			return "is told that it had lost it before."
		}
		return ""
	}
	token := ""
	if r.Czxid != 0 {
		token = fmt.Sprintf(", with the fencing token %s", zxidText(r.Czxid))
	}
	switch o.Op {
	case runlog.OpAcquire:
		return "holds it now" + token + "."
	case runlog.OpElect:
		return "leads now" + token + "."
	case runlog.OpUse:
		return "it is taken" + token + "."
	case runlog.OpDequeue:
		return fmt.Sprintf("gets %q.", r.Data)
	case runlog.OpEnter, runlog.OpLeave:
		return "passes."
	case runlog.OpMembers:
		if len(r.Kids) == 0 {
			return "is shown nobody."
		}
		return "is shown " + strings.Join(r.Kids, ", ") + "."
	case runlog.OpAdd:
		if r.Data == "" {
			return "is told: done."
		}
		return fmt.Sprintf("is told: done, the sum is %s.", r.Data)
	case runlog.OpRead:
		return fmt.Sprintf("is shown %s.", r.Data)
	case runlog.OpCached:
		return fmt.Sprintf("finds %q, as of transaction %s.", r.Data, zxidText(r.Mzxid))
	case runlog.OpRelease, runlog.OpResign, runlog.OpEnqueue, runlog.OpJoin, runlog.OpPart:
		return "is told: done."
	}
	return ""
}
