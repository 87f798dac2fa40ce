package counterexample

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// laneOf is the row of a picture that an event belongs to: a client, a server, a
// process of Flink, or what ZooKeeper as a whole holds.
func laneOf(e *runlog.Event) string {
	switch {
	case e.Client > 0:
		return fmt.Sprintf("c%d", e.Client-1)
	case e.Proc != "":
		return e.Proc
	case e.Node > 0:
		return fmt.Sprintf("n%d", e.Node)
	case e.Kind == runlog.Step:
		return "faults"
	case e.Kind == runlog.Output || e.Kind == runlog.Config || e.Kind == runlog.Drained:
		return "job"
	case e.Kind == runlog.Txn && len(e.Servers) > 0:
		return fmt.Sprintf("n%d", e.Servers[0])
	}
	return "zk"
}

// eventText tells an event that is no call: in a sentence, and in a picture's
// words with their class.
func eventText(e *runlog.Event) (long, short, class string) {
	switch {
	case e.Kind.OfFlink():
		return flinkText(e)
	case e.Kind == runlog.Txn || e.Kind == runlog.Final || e.Kind == runlog.Tree:
		return contentsText(e)
	}
	return faultText(e)
}

// faultText tells what was done to servers, processes and links, and how they
// fared.
func faultText(e *runlog.Event) (long, short, class string) {
	who := cmp.Or(laneOf(e), "a server")
	switch e.Kind {
	case runlog.Step:
		return fmt.Sprintf("The plan's step %d: %s%s.", e.Num, e.Text, affected(e)), e.Text, "server"
	case runlog.Crash:
		if e.Text != "" {
			return fmt.Sprintf("%s ends by itself: %s.", who, strings.TrimSuffix(e.Text, ".")), "ends: " + e.Text, "server"
		}
		return who + " crashes.", "crashes", "server"
	case runlog.Start:
		return who + " starts.", "starts", "server"
	case runlog.Pause:
		return who + " is stopped in its tracks.", "paused", "server"
	case runlog.Resume:
		if e.Proc == "" {
			return who + " goes on.", "goes on", "server"
		}
		return who + " goes on, and believes what it did before.", "goes on", "server"
	case runlog.LinkState:
		to := e.With
		if e.Peer > 0 {
			to = fmt.Sprintf("n%d", e.Peer)
		}
		if e.Text == "up" {
			return fmt.Sprintf("What %s sends to %s arrives again.", who, to), "to " + to + ": up", "server"
		}
		return fmt.Sprintf("What %s sends to %s is %s from now on.", who, to, strings.Replace(e.Text, "cut", "lost", 1)), "to " + to + ": " + e.Text, "server"
	case runlog.Ready:
		return fmt.Sprintf("The ensemble is healthy: n%d leads epoch %d and all others follow.", e.Node, e.Epoch), "healthy", "server"
	case runlog.Role:
		return roleText(e)
	case runlog.Threw:
		return fmt.Sprintf("%s is thrown out of its course: %s.", who, strings.TrimSuffix(e.Text, ".")), "thrown out", "refused"
	}
	return fmt.Sprintf("%s: %v %s.", who, e.Kind, e.Text), e.Kind.String(), "server"
}

func roleText(e *runlog.Event) (long, short, class string) {
	switch e.Text {
	case "looking":
		return fmt.Sprintf("n%d looks for a leader.", e.Node), "looks", "server"
	case "leading":
		return fmt.Sprintf("n%d has won the election.", e.Node), "won", "server"
	case "following":
		return fmt.Sprintf("n%d begins to follow a leader.", e.Node), "follows", "server"
	}
	return fmt.Sprintf("n%d begins to serve in epoch %d, %s.", e.Node, e.Epoch, e.Msg), "serves", "server"
}

// affected are the servers and processes that a step was resolved to, where its
// text does not say.
func affected(e *runlog.Event) string {
	var names []string
	for _, n := range e.Servers {
		names = append(names, plan.ServerName(n))
	}
	for name := range strings.SplitSeq(e.With, ",") {
		if name != "" {
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool {
		return slices.Contains(strings.FieldsFunc(e.Text, func(r rune) bool { return r == ' ' || r == ',' }), n)
	})
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// contentsText tells what servers have in their trees and logs.
func contentsText(e *runlog.Event) (long, short, class string) {
	switch e.Kind {
	case runlog.Final:
		return fmt.Sprintf("At the end, after a sync, %s on n%d is %q, version %d.", e.Path, e.Node, e.Data, e.Version), fmt.Sprintf("%s is %q", e.Path, e.Data), "final"
	case runlog.Tree:
		return fmt.Sprintf("That is all that counts here on n%d, as of transaction %s.", e.Node, zxidText(e.Zxid)), "read to the end", "final"
	}
	var names []string
	for _, n := range e.Servers {
		names = append(names, plan.ServerName(n))
	}
	have := " have"
	if len(names) == 1 {
		have = " has"
	}
	what := e.Op
	if e.Path != "" {
		what += " " + e.Path
	}
	if e.Op == "create" || e.Op == "set" {
		what += fmt.Sprintf(" with %q", e.Data)
	}
	if len(e.Parts) > 0 {
		what = partsDone(e.Parts)
	}
	return fmt.Sprintf("In the transaction log, %s%s as transaction %s of session %#x: %s.", strings.Join(names, ", "), have, zxidText(e.Zxid), uint64(e.Session), what),
		zxidText(e.Zxid) + " " + what, "server"
}

func partsDone(parts []runlog.Part) string {
	var list []string
	for _, p := range parts {
		list = append(list, strings.TrimSpace(p.Op+" "+p.Path))
	}
	return strings.Join(list, " and ")
}

// flinkText tells what a Flink cluster does.
func flinkText(e *runlog.Event) (long, short, class string) {
	switch e.Kind {
	case runlog.Grant:
		return fmt.Sprintf("%s becomes the leader, by its own word, with the fencing token %s.", e.Proc, e.Token), "leads with " + e.Token, "write"
	case runlog.Revoke:
		return e.Proc + " leads no longer, by its own word.", "leads no longer", "server"
	case runlog.LeaderInfo:
		if e.Token == "" {
			return fmt.Sprintf("ZooKeeper no longer says who leads the %s.", component(e.Path)), e.Path + ": nobody", "read"
		}
		return fmt.Sprintf("ZooKeeper says that %s leads the %s, with the token %s; session %#x wrote that.", cmp.Or(e.Data, "somebody"), component(e.Path), e.Token, uint64(e.Owner)),
			fmt.Sprintf("%s: %s, %s", e.Path, e.Data, e.Token), "read"
	case runlog.Latch:
		return latchText(e)
	case runlog.JobState:
		return fmt.Sprintf("%s says that the job is %s.", e.Proc, e.Text), "job " + e.Text, "server"
	case runlog.Checkpoint:
		return checkpointText(e)
	case runlog.Pointer:
		state := map[string]string{
			runlog.Present: "is there", runlog.Missing: "is gone", runlog.Marked: "does not matter, as the pointer is about to be deleted",
		}[e.Text]
		if e.Ckpt == 0 {
			return fmt.Sprintf("ZooKeeper points to the job as it was submitted, and what it points to%s %s (as of transaction %s).", before(" ", e.Data), state, zxidText(e.Zxid)),
				"pointer to the job: " + e.Text, "read"
		}
		return fmt.Sprintf("ZooKeeper points to checkpoint %d, whose state%s %s (as of transaction %s).", e.Ckpt, before(" ", e.Data), state, zxidText(e.Zxid)),
			fmt.Sprintf("pointer to %d: state %s", e.Ckpt, e.Text), "read"
	case runlog.Tasks:
		if e.Num == 0 {
			return e.Proc + " has stopped its tasks.", "no tasks", "server"
		}
		return fmt.Sprintf("%s runs %s of the leader with the token %s.", e.Proc, count(e.Num, "task"), e.Token), "tasks of " + e.Token, "write"
	case runlog.Counter:
		return fmt.Sprintf("In ZooKeeper the counter says that the next checkpoint has the number %d (as of transaction %s).", e.Num, zxidText(e.Zxid)),
			fmt.Sprintf("counter %d", e.Num), "read"
	case runlog.Output:
		by := ""
		if e.Token != "" {
			by = fmt.Sprintf(" by a task that was started under the token %s (start %d)", e.Token, e.Attempt)
		}
		if e.Czxid != 0 {
			by += ", in transaction " + zxidText(e.Czxid)
		}
		return fmt.Sprintf("The output has %q, record %d of %s, put there with checkpoint %d%s.", e.Data, e.Num, e.Path, e.Ckpt, by), fmt.Sprintf("output %q, checkpoint %d", e.Data, e.Ckpt), "final"
	case runlog.Config:
		return fmt.Sprintf("The job puts out the configuration %q, version %d, with checkpoint %d.", e.Data, e.Version, e.Ckpt), fmt.Sprintf("config %q v%d", e.Data, e.Version), "final"
	case runlog.Window:
		return fmt.Sprintf("The job adds up window %d of %s to %s, put out with checkpoint %d (start %d of its tasks).", e.Num, e.Path, e.Data, e.Ckpt, e.Attempt),
			fmt.Sprintf("window %d: %s", e.Num, e.Data), "final"
	case runlog.Alert:
		return fmt.Sprintf("The job says that with window %d of %s the alert is %s.", e.Num, e.Path, e.Text), fmt.Sprintf("alert %s, window %d", e.Text, e.Num), "final"
	case runlog.Arrived:
		return fmt.Sprintf("ZooKeeper holds the znode by which %s has arrived at round %d of the barrier with checkpoint %d; transaction %s made it.", runlog.PartyText(e.Path), e.Num, e.Ckpt, zxidText(e.Czxid)),
			fmt.Sprintf("arrived at %d", e.Num), "read"
	case runlog.Passed:
		by := ""
		if e.Czxid != 0 {
			by = ", by transaction " + zxidText(e.Czxid)
		}
		return fmt.Sprintf("The output says that %s has passed round %d of the barrier, put there with checkpoint %d%s.", runlog.PartyText(e.Path), e.Num, e.Ckpt, by),
			fmt.Sprintf("passed %d, checkpoint %d", e.Num, e.Ckpt), "final"
	case runlog.Exit:
		return fmt.Sprintf("%s has done its work, and ends with the exit code 0.", e.Proc), "ends, done", "server"
	case runlog.Watches:
		return fmt.Sprintf("n%d holds %s.", e.Node, watchCount(e.Num)), watchCount(e.Num), "read"
	}
	return "The clients have stopped; the job has read all there is, and has completed a checkpoint after that.", "read all", "final"
}

func watchCount(n int) string {
	if n == 1 {
		return "1 watch"
	}
	return fmt.Sprintf("%d watches", n)
}

// component is a component of Flink for people.
func component(path string) string {
	if strings.HasPrefix(path, "job-") {
		return "job"
	}
	return strings.ReplaceAll(path, "_", " ")
}

func latchText(e *runlog.Event) (long, short, class string) {
	if len(e.Parts) == 0 {
		return "In ZooKeeper's election there is no candidate.", "no candidate", "read"
	}
	var list []string
	for _, p := range e.Parts {
		list = append(list, "session "+p.Data)
	}
	return "In ZooKeeper's election the candidates are, the first as leader: " + strings.Join(list, ", ") + ".", count(len(list), "candidate"), "read"
}

func checkpointText(e *runlog.Event) (long, short, class string) {
	what := fmt.Sprintf("checkpoint %d", e.Ckpt)
	if e.Mode == runlog.SavepointMode {
		what = fmt.Sprintf("savepoint %d", e.Ckpt)
	}
	short = fmt.Sprintf("%s %s", what, e.Text)
	switch e.Text {
	case runlog.Triggered:
		return fmt.Sprintf("%s asks the tasks for %s.", e.Proc, what), short, "write"
	case runlog.Completed:
		return fmt.Sprintf("%s has %s complete, and written down in ZooKeeper.", e.Proc, what), short, "write"
	case runlog.Subsumed:
		return fmt.Sprintf("%s takes %s out of ZooKeeper, as there are newer ones.", e.Proc, what), short, "server"
	case runlog.Discarded:
		return fmt.Sprintf("%s deletes the state of %s.", e.Proc, what), short, "server"
	case runlog.Declined:
		return fmt.Sprintf("%s gives %s up.", e.Proc, what), short, "refused"
	}
	if e.Ckpt == 0 {
		return e.Proc + " starts the job's tasks from the beginning.", "starts from the beginning", "server"
	}
	return fmt.Sprintf("%s starts the job's tasks from %s.", e.Proc, what), "starts from " + what, "server"
}

// bundle tells what many events come to in one sentence.
func (t *teller) bundle(first *runlog.Event, places []int) {
	last := &t.s.run.Events[places[len(places)-1]]
	if first.Kind == runlog.Latch {
		t.say(places[0], "From now to %s the candidates in ZooKeeper's election change %d times.", clock(last.T), len(places))
		t.span(laneOf(first), first.T, last.T, false, "read", "candidates changed %d times", len(places))
		return
	}
	if first.Kind == runlog.LeaderInfo {
		tokens := map[string]bool{}
		var names []string
		for _, i := range places {
			if e := &t.s.run.Events[i]; e.Token != "" && !tokens[e.Token] {
				tokens[e.Token] = true
				names = append(names, e.Token)
			}
		}
		t.say(places[0], "From now to %s ZooKeeper's word on who leads the %s is changed %d times, with the tokens %s.",
			clock(last.T), component(first.Path), len(places), strings.Join(names, ", "))
		t.span(laneOf(first), first.T, last.T, false, "read", "%s changed %d times", first.Path, len(places))
		return
	}
	done := 0
	for _, i := range places {
		for op := range t.s.run.History {
			if o := &t.s.run.History[op]; callOf(o) == i && o.Out == runlog.OK {
				done++
			}
		}
	}
	t.say(places[0], "From now to %s clients add to %s %d times; of these %d are told that it was done.", clock(last.T), first.Path, len(places), done)
	t.span("clients", first.T, last.T, false, "write", "%d additions, %d acknowledged", len(places), done)
}

// promiseOf says what the promise of a signature is for: by its first two words,
// or else its first.
func promiseOf(signature string) string {
	words := strings.Fields(signature)
	if len(words) > 1 {
		if text := promises[words[0]+" "+words[1]]; text != "" {
			return text
		}
	}
	if len(words) > 0 && promises[words[0]] != "" {
		return promises[words[0]]
	}
	return "That breaks the promise " + signature + "."
}

// before puts one text before another, if there is another.
func before(first, text string) string {
	if text == "" {
		return ""
	}
	return first + text
}
