package format

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Name is a way of writing histories.
type Name string

// The formats.
const (
	// RunLog is this program's own; package runlog reads it.
	RunLog Name = "run-log"
	// Jepsen is a history.edn.
	Jepsen Name = "jepsen"
	// EtcdLog is what Jepsen logged of a history, as porcupine's tests have it.
	EtcdLog Name = "etcd-log"
	// KVLog is the key-value history of porcupine's tests.
	KVLog Name = "kv-log"
	// JSONLines is one JSON object an event.
	JSONLines Name = "json-lines"
)

// Names are all formats, as people may name them.
func Names() []string {
	return []string{string(RunLog), string(Jepsen), string(EtcdLog), string(KVLog), string(JSONLines)}
}

// Peek is how many bytes of a file Guess wants to see.
const Peek = 4096

// Guess tells the format of a file by its first bytes. An error is a
// *runlog.SyntaxError: it says what the file should have begun with.
func Guess(file string, head []byte) (Name, error) {
	line := 1 + bytes.Count(head[:len(head)-len(bytes.TrimLeft(head, " \t\r\n"))], []byte("\n"))
	head = bytes.TrimLeft(head, " \t\r\n")
	for len(head) > 0 && head[0] == ';' {
		_, rest, _ := bytes.Cut(head, []byte("\n"))
		line++
		head = bytes.TrimLeft(rest, " \t\r\n")
	}
	first, _, _ := strings.Cut(string(head), "\n")
	inner := strings.TrimLeft(first, "[({ \t,")
	switch {
	case len(head) == 0:
		return "", &runlog.SyntaxError{File: file, Line: 1, Msg: "empty; want a history or a run log"}
	case strings.HasPrefix(first, `{"schism"`):
		return RunLog, nil
	case logLine(first):
		return EtcdLog, nil
	case strings.IndexByte("{[(#", head[0]) >= 0 && strings.HasPrefix(inner, `"`):
		return JSONLines, nil
	case strings.IndexByte("{[(#", head[0]) >= 0 && strings.Contains(first, ":key "):
		return KVLog, nil
	case strings.IndexByte("{[(#", head[0]) >= 0:
		return Jepsen, nil
	}
	return "", &runlog.SyntaxError{
		File: file, Line: line,
		Msg: fmt.Sprintf("no history that schism knows; want one of the formats %s", strings.Join(Names(), ", ")),
	}
}

// logLine says whether a line begins as Jepsen's logger begins one.
func logLine(s string) bool {
	w := strings.Fields(s)
	if len(w) == 0 {
		return false
	}
	switch w[0] {
	case "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL":
		return true
	}
	return false
}

// Decode reads a history in any format but RunLog. The file name is used in
// errors only, which are *runlog.SyntaxError.
func Decode(file string, r io.Reader, as Name) (*History, error) {
	switch as {
	case Jepsen, KVLog:
		return readEDN(file, r, as)
	case EtcdLog:
		return readEtcdLog(file, r)
	case JSONLines:
		return readJSONLines(file, r)
	}
	return nil, &runlog.SyntaxError{File: file, Line: 1, Msg: fmt.Sprintf("format %q; want one of %s", as, strings.Join(Names()[1:], ", "))}
}
