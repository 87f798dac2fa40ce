package proxy

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/internal/link"
)

func TestDelay(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	const delay = 150 * time.Millisecond
	b.link(1, 2, cluster.Link{Delay: delay, Jitter: 10 * time.Millisecond})
	begun := time.Now()
	b.say(one, "slow")
	b.say(two, "quick")
	b.hear(one, "quick")
	b.hear(two, "slow")
	if took := time.Since(begun); took < delay {
		t.Errorf("arrived after %v, want no less than %v", took, delay)
	}
}

func TestOrderIsKept(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	states := []cluster.Link{
		{Jitter: 3 * time.Millisecond},
		{},
		cut,
		{Delay: 2 * time.Millisecond, Jitter: 5 * time.Millisecond},
		{Loss: 1000},
		{Delay: time.Millisecond},
		cut,
		{},
	}
	sent := make([]byte, 1<<20)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(sent)
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; i < len(sent); i += 4096 {
			if i%(len(sent)/len(states)) == 0 {
				b.link(1, 2, states[i/(len(sent)/len(states))])
			}
			one.Write(sent[i : i+4096])
		}
		one.CloseWrite()
	})
	two.SetReadDeadline(time.Now().Add(patience))
	got, err := io.ReadAll(two)
	all.Wait()
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes, %v, or changed", len(got), len(sent), err)
	}
}

func TestLossOfEverythingIsACut(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cluster.Link{Loss: link.Million})
	b.say(one, "a")
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	b.hear(two, "a")
}

func TestSetLinkRefuses(t *testing.T) {
	b := newBench(t, nil)
	for name, v := range map[string]struct {
		from, to int
		l        cluster.Link
	}{
		"itself": {1, 1, cut}, "no such server": {1, 3, cut}, "zero": {0, 1, cut},
		"negative delay": {1, 2, cluster.Link{Delay: -1}}, "loss above all": {1, 2, cluster.Link{Loss: link.Million + 1}},
	} {
		if err := b.SetLink(t.Context(), v.from, v.to, v.l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// upper is a Filter that changes, and holds back an unfinished line.
type upper struct{ held []byte }

func (u *upper) Pass(b []byte) ([]byte, error) {
	u.held = append(u.held, b...)
	end := bytes.LastIndexByte(u.held, '\n') + 1
	line := bytes.ToUpper(u.held[:end])
	u.held = u.held[end:]
	return line, nil
}

func (u *upper) End() []byte { return append(bytes.ToUpper(u.held), '!') }

func TestFilterSeesOneDirection(t *testing.T) {
	b := newBench(t, func(c Conn, from int) Filter {
		if c != (Conn{1, 2, Quorum}) {
			t.Errorf("filter asked for %+v", c)
		}
		if from == 1 {
			return &upper{}
		}
		return nil
	})
	one := b.dial()
	two := b.accept()
	b.say(one, "ab")
	b.silent(two)
	b.say(one, "c\nrest")
	b.hear(two, "ABC\n")
	b.say(two, "as it is\n")
	b.hear(one, "as it is\n")
	one.CloseWrite()
	b.hear(two, "REST!")
}

func TestCloseWhileCut(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cut)
	b.say(one, "held")
	waiting := b.dial()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{one, two, waiting} {
		b.ended(c)
	}
}
