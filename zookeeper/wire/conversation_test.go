package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// talk is a whole conversation: what is said, by whom, and what is to be told.
type talk struct {
	name   string
	steps  []said
	want   []string
	broken string
}

type said struct {
	client bool
	bytes  []byte
}

func c(r record) said { return said{true, r.frame()} }
func s(r record) said { return said{false, r.frame()} }

var aStat = Stat{Czxid: 3, Mzxid: 9, Pzxid: 3, Version: 4, Cversion: 1, Owner: 77, Length: 2, Children: 1}

var hello = []said{c(connect(0)), s(accept(77))}

var talks = []talk{
	{"session", hello, []string{"connected 77 after 7"}, ""},
	{
		"write and read", append(slices.Clip(hello),
			c(ask(1, Create).text("/a").text("x").acl().int(3)), s(answer(1, 8, 0).text("/a0000000001")),
			c(ask(2, SetData).text("/a").text("yz").int(3)), s(answer(2, 9, 0).stat(aStat)),
			c(ask(3, GetData).text("/a").bool(true)), s(answer(3, 9, 0).text("yz").stat(aStat)),
			c(ask(4, GetChildren2).text("/").bool(false)), s(answer(4, 9, 0).int(2).text("a").text("b").stat(aStat))),
		[]string{
			"connected 77 after 7", "asked 1 create /a x ephemeral sequential", "answered 1 at 8: /a0000000001", "asked 2 setData /a yz", "answered 2 at 9: v4",
			"asked 3 getData /a watch", "answered 3 at 9: yz v4", "asked 4 getChildren2 /", "answered 4 at 9: [a b] v4",
		},
		"",
	},
	{
		"refusal", append(slices.Clip(hello), c(ask(1, Delete).text("/a").int(-1)), s(answer(1, 10, -101))),
		[]string{"connected 77 after 7", "asked 1 delete /a", "answered 1 at 10: error -101"},
		"",
	},
	{
		"pings, passwords and watch events are no answers", append(slices.Clip(hello),
			c(ask(-2, Ping)), c(ask(-4, Auth)), c(ask(1, Exists).text("/w").bool(true)), s(answer(-2, 5, 0)),
			s(answer(-1, -1, 0).int(3).int(3).text("/w")), s(answer(-4, 0, 0)), s(answer(1, 6, 0).stat(aStat))),
		[]string{"connected 77 after 7", "asked 1 exists /w watch", "fired 3 /w", "answered 1 at 6: v4"},
		"",
	},
	{
		"pipelined", append(slices.Clip(hello), c(ask(1, Sync).text("/")), c(ask(2, CloseSession)), s(answer(1, 4, 0).text("/")), s(answer(2, 5, 0))),
		[]string{"connected 77 after 7", "asked 1 sync /", "asked 2 closeSession", "answered 1 at 4: /", "answered 2 at 5"},
		"",
	},
	{
		"multi", append(slices.Clip(hello),
			c(ask(1, Multi).part(Check, false).text("/a").int(2).part(Create, false).text("/b").text("1").acl().int(0).part(Error, true)),
			s(answer(1, 11, 0).part(Check, false).part(Create, false).text("/b").part(Error, true)),
			c(ask(2, Multi).part(SetData, false).text("/a").text("2").int(0).part(Error, true)),
			s(answer(2, 12, -103).part(Error, false).int(-103).part(Error, true))),
		[]string{
			"connected 77 after 7", "asked 1 multi [check /a, create /b 1]", "answered 1 at 11: [check, create /b]",
			"asked 2 multi [setData /a 2]", "answered 2 at 12: error -103 [error -103]",
		},
		"",
	},
	{
		"answer nobody asked for", append(slices.Clip(hello), s(answer(1, 4, 0))),
		[]string{"connected 77 after 7"},
		"an answer with xid 1, while no request waits for one",
	},
	{
		"answer out of turn", append(slices.Clip(hello), c(ask(1, Sync).text("/")), s(answer(2, 4, 0))),
		[]string{"connected 77 after 7", "asked 1 sync /"},
		"an answer with xid 2, while the first that waits is xid 1, sync",
	},
	{"greeting before the client's", []said{s(accept(1))}, nil, "before the client has said anything"},
	{"frame too long", []said{{true, []byte{0x7f, 0, 0, 0}}}, nil, "a frame of 2130706432 bytes: want 0 to 4194304"},
	{"frame of a negative length", []said{{true, []byte{0xff, 0, 0, 0}}}, nil, "want 0 to 4194304"},
	{
		"string longer than its frame", append(slices.Clip(hello), c(ask(1, Sync).int(100))),
		[]string{"connected 77 after 7"},
		"byte 12: a string of 100 bytes, but 0 are left",
	},
	{
		"multi within a multi", append(slices.Clip(hello), c(ask(1, Multi).part(Multi, false))),
		[]string{"connected 77 after 7"},
		"a multi within a multi",
	},
}

// listen puts a conversation together from pieces of at most size bytes.
func listen(t talk, size int) (told []string, broken error) {
	say := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	conv := Conversation{
		Connected: func(c Connect, a Accept) { say("connected %d after %d", a.Session, c.Seen) },
		Asked:     func(r *Request) { say("asked %d %s", r.Xid, asks(r)) },
		Answered:  func(x *Exchange) { say("answered %d at %d%s", x.Request.Xid, x.Reply.Zxid, shows(&x.Reply)) },
		Fired:     func(e Event) { say("fired %d %s", e.Type, e.Path) },
	}
	for _, step := range t.steps {
		for piece := range slices.Chunk(step.bytes, size) {
			if step.client {
				conv.FromClient(piece)
			} else {
				conv.FromServer(piece)
			}
		}
	}
	return told, conv.Broken()
}

func asks(r *Request) string {
	words := []string{r.Code.String()}
	for _, w := range []string{r.Path, r.Data} {
		if w != "" {
			words = append(words, w)
		}
	}
	if r.Watch {
		words = append(words, "watch")
	}
	if r.Ephemeral() && r.Sequential() {
		words = append(words, "ephemeral sequential")
	}
	if r.Parts != nil {
		var parts []string
		for i := range r.Parts {
			parts = append(parts, asks(&r.Parts[i]))
		}
		words = append(words, "["+strings.Join(parts, ", ")+"]")
	}
	return strings.Join(words, " ")
}

func shows(r *Reply) string {
	var words []string
	if r.Err != 0 {
		words = append(words, fmt.Sprintf("error %d", r.Err))
	}
	for _, w := range []string{r.Path, r.Data} {
		if w != "" {
			words = append(words, w)
		}
	}
	if r.Kids != nil {
		words = append(words, fmt.Sprint(r.Kids))
	}
	if r.Stat == aStat {
		words = append(words, "v4")
	}
	if r.Parts != nil {
		var parts []string
		for _, p := range r.Parts {
			text := p.Code.String()
			if p.Err != 0 {
				text += fmt.Sprintf(" %d", p.Err)
			}
			parts = append(parts, strings.TrimSpace(text+" "+p.Path))
		}
		words = append(words, "["+strings.Join(parts, ", ")+"]")
	}
	if words == nil {
		return ""
	}
	return ": " + strings.Join(words, " ")
}

// TestConversation: what is told does not depend on how the bytes come.
func TestConversation(t *testing.T) {
	for _, talk := range talks {
		t.Run(talk.name, func(t *testing.T) {
			for _, size := range []int{1, 3, 7, 1 << 20} {
				told, broken := listen(talk, size)
				if !reflect.DeepEqual(told, talk.want) {
					t.Errorf("in pieces of %d bytes it told\n%q, want\n%q", size, told, talk.want)
				}
				switch {
				case talk.broken == "" && broken != nil:
					t.Errorf("broken: %v", broken)
				case talk.broken != "" && (broken == nil || !strings.Contains(broken.Error(), talk.broken)):
					t.Errorf("broken: %v, want %q", broken, talk.broken)
				}
			}
		})
	}
}

// TestSplitterAllocates nothing for frames that come whole.
func TestSplitterAllocates(t *testing.T) {
	frame := ask(1, Sync).text("/").frame()
	var split Splitter
	n := 0
	count := func([]byte) error { n++; return nil }
	if avg := testing.AllocsPerRun(100, func() {
		if err := split.Feed(frame, count); err != nil {
			t.Fatal(err)
		}
	}); avg != 0 || n < 100 {
		t.Errorf("%v allocations a frame, of %d frames", avg, n)
	}
}

// FuzzConversation: nothing that a peer can send makes it panic, or allocate
// more than a few times what was sent; and it does not matter how it is cut.
func FuzzConversation(f *testing.F) {
	for _, talk := range talks {
		var asked, answered []byte
		for _, step := range talk.steps {
			if step.client {
				asked = append(asked, step.bytes...)
			} else {
				answered = append(answered, step.bytes...)
			}
		}
		f.Add(asked, answered, 5)
	}
	f.Fuzz(func(t *testing.T, asked, answered []byte, size int) {
		steps := talk{steps: []said{{true, asked}, {false, answered}}}
		one, errOne := listen(steps, 1<<30)
		other, errOther := listen(steps, 1+(size&0xff))
		if !reflect.DeepEqual(one, other) || (errOne == nil) != (errOther == nil) {
			t.Errorf("whole: %q %v\nin pieces: %q %v", one, errOne, other, errOther)
		}
	})
}
