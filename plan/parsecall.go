package plan

import (
	"strconv"
	"strings"
	"unicode"
)

// call reads a client's call: +12ms set /r "v" seen.
func (r *reader) call() (Call, error) {
	w := r.next()
	num, ok := strings.CutPrefix(w, "+")
	if !ok {
		return Call{}, r.errorf("got %q, want a call such as: +12ms get /path", w)
	}
	after, err := ParseDuration(num)
	if err != nil {
		return Call{}, r.errorf("%v", err)
	}
	c, err := r.action(true)
	c.After = after
	return c, err
}

func (r *reader) action(top bool) (Call, error) {
	w := r.next()
	c := Call{Op: OpNamed(w), Version: AnyVersion}
	switch {
	case c.Op == 0:
		return c, r.errorf("unknown operation %q: want one of %s", w, strings.Join(opNames[1:], ", "))
	case c.Op == Multi && top:
		return c, r.parts(&c)
	case c.Op == Multi, !top && !c.Op.Writes() && c.Op != Check:
		return c, r.errorf("%s cannot stand here: a multi has create, set, delete and check", w)
	}
	if c.Path = r.next(); !validPath(c.Path) {
		return c, r.errorf("%q is no path: want /name or /name/name, without white space", c.Path)
	}
	var err error
	switch c.Op {
	case Create:
		err = r.value(&c)
		c.Ephemeral = r.accept("ephemeral")
		c.Sequential = r.accept("sequential")
	case Set:
		err = firstError(r.value(&c), r.version(&c))
	case Delete, Check:
		err = r.version(&c)
	case Get, Exists, Children:
		c.Watch = r.accept("watch")
	case AddWatch:
		c.Recursive = r.accept("recursive")
	}
	return c, err
}

func (r *reader) parts(c *Call) error {
	if err := r.expect("{"); err != nil {
		return err
	}
	for {
		p, err := r.action(false)
		if err != nil {
			return err
		}
		c.Parts = append(c.Parts, p)
		switch w := r.next(); w {
		case "}":
			return nil
		case ";":
		default:
			return r.errorf("got %q in a multi, want ; or }", w)
		}
	}
}

func (r *reader) value(c *Call) error {
	w := r.next()
	if w == "figures" {
		of := r.next()
		if c.Value.Figures = ServerNumber(of); c.Value.Figures == 0 {
			return r.errorf("figures of %q: want a server, such as n1", of)
		}
		return nil
	}
	if num, ok := strings.CutPrefix(w, "seen"); ok {
		n, err := strconv.ParseInt(num, 10, 64)
		if err != nil {
			return r.errorf("%q is no value: want seen+5 or seen-5", w)
		}
		c.Value = SeenPlus(n)
		return nil
	}
	text, err := strconv.Unquote(w)
	if err != nil || w[0] != '"' {
		return r.errorf("%q is no value: want a text in double quotes, seen+5, or figures n1", w)
	}
	c.Value = Text(text)
	return nil
}

func (r *reader) version(c *Call) error {
	switch w := r.next(); w {
	case "any":
		c.Version = AnyVersion
	case "seen":
		c.Version = SeenVersion
	default:
		n, err := strconv.ParseInt(w, 10, 32)
		if err != nil || n < 0 {
			return r.errorf("%q is no version: want any, seen or a number", w)
		}
		c.Version = int32(n)
	}
	return nil
}

// validPath says whether p is a path that ZooKeeper takes and a plan can show.
func validPath(p string) bool {
	if p == "/" {
		return true
	}
	if p == "" || p[0] != '/' {
		return false
	}
	for part := range strings.SplitSeq(p[1:], "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return !strings.ContainsFunc(p, unfit)
}

// unfit are the runes that ZooKeeper refuses in a path (control characters,
// the private use area, specials, and all beyond 16 bits, which it sees as
// surrogates), and those that would not come back from a plan's text: white
// space and the double quote. Bytes that are no UTF-8 come as U+FFFD.
func unfit(c rune) bool {
	return c == '"' || unicode.IsSpace(c) || unicode.IsControl(c) || c >= 0xd800 && c <= 0xf8ff || c >= 0xfff0
}
