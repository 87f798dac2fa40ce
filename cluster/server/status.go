package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster"
)

// ErrNotServing is in the error of Ask when a server answered, but only to say
// that it takes no requests: it is looking for a leader, or still loading.
var ErrNotServing = errors.New("the server is up but not serving requests")

// askLimit bounds one question where the caller's context does not: a paused
// server accepts a connection and then says nothing for ever.
const askLimit = 2 * time.Second

// answerLimit bounds what Ask reads, in bytes. A real answer has about 300.
const answerLimit = 64 << 10

// Ask sends the four-letter word srvr to the client address addr and returns
// what the server says of itself. It takes at most two seconds, or less if ctx
// ends earlier. The server must allow the word (4lw.commands.whitelist).
func Ask(ctx context.Context, addr string) (cluster.Status, error) {
	text, err := Word(ctx, addr, "srvr")
	if err != nil {
		return cluster.Status{}, err
	}
	return Parse(text)
}

// Word sends a four-letter word to the client address addr and returns the
// whole answer. It is bounded as Ask is.
func Word(ctx context.Context, addr, word string) (string, error) {
	if len(word) != 4 {
		return "", fmt.Errorf("four-letter word %q has %d letters", word, len(word))
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	// Closing is the one way to wake a blocked read when ctx is cancelled.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	text, err := exchange(conn, word)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("no answer to %s from %s: %w", word, addr, ctx.Err())
	}
	return text, err
}

func exchange(conn net.Conn, word string) (string, error) {
	if _, err := io.WriteString(conn, word); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(conn, answerLimit))
	return string(b), err
}

// Parse reads the answer to srvr. It wants the lines Zxid, Mode and Node
// count, in any order, and passes over all others.
func Parse(text string) (cluster.Status, error) {
	if strings.Contains(text, "not currently serving requests") {
		return cluster.Status{}, ErrNotServing
	}
	if strings.Contains(text, "not executed because it is not in the whitelist") {
		return cluster.Status{}, errors.New("the server refuses srvr: 4lw.commands.whitelist must name it")
	}
	var st cluster.Status
	seen := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			continue
		}
		known, err := set(&st, name, strings.TrimSpace(value))
		if err != nil {
			return cluster.Status{}, fmt.Errorf("srvr answered %q: %w", lines.Text(), err)
		}
		seen[name] = seen[name] || known
	}
	for _, name := range []string{"Mode", "Zxid", "Node count"} {
		if !seen[name] {
			return cluster.Status{}, fmt.Errorf("srvr answered %q, without a line %q", clip(text), name)
		}
	}
	return st, nil
}

func set(st *cluster.Status, name, value string) (known bool, err error) {
	switch name {
	case "Mode":
		switch value {
		case "leader", "follower", "observer", "standalone":
			st.Mode = value
		default:
			return true, fmt.Errorf("unknown mode %q", value)
		}
	case "Zxid":
		st.Zxid, err = strconv.ParseUint(strings.TrimPrefix(value, "0x"), 16, 64)
	case "Node count":
		var n uint64
		n, err = strconv.ParseUint(value, 10, 31)
		st.Znodes = int(n)
	default:
		return false, nil
	}
	return true, err
}

// clip keeps an error line readable whatever came over the wire.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
