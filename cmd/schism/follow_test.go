package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
)

// following follows a file and gives its output line by line, and how it ended.
func following(t *testing.T, ctx context.Context, path string) (*bufio.Scanner, <-chan error) {
	t.Helper()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := (&checkOptions{follow: true}).followLog(ctx, path, in, io.Discard)
		in.Close()
		ended <- err
	}()
	return bufio.NewScanner(out), ended
}

// await reads lines up to one that begins so.
func await(t *testing.T, lines *bufio.Scanner, prefix string) {
	t.Helper()
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), prefix) {
			return
		}
	}
	t.Fatalf("the output ended before a line %q: %v", prefix, lines.Err())
}

func drain(lines *bufio.Scanner) (all []string) {
	for lines.Scan() {
		all = append(all, lines.Text())
	}
	return all
}

// growing is a file that holds a log up to within a line behind the first
// violation, and the rest of the log.
func growing(t *testing.T) (path string, rest []byte) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/histories/session-fifo/went-back.bad.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	end := strings.LastIndex(strings.TrimSuffix(string(text), "\n"), "\n") + 10
	path = filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, text[:end], 0o600); err != nil {
		t.Fatal(err)
	}
	return path, text[end:]
}

// TestFollowSeesAViolationBeforeTheEnd: the log's end is written only after the
// violation was printed, and half a line before does not matter.
func TestFollowSeesAViolationBeforeTheEnd(t *testing.T) {
	path, rest := growing(t)
	lines, ended := following(t, t.Context(), path)
	await(t, lines, "violation "+path+":")
	// The folder of a run is renamed at its end; the file stays the same.
	moved := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(moved, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(rest); err != nil {
		t.Fatal(err)
	}
	f.Close()
	await(t, lines, "DONE 1 run: 1 violation")
	var verdict verdictError
	if err := <-ended; !errors.As(err, &verdict) || verdict.worst != checker.Violation {
		t.Errorf("ended with %v, want a violation", err)
	}
}

func TestFollowEndsOnAnInterrupt(t *testing.T) {
	text := `{"schism":"run log","format":1,"scenario":"mine","seed":1,"world":"sim","servers":3,"clients":1}` + "\n" +
		`{"i":1,"t":0,"kind":"ready","node":"n1","text":"start"}` + "\n" + `{"i":2,"t":`
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	lines, ended := following(t, ctx, path)
	await(t, lines, "following ")
	stop()
	said := strings.Join(drain(lines), "\n")
	if !strings.Contains(said, "unknown after 1 events") {
		t.Errorf("an interrupt is told as\n%s", said)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) || exitCode(ctx, err) != exitInterrupted {
		t.Errorf("ended with %v, exit code %d", err, exitCode(ctx, err))
	}
}

func TestFollowRefusesALogThatShrinks(t *testing.T) {
	path, _ := growing(t)
	lines, ended := following(t, t.Context(), path)
	await(t, lines, "violation ")
	if err := os.Truncate(path, 20); err != nil {
		t.Fatal(err)
	}
	drain(lines)
	if err := <-ended; err == nil || exitCode(t.Context(), err) != exitBadInput || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("ended with %v", err)
	}
}
