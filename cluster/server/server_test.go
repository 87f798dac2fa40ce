package server

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
)

const answer = `Zookeeper version: 3.9.5-0, built on 2026-01-01 00:00 UTC
Latency min/avg/max: 0/1.5/3
Received: 2
Sent: 1
Connections: 1
Outstanding: 0
Zxid: 0x300000001
Mode: leader
Node count: 6
Proposal sizes last/min/max: 48/48/48
`

func TestParse(t *testing.T) {
	st, err := Parse(answer)
	want := cluster.Status{Mode: "leader", Zxid: 0x300000001, Znodes: 6}
	if err != nil || st != want {
		t.Errorf("%+v, %v; want %+v", st, err, want)
	}
	if st.Epoch() != 3 {
		t.Errorf("epoch %d, want 3", st.Epoch())
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":       "",
		"cut off":     answer[:strings.Index(answer, "Mode")],
		"bad zxid":    strings.Replace(answer, "0x300000001", "0xz", 1),
		"bad mode":    strings.Replace(answer, "leader", "king", 1),
		"bad count":   strings.Replace(answer, "count: 6", "count: six", 1),
		"not allowed": "srvr is not executed because it is not in the whitelist.\n",
	} {
		if st, err := Parse(text); err == nil {
			t.Errorf("%s: taken as %+v", name, st)
		}
	}
	if _, err := Parse("This ZooKeeper instance is not currently serving requests\n"); !errors.Is(err, ErrNotServing) {
		t.Errorf("%v, want ErrNotServing", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(answer)
	f.Add("This ZooKeeper instance is not currently serving requests\n")
	f.Add("Mode: standalone\nZxid: 0xffffffffffffffff\nNode count: -1\n")
	f.Fuzz(func(t *testing.T, text string) {
		st, err := Parse(text)
		if err == nil && st.Mode == "" {
			t.Fatalf("%q taken as %+v", text, st)
		}
	})
}

// TestAskSilentServer is about a paused one: its kernel accepts, nobody answers.
func TestAskSilentServer(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Ask(ctx, l.Addr().String()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}

func TestAsk(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		word := make([]byte, 4)
		if _, err := io.ReadFull(conn, word); err == nil && string(word) == "srvr" {
			io.WriteString(conn, answer)
		}
	}()
	if st, err := Ask(t.Context(), l.Addr().String()); err != nil || st.Znodes != 6 {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestConfigText(t *testing.T) {
	c := Config{
		ID: 2, DataDir: "/d", ClientHost: "127.0.0.1", ClientPort: 2181,
		Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 4,
		Peers: []Peer{{ID: 2, Host: "127.0.0.1", Quorum: 20, Election: 21}, {ID: 1, Host: "127.0.0.1", Quorum: 10, Election: 11}},
	}
	text := c.Text()
	for _, line := range []string{
		"tickTime=500", "initLimit=10", "syncLimit=4", "minSessionTimeout=1000", "clientPortAddress=127.0.0.1",
		"server.1=127.0.0.1:10:11\nserver.2=127.0.0.1:20:21",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	c.Dynamic = "/d/zoo.cfg.dynamic"
	c.Peers[0].Client, c.Peers[1].Client = 22, 12
	if text := c.Text(); !strings.Contains(text, "reconfigEnabled=true\nstandaloneEnabled=false\nskipACL=yes\ndynamicConfigFile=/d/zoo.cfg.dynamic\n") || strings.Contains(text, "server.") || strings.Contains(text, "clientPort") {
		t.Errorf("a configuration that may change:\n%s", text)
	}
	if got, want := c.DynamicText(), "server.1=127.0.0.1:10:11:participant;127.0.0.1:12\nserver.2=127.0.0.1:20:21:participant;127.0.0.1:22\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c.Dynamic = ""
	c.Peers = c.Peers[:1]
	if strings.Contains(c.Text(), "server.") {
		t.Errorf("one server alone has peers:\n%s", c.Text())
	}
}
