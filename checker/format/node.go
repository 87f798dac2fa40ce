package format

import (
	"slices"
	"strconv"
	"strings"
)

// kind is what a node is.
type kind uint8

const (
	nilNode kind = iota
	atom         // a number, boolean, keyword, symbol or character
	text         // a string; node.text is what it says
	vector       // a vector or list
	set
	dict // a map: keys and values by turns
)

// node is a value as it was read.
type node struct {
	kind  kind
	text  string
	items []node
	line  int
}

// value writes the node in the one way that makes equal values equal texts.
// Sets and maps are sorted.
func (n *node) value() Value {
	switch n.kind {
	case nilNode:
		return Nil
	case atom:
		return Value(n.text)
	}
	var b strings.Builder
	n.write(&b)
	return Value(b.String())
}

func (n *node) write(b *strings.Builder) {
	switch n.kind {
	case nilNode:
		b.WriteString("nil")
	case atom:
		b.WriteString(n.text)
	case text:
		b.WriteString(quote(n.text))
	case vector:
		join(b, "[", n.values(), "]")
	case set:
		join(b, "#{", n.members(), "}")
	case dict:
		var pairs []Value
		for i := 0; i+1 < len(n.items); i += 2 {
			pairs = append(pairs, n.items[i].value()+" "+n.items[i+1].value())
		}
		slices.Sort(pairs)
		join(b, "{", pairs, "}")
	}
}

func join(b *strings.Builder, open string, values []Value, closing string) {
	b.WriteString(open)
	for i, v := range values {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(v))
	}
	b.WriteString(closing)
}

// values are the items in their order.
func (n *node) values() []Value {
	all := make([]Value, len(n.items))
	for i := range n.items {
		all[i] = n.items[i].value()
	}
	return all
}

// members are the items of a collection as a set: sorted, each once.
func (n *node) members() []Value {
	all := n.values()
	slices.Sort(all)
	return slices.Compact(all)
}

// quote writes a string as EDN does. What has no escape there stands as it is.
func quote(s string) string {
	if !strings.ContainsAny(s, "\"\\\n\r\t") {
		return `"` + s + `"`
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// pair says whether the node is a vector of two.
func (n *node) pair() bool { return n != nil && n.kind == vector && len(n.items) == 2 }

// number reads the node as an integer.
func (n *node) number() (int64, bool) {
	if n.kind != atom {
		return 0, false
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	return i, err == nil
}
