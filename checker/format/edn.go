package format

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ednReader reads forms of the extensible data notation, one after another, and
// knows the line of each. Tags are read over: what is tagged stands for itself.
// It takes more than the notation allows where that can mean one thing only, as
// histories printed by Clojure need: any word is an atom.
type ednReader struct {
	in   *bufio.Reader
	line int
	// started is the line where the outermost form began.
	started int
	form    int // bytes of it so far
}

// maxDepth and maxForm bound one operation, so that a file that is none cannot
// take all memory.
const (
	maxDepth = 64
	maxForm  = 16 << 20
)

func newEDN(r io.Reader) *ednReader { return &ednReader{in: bufio.NewReaderSize(r, 64<<10), line: 1} }

var (
	errTooDeep = fmt.Errorf("nested more than %d deep; want an operation", maxDepth)
	errTooLong = fmt.Errorf("longer than %d MB; want an operation", maxForm>>20)
	// errOver is a form that the file ends within.
	errOver = errors.New("the history is cut off here")
)

// next reads the next form, and gives io.EOF if there is none.
func (r *ednReader) next() (*node, error) {
	c, err := r.skip()
	if err != nil {
		return nil, err
	}
	r.started, r.form = r.line, 0
	var n node
	err = r.read(c, &n, 0)
	if err == io.EOF {
		err = fmt.Errorf("%w, within what begins in line %d; want its end", errOver, r.started)
	}
	return &n, err
}

func (r *ednReader) byte() (byte, error) {
	c, err := r.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if c == '\n' {
		r.line++
	}
	if r.form++; r.form > maxForm {
		return 0, errTooLong
	}
	return c, nil
}

func (r *ednReader) back(c byte) {
	_ = r.in.UnreadByte() // follows a ReadByte, so it cannot fail
	if c == '\n' {
		r.line--
	}
	r.form--
}

// skip gives the first byte that is neither space nor comment.
func (r *ednReader) skip() (byte, error) {
	for {
		c, err := r.byte()
		switch {
		case err != nil:
			return 0, err
		case space(c):
		case c == ';':
			for c != '\n' {
				if c, err = r.byte(); err != nil {
					return 0, err
				}
			}
		default:
			return c, nil
		}
		if r.started != r.line {
			r.form = 0 // comments between forms may be as long as they like
		}
	}
}

func space(c byte) bool {
	return c == ' ' || c == ',' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// ends says whether c ends a word.
func ends(c byte) bool { return space(c) || strings.IndexByte(`()[]{}";`, c) >= 0 }

// read reads the form that begins with c.
func (r *ednReader) read(c byte, n *node, depth int) error {
	if depth > maxDepth {
		return errTooDeep
	}
	n.line = r.line
	switch c {
	case '(':
		return r.items(n, vector, ')', depth)
	case '[':
		return r.items(n, vector, ']', depth)
	case '{':
		return r.dict(n, depth)
	case '"':
		return r.string(n)
	case '#':
		return r.dispatch(n, depth)
	case '\\':
		return r.character(n)
	case ')', ']', '}':
		return fmt.Errorf("%q closes nothing; want an operation", c)
	}
	return r.word(c, n)
}

func (r *ednReader) items(n *node, k kind, closing byte, depth int) error {
	n.kind = k
	for {
		c, err := r.skip()
		if err != nil {
			return err
		}
		if c == closing {
			return nil
		}
		if c == '#' {
			if discarded, err := r.discard(depth); err != nil || discarded {
				if err != nil {
					return err
				}
				continue
			}
		}
		var item node
		if err := r.read(c, &item, depth+1); err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
}

func (r *ednReader) dict(n *node, depth int) error {
	if err := r.items(n, dict, '}', depth); err != nil {
		return err
	}
	if len(n.items)%2 != 0 {
		return fmt.Errorf("a map with a key and no value: %s; want both", n.items[len(n.items)-1].value())
	}
	return nil
}

// discard reads over #_ and the form after it; the # has been read.
func (r *ednReader) discard(depth int) (bool, error) {
	c, err := r.byte()
	if err != nil {
		return false, err
	}
	if c != '_' {
		r.back(c)
		return false, nil
	}
	if c, err = r.skip(); err != nil {
		return false, err
	}
	return true, r.read(c, &node{}, depth+1)
}

// dispatch reads what follows a #: a set, a form to leave out, or a tag.
func (r *ednReader) dispatch(n *node, depth int) error {
	discarded, err := r.discard(depth)
	if err != nil {
		return err
	}
	var c byte
	if discarded {
		c, err = r.skip()
	} else if c, err = r.byte(); err == nil && c == '{' {
		return r.items(n, set, '}', depth)
	} else if err == nil && ends(c) {
		return fmt.Errorf("%q after a #; want a set or a tag", c)
	} else if err == nil {
		if err = r.word(c, &node{}); err == nil {
			c, err = r.skip()
		}
	}
	if err != nil {
		return err
	}
	return r.read(c, n, depth+1)
}

func (r *ednReader) word(c byte, n *node) error {
	word := []byte{c}
	for {
		c, err := r.byte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if ends(c) {
			r.back(c)
			break
		}
		word = append(word, c)
	}
	if n.kind, n.text = atom, string(word); n.text == "nil" {
		n.kind, n.text = nilNode, ""
	}
	return nil
}

// character reads \a, \newline, \( and the like; the backslash has been read.
func (r *ednReader) character(n *node) error {
	c, err := r.byte()
	if err != nil {
		return err
	}
	if space(c) {
		return errors.New("a backslash before a space; want a character")
	}
	if err := r.word(c, n); err != nil {
		return err
	}
	if n.kind == nilNode {
		n.kind, n.text = atom, "nil"
	}
	n.text = `\` + n.text
	return nil
}

func (r *ednReader) string(n *node) error {
	n.kind = text
	var b strings.Builder
	for {
		c, err := r.byte()
		if err != nil {
			return err
		}
		switch c {
		case '"':
			n.text = b.String()
			return nil
		case '\\':
			if err := r.escape(&b); err != nil {
				return err
			}
		default:
			b.WriteByte(c)
		}
	}
}

var escapes = map[byte]byte{'t': '\t', 'r': '\r', 'n': '\n', 'b': '\b', 'f': '\f', '\\': '\\', '"': '"'}

func (r *ednReader) escape(b *strings.Builder) error {
	c, err := r.byte()
	if err != nil {
		return err
	}
	if e, known := escapes[c]; known {
		b.WriteByte(e)
		return nil
	}
	if c != 'u' {
		return fmt.Errorf(`\%c in a string; want \t, \r, \n, \b, \f, \\, \" or \u and four digits`, c)
	}
	var digits [4]byte
	for i := range digits {
		if digits[i], err = r.byte(); err != nil {
			return err
		}
	}
	code, err := strconv.ParseUint(string(digits[:]), 16, 16)
	if err != nil {
		return fmt.Errorf(`\u%q in a string; want four hexadecimal digits`, digits[:])
	}
	b.WriteRune(rune(code))
	return nil
}

// ParseValue reads one value, as a history has it.
func ParseValue(s string) (Value, error) {
	r := newEDN(strings.NewReader(s))
	n, err := r.next()
	if err == io.EOF {
		return "", errors.New("no value; want one, as nil or 0")
	}
	if err != nil {
		return "", err
	}
	if _, err := r.skip(); err != io.EOF {
		return "", errors.New("more than one value; want one")
	}
	return n.value(), nil
}
