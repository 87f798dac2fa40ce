package format

import (
	"bufio"
	"io"
	"strings"
)

// readEtcdLog reads what Jepsen's logger wrote of a history:
//
//	INFO  jepsen.util - 0	:invoke	:cas	[4 1]
//
// Lines of other loggers are none of the history. A line's end is the only sign
// that its last value is whole, so the last line must have one.
func readEtcdLog(file string, in io.Reader) (*History, error) {
	r, lines := newRecorder(file, EtcdLog), bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF && line == "" {
			return r.finish()
		}
		if err == io.EOF {
			return nil, r.errorf(n, "the log is cut off here: its last line has no end; want a newline")
		}
		if err != nil {
			return nil, r.errorf(n, "%v", err)
		}
		if err := r.logged(n, line); err != nil {
			return nil, err
		}
	}
}

const sample = "INFO  jepsen.util - 0 :invoke :write 2"

func (r *recorder) logged(n int, line string) error {
	level, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest, mine := strings.CutPrefix(strings.TrimSpace(rest), "jepsen.util - ")
	if !mine {
		if level != "" && strings.Trim(level, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return r.errorf(n, "not a line of a Jepsen log; want one as %s", sample)
		}
		return nil
	}
	edn := newEDN(strings.NewReader(rest))
	var words []*node
	for {
		w, err := edn.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return r.errorf(n, "%v", err)
		}
		w.line = n
		words = append(words, w)
	}
	if len(words) > 0 && words[0].kind == atom && strings.HasPrefix(words[0].text, ":") {
		return nil // the nemesis
	}
	if len(words) < 4 {
		return r.errorf(n, "%d words after jepsen.util; want process, type, function and value, as %s", len(words), sample)
	}
	e := event{line: n, typ: strings.TrimPrefix(words[1].text, ":"), f: strings.TrimPrefix(words[2].text, ":"), value: words[3], refusal: true}
	var isClient bool
	if e.client, isClient = client(words[0]); !isClient {
		return r.errorf(n, "process %s; want a number", brief(words[0]))
	}
	return r.add(e)
}
