package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SyntaxError says what is wrong in a plan's text, where, and what would be
// right.
type SyntaxError struct {
	File string
	Line int // from 1
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// Parse reads a plan from its text. The file name is used in errors only,
// which are *SyntaxError. What Parse accepts is valid in the sense of Validate.
func Parse(file, text string) (*Plan, error) {
	r := &reader{file: file, at: map[string]int{}}
	p := &Plan{}
	section := ""
	for line := range strings.Lines(text) {
		r.line++
		if err := r.split(strings.Trim(line, " \t\r\n")); err != nil {
			return nil, err
		}
		if len(r.words) == 0 {
			continue
		}
		if !r.started {
			if strings.Join(r.words, " ") != header {
				return nil, r.errorf("not a plan: want the first line %q", header)
			}
			r.started = true
			continue
		}
		if err := r.item(p, &section); err != nil {
			return nil, err
		}
	}
	if !r.started {
		r.line = max(r.line, 1)
		return nil, r.errorf("not a plan: want the first line %q", header)
	}
	if err := p.validate(); err != nil {
		if line, ok := r.at[err.item]; ok {
			r.line = line
		}
		return nil, r.errorf("%v", err)
	}
	return p, nil
}

// reader takes a plan's text apart, a line of words at a time.
type reader struct {
	file    string
	line    int
	started bool
	words   []string
	// at is the line where an item stands, so that what Validate finds is
	// reported there. Its keys are those of invalid.
	at map[string]int
}

func (r *reader) errorf(format string, args ...any) error {
	return &SyntaxError{r.file, r.line, fmt.Sprintf(format, args...)}
}

// split cuts a line into words; a quoted word keeps its quotes.
func (r *reader) split(line string) error {
	r.words = r.words[:0]
	if strings.HasPrefix(line, "#") {
		return nil
	}
	for line != "" {
		end := strings.IndexAny(line, " \t")
		if line[0] == '"' {
			q, err := strconv.QuotedPrefix(line)
			if err != nil {
				return r.errorf("a quoted text does not end: %s", line)
			}
			end = len(q)
		}
		if end < 0 {
			end = len(line)
		}
		r.words = append(r.words, line[:end])
		line = strings.TrimLeft(line[end:], " \t")
	}
	return nil
}

// next takes the next word, "" at the end of the line.
func (r *reader) next() string {
	if len(r.words) == 0 {
		return ""
	}
	w := r.words[0]
	r.words = r.words[1:]
	return w
}

// accept takes the next word if it is w.
func (r *reader) accept(w string) bool {
	if len(r.words) > 0 && r.words[0] == w {
		r.words = r.words[1:]
		return true
	}
	return false
}

func (r *reader) expect(w string) error {
	if got := r.next(); got != w {
		return r.errorf("got %q, want %q", got, w)
	}
	return nil
}

func (r *reader) end() error {
	if len(r.words) > 0 {
		return r.errorf("too much on the line: %q", strings.Join(r.words, " "))
	}
	return nil
}

func (r *reader) duration(into *Duration) error {
	d, err := ParseDuration(r.next())
	if err != nil {
		return r.errorf("%v", err)
	}
	*into = d
	return nil
}

func (r *reader) number(into *int) error {
	w := r.next()
	n, err := strconv.Atoi(w)
	if err != nil {
		return r.errorf("%q is no number", w)
	}
	*into = n
	return nil
}

func (r *reader) ppm(into *int) error {
	w := r.next()
	num, ok := strings.CutSuffix(w, "ppm")
	n, err := strconv.Atoi(num)
	if !ok || err != nil || n < 0 || n > 1_000_000 {
		return r.errorf("%q is no share: want 0ppm to 1000000ppm", w)
	}
	*into = n
	return nil
}

var topWords = []string{"scenario", "seed", "protocol", "variant", "bug", "servers", "observers", "spares", "tick", "init-limit", "sync-limit", "session-timeout", "settle", "net", "disk", "data-disk", "flink", "setup", "client", "steps"}

// item reads one line: a top-level word, or an item of the section it is in.
func (r *reader) item(p *Plan, section *string) error {
	if slices.Contains(topWords, r.words[0]) {
		if err := r.once(); err != nil {
			return err
		}
		if err := r.top(p, section); err != nil {
			return err
		}
		return r.end()
	}
	switch *section {
	case "setup", "client":
		c, err := r.call()
		if err != nil {
			return err
		}
		if *section == "setup" {
			p.Setup = append(p.Setup, c)
			r.at[callItem(0, len(p.Setup)-1)] = r.line
		} else {
			last := &p.Clients[len(p.Clients)-1]
			last.Calls = append(last.Calls, c)
			r.at[callItem(len(p.Clients), len(last.Calls)-1)] = r.line
		}
	case "steps":
		s, err := r.step()
		if err != nil {
			return err
		}
		p.Steps = append(p.Steps, s)
		r.at[stepItem(len(p.Steps)-1)] = r.line
	default:
		return r.errorf("unknown word %q: want one of %s", r.words[0], strings.Join(topWords, ", "))
	}
	return r.end()
}

// once refuses a second line of a word that may stand once: the reader of a
// plan must not wonder which of two seeds counts.
func (r *reader) once() error {
	w := r.words[0]
	if line, dup := r.at[w]; dup && w != "client" {
		return r.errorf("a second %s: the first is on line %d", w, line)
	}
	r.at[w] = r.line
	return nil
}

func (r *reader) top(p *Plan, section *string) error {
	t := &p.Topology
	switch word := r.next(); word {
	case "scenario":
		p.Scenario = r.next()
	case "seed":
		w := r.next()
		n, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			return r.errorf("seed %q is no number from 0 to 2^64-1", w)
		}
		p.Seed = n
	case "protocol":
		p.Protocol = r.next()
	case "variant":
		p.Variant = r.next()
	case "bug":
		p.Bug = r.next()
	case "servers":
		return r.number(&t.Servers)
	case "observers":
		return r.number(&t.Observers)
	case "spares":
		return r.number(&t.Spares)
	case "tick":
		return r.duration(&t.Tick)
	case "init-limit":
		return r.number(&t.InitLimit)
	case "sync-limit":
		return r.number(&t.SyncLimit)
	case "session-timeout":
		return r.duration(&t.SessionTimeout)
	case "settle":
		return r.duration(&t.Settle)
	case "net":
		return r.net(&t.Net)
	case "disk":
		return firstError(r.expect("sync"), r.duration(&t.Disk.Sync), r.expect("jitter"), r.duration(&t.Disk.Jitter))
	case "data-disk":
		return firstError(r.expect("sync"), r.duration(&t.DataDisk.Sync), r.expect("jitter"), r.duration(&t.DataDisk.Jitter))
	case "flink":
		return r.flink(&p.Flink)
	case "setup", "steps":
		*section = word
	case "client":
		*section = word
		return r.client(p)
	}
	return nil
}

// firstError relies on Go evaluating the arguments from left to right: each
// takes its words off the line before the next one looks.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) net(n *Net) error {
	return firstError(
		r.expect("delay"), r.duration(&n.Delay), r.expect("jitter"), r.duration(&n.Jitter),
		r.expect("loss"), r.ppm(&n.Loss), r.expect("dup"), r.ppm(&n.Dup),
		r.expect("slow"), r.ppm(&n.Slow), r.duration(&n.SlowBy))
}

func (r *reader) client(p *Plan) error {
	c := Client{Name: r.next()}
	if w := r.next(); w != "" {
		if c.Server = ServerNumber(w); c.Server == 0 {
			return r.errorf("%q is no server: want n1, n2, …", w)
		}
	}
	p.Clients = append(p.Clients, c)
	r.at[clientItem(len(p.Clients)-1)] = r.line
	return nil
}
