package format

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// jsonEvent is a line of JSON; see the package's manual.
type jsonEvent struct {
	Process json.RawMessage
	Type, F string
	Key     json.RawMessage
	Value   json.RawMessage
	Index   *int64
	Time    *int64
}

const sampleJSON = `{"process":0,"type":"invoke","f":"write","value":2}`

func readJSONLines(file string, in io.Reader) (*History, error) {
	r, lines := newRecorder(file, JSONLines), bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxForm)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := r.fromJSON(n, line); err != nil {
			return nil, err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, r.errorf(n+1, "%v", errTooLong)
	}
	if err := lines.Err(); err != nil {
		return nil, r.errorf(n+1, "%v", err)
	}
	return r.finish()
}

func (r *recorder) fromJSON(n int, line []byte) error {
	var j jsonEvent
	if err := json.Unmarshal(line, &j); err != nil {
		return r.errorf(n, "%s", jsonMistake(err))
	}
	process, err := fromJSONValue(j.Process, n)
	if err != nil {
		return r.errorf(n, "%v", err)
	}
	if process == nil || process.kind == nilNode {
		return r.errorf(n, "an event without a process; want one as %s", sampleJSON)
	}
	e := event{line: n, typ: j.Type, f: j.F, index: j.Index, time: j.Time}
	var isClient bool
	if e.client, isClient = client(process); !isClient {
		if process.text == "nemesis" {
			return nil
		}
		return r.errorf(n, "process %s; want a number or a name", brief(process))
	}
	if e.key, err = fromJSONValue(j.Key, n); err != nil {
		return r.errorf(n, "%v", err)
	}
	if e.value, err = fromJSONValue(j.Value, n); err != nil {
		return r.errorf(n, "%v", err)
	}
	return r.add(e)
}

// jsonMistake tells what is wrong with a line that is no event.
func jsonMistake(err error) string {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && strings.Contains(err.Error(), "unexpected end"):
		return "the line is cut off; want a whole JSON object"
	case errors.As(err, &typed) && typed.Field != "":
		return "member " + strings.ToLower(typed.Field) + " is a " + typed.Value + "; want one line as " + sampleJSON
	}
	return "not a JSON object; want one a line, as " + sampleJSON
}

// fromJSONValue makes a node of a value, nil of none.
func fromJSONValue(raw json.RawMessage, line int) (*node, error) {
	if raw == nil {
		return nil, nil
	}
	if n := plain(raw); n != nil {
		n.line = line
		return n, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	n := &node{}
	return n, n.fromAny(v, line, 0)
}

// plain makes a node of what needs no decoder, as most values do not: raw is
// known to be valid.
func plain(raw json.RawMessage) *node {
	switch c := raw[0]; {
	case c == 'n':
		return &node{}
	case c == 't' || c == 'f' || c == '-' || '0' <= c && c <= '9':
		return &node{kind: atom, text: string(raw)}
	case c == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw):
		return &node{kind: text, text: string(raw[1 : len(raw)-1])}
	}
	return nil
}

func (n *node) fromAny(v any, line, depth int) error {
	n.line = line
	if depth > maxDepth {
		return errTooDeep
	}
	switch v := v.(type) {
	case nil:
		n.kind = nilNode
	case bool:
		n.kind, n.text = atom, "false"
		if v {
			n.text = "true"
		}
	case json.Number:
		n.kind, n.text = atom, v.String()
	case string:
		n.kind, n.text = text, v
	case []any:
		n.kind, n.items = vector, make([]node, len(v))
		for i := range v {
			if err := n.items[i].fromAny(v[i], line, depth+1); err != nil {
				return err
			}
		}
	default:
		return errors.New("an object as a value; want null, a number, a string or an array")
	}
	return nil
}
