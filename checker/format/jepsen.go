package format

import (
	"errors"
	"io"
	"strings"
)

// readEDN reads the maps of a history.edn, one after another or in one vector.
// porcupine's key-value logs are written alike, with a member :key.
func readEDN(file string, in io.Reader, as Name) (*History, error) {
	r, edn := newRecorder(file, as), newEDN(in)
	within, err := edn.enter()
	for err == nil {
		var n *node
		if n, err = edn.operation(within); err != nil {
			break
		}
		if n.kind != dict {
			return nil, r.errorf(n.line, "%s where an operation should be; want a map as {:type :invoke, :f :read, :value nil, :process 0}", brief(n))
		}
		if err := r.fromMap(n); err != nil {
			return nil, err
		}
	}
	if err != io.EOF {
		return nil, r.errorf(edn.line, "%v", err)
	}
	return r.finish()
}

// brief shows a form in an error.
func brief(n *node) string {
	s := string(n.value())
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return s
}

// enter reads the bracket of a vector that holds the whole history.
func (r *ednReader) enter() (bool, error) {
	c, err := r.skip()
	if err != nil {
		return false, err
	}
	if c != '[' && c != '(' {
		r.back(c)
		return false, nil
	}
	return true, nil
}

// operation reads the next form of the history, io.EOF after the last.
func (r *ednReader) operation(within bool) (*node, error) {
	if !within {
		return r.next()
	}
	c, err := r.skip()
	if err == io.EOF {
		return nil, errors.New("the history is cut off here; want the ] that ends it")
	}
	if err != nil {
		return nil, err
	}
	if c != ']' && c != ')' {
		r.back(c)
		return r.next()
	}
	if _, err := r.skip(); err != io.EOF {
		if err == nil {
			err = errors.New("more after the end of the history; want nothing")
		}
		return nil, err
	}
	return nil, io.EOF
}

// fromMap makes an event of an operation's map. Members that say nothing to a
// check are left out, and so are the operations of others than clients.
func (r *recorder) fromMap(n *node) error {
	e := event{line: n.line}
	var process *node
	for i := 0; i+1 < len(n.items); i += 2 {
		name, v := &n.items[i], &n.items[i+1]
		switch name.text {
		case ":process":
			process = v
		case ":type":
			e.typ = strings.TrimPrefix(v.text, ":")
		case ":f":
			e.f = strings.TrimPrefix(v.text, ":")
		case ":key":
			e.key = v
		case ":value":
			e.value = v
		case ":index", ":time":
			at, isNumber := v.number()
			if !isNumber {
				return r.errorf(v.line, "%s %s; want an integer", name.text, brief(v))
			}
			if name.text == ":index" {
				e.index = &at
			} else {
				e.time = &at
			}
		}
	}
	if process == nil {
		return r.errorf(n.line, "an operation without :process; want a map as {:type :invoke, :f :read, :value nil, :process 0}")
	}
	var isClient bool
	if e.client, isClient = client(process); !isClient {
		return nil
	}
	return r.add(e)
}
