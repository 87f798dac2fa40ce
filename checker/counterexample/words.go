package counterexample

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// asks says what a client does, as the rest of a sentence that begins with its
// name.
func asks(o *runlog.Operation, paths map[string]bool) string {
	on := through(o)
	if text := recipeAsks(o); text != "" {
		return text
	}
	switch o.Op {
	case "get":
		return fmt.Sprintf("reads %s%s", o.Path, strings.Replace(on, " through", " from", 1))
	case "exists":
		return fmt.Sprintf("asks%s whether %s exists", strings.Replace(on, " through", "", 1), o.Path)
	case "children":
		return fmt.Sprintf("lists the children of %s%s", o.Path, strings.Replace(on, " through", " from", 1))
	case "sync":
		return "calls sync" + on
	case "set":
		return fmt.Sprintf("sets %s to %q%s%s", o.Path, o.Data, guarded(o.Version), on)
	case "create":
		return fmt.Sprintf("creates %s%s%s%s", kindOf(o.Mode), o.Path, holding(o.Data), on)
	case "delete":
		return fmt.Sprintf("deletes %s%s%s", o.Path, guarded(o.Version), on)
	}
	return fmt.Sprintf("does as one transaction%s: %s", on, partsText(o, paths))
}

// wish is what a client asked for, after "asked to".
func wish(o *runlog.Operation, paths map[string]bool) string {
	if text := recipeWish(o); text != "" {
		return text
	}
	switch o.Op {
	case "get":
		return "read " + o.Path
	case "exists":
		return "see " + o.Path
	case "children":
		return "list " + o.Path
	case "sync":
		return "sync"
	case "multi":
		return partsText(o, paths)
	}
	text := o.Op + " " + o.Path
	if o.Op == "set" {
		text += fmt.Sprintf(" to %q", o.Data)
	}
	return text
}

// answers says what a client was told, as the rest of a sentence.
func (t *teller) answers(o *runlog.Operation) string {
	r := &o.Result
	if text := recipeAnswers(o); text != "" {
		return text
	}
	if o.Out == runlog.Fail {
		return "is refused: " + strings.TrimSuffix(refusal(o), ".") + t.asOf(o) + "."
	}
	switch o.Op {
	case "get":
		return fmt.Sprintf("is shown %q, version %d%s.", r.Data, r.Version, t.asOf(o))
	case "exists":
		if r.Version < 0 {
			return "is told no" + t.asOf(o) + "."
		}
		return fmt.Sprintf("is told yes, version %d%s.", r.Version, t.asOf(o))
	case "children":
		var kids []string
		for _, kid := range r.Kids {
			if t.paths[strings.TrimSuffix(o.Path, "/")+"/"+kid] {
				kids = append(kids, kid)
			}
		}
		if len(kids) == 0 {
			return fmt.Sprintf("is shown %d names, none of those that matter here%s.", len(r.Kids), t.asOf(o))
		}
		return fmt.Sprintf("is shown %d names, among them %s%s.", len(r.Kids), strings.Join(kids, ", "), t.asOf(o))
	case "set":
		if r.Version > 0 {
			return fmt.Sprintf("is told: done, version %d%s.", r.Version, t.zxid(o))
		}
	case "create":
		if strings.Contains(o.Mode, "sequential") {
			return fmt.Sprintf("is told: done, its name is %s%s.", r.Path, t.zxid(o))
		}
	case "multi":
		var made []string
		for i, p := range r.Parts {
			if path := pathsOf(o)[i]; t.paths[path] && p.Op == "set" && p.Version > 0 {
				made = append(made, fmt.Sprintf("%s has version %d", path, p.Version))
			}
		}
		if len(made) > 0 {
			return fmt.Sprintf("is told: done, %s%s.", strings.Join(made, ", "), t.zxid(o))
		}
	}
	return fmt.Sprintf("is told: done%s.", t.zxid(o))
}

// zxid shows the number of the transaction, as epoch and counter.
func (t *teller) zxid(o *runlog.Operation) string {
	if o.Result.Zxid == 0 {
		return ""
	}
	return fmt.Sprintf(", transaction %s", zxidText(o.Result.Zxid))
}

// byNumber are the checks that hold answers to the numbers of transactions.
var byNumber = map[string]bool{
	"session-fifo": true, "sequential": true, "prefix-reads": true, "replay": true, "write-order": true, "unique-zxids": true,
	"durable-zxids": true, "session-ends": true, "watches": true, "witness": true,
}

// asOf shows which state an answer was of, where that matters.
func (t *teller) asOf(o *runlog.Operation) string {
	if o.Result.Zxid == 0 || !byNumber[t.check] {
		return ""
	}
	return fmt.Sprintf(", as of transaction %s", zxidText(o.Result.Zxid))
}

func refusal(o *runlog.Operation) string {
	err := o.Result.Err
	for _, p := range o.Result.Parts {
		if p.Err != "" && p.Err != "ok" && p.Err != "RuntimeInconsistency" {
			err = p.Err
		}
	}
	switch err {
	case "NoNode":
		return "there is no such znode (NoNode)."
	case "NodeExists":
		return "it exists already (NodeExists)."
	case "BadVersion":
		return "its version is another one (BadVersion)."
	case "NotEmpty":
		return "it has children (NotEmpty)."
	}
	return err + "."
}

// label is an operation in a picture.
func label(o *runlog.Operation, paths map[string]bool) string {
	var came string
	switch {
	case o.Out == runlog.Unknown:
		came = "?"
	case o.Out == runlog.Fail:
		came = o.Result.Err
	case recipeAnswers(o) != "":
		return strings.TrimSuffix(recipeWish(o)+" → "+recipeAnswers(o), ".")
	case o.Op == "get":
		came = fmt.Sprintf("%q v%d", o.Result.Data, o.Result.Version)
	case o.Op == "create" && strings.Contains(o.Mode, "sequential"):
		came = o.Result.Path
	case o.Op == "set" && o.Result.Version > 0:
		came = fmt.Sprintf("v%d", o.Result.Version)
	default:
		came = "ok"
	}
	if o.Op == "multi" {
		return "multi " + partsText(o, paths) + " → " + came
	}
	text := o.Op + " " + o.Path
	if o.Op == "set" {
		text += fmt.Sprintf(" %q", o.Data)
	}
	return text + " → " + came
}

func partsText(o *runlog.Operation, paths map[string]bool) string {
	var list []string
	for i, p := range o.Parts {
		if !paths[pathsOf(o)[i]] {
			continue
		}
		text := p.Op + " " + p.Path
		if p.Op == "set" {
			text += fmt.Sprintf(" to %q", p.Data)
		}
		list = append(list, text+guardOf(p))
	}
	if left := len(o.Parts) - len(list); left > 0 {
		list = append(list, "more that does not matter here")
	}
	return strings.Join(list, " and ")
}

func guardOf(p runlog.Part) string {
	if p.Op == "create" {
		return ""
	}
	return guarded(p.Version)
}

func guarded(version int32) string {
	if version < 0 {
		return ""
	}
	return fmt.Sprintf(" if its version is %d", version)
}

func holding(data string) string {
	if data == "" {
		return ""
	}
	return fmt.Sprintf(" with %q", data)
}

func kindOf(mode string) string {
	if mode == "" {
		return ""
	}
	return "the " + mode + " znode "
}

func through(o *runlog.Operation) string {
	n := o.Result.Node
	if n == 0 {
		n = o.Node
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" through n%d", n)
}

// zxidText shows a zxid as epoch and counter.
func zxidText(z uint64) string {
	if z>>32 == 0 {
		return fmt.Sprintf("%#x", z)
	}
	return fmt.Sprintf("%d:%d", z>>32, uint32(z))
}

// count is a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
