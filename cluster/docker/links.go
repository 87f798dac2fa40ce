package docker

import (
	"errors"
	"fmt"
	"sync"

	"github.com/schismlab/schism/cluster"
)

// million is the whole of what Link.Loss counts in.
const million = 1_000_000

// links holds the state of all links between machines, by their numbers. Packets from
// one to another are judged where they arrive, in the receiver's network namespace,
// before its kernel acknowledges anything.
type links struct {
	net  *bridge
	seed uint64

	mu   sync.Mutex
	ends []*receiver // of machine n at n-1
}

// receiver is one machine's end of the links that lead to it.
type receiver struct {
	ns *namespace
	// err is why the namespace cannot be entered.
	err error
	// state of the link from each machine, by number; healed ones are not in it.
	state map[int]cluster.Link
	hold  *holder // delays packets; nil until a link wants that
}

func newLinks(net *bridge, seed uint64) *links { return &links{net: net, seed: seed} }

// expect makes room for the end of machine number n, the next one.
func (l *links) expect(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n != len(l.ends)+1 {
		panic(fmt.Sprintf("docker: machine %d follows %d", n, len(l.ends)))
	}
	l.ends = append(l.ends, &receiver{state: map[int]cluster.Link{}, err: errors.New("the machine was never started")})
}

// enter takes hold of a machine's namespace once its sandbox runs. Where that is
// impossible, set will say so: an ensemble without links is still good for
// kills and pauses.
func (l *links) enter(b *box) {
	ns, err := enter(b.sandboxPID, b.ip)
	if err == nil {
		err = ns.stayHome(l.net.subnet)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends[b.number-1].ns, l.ends[b.number-1].err = ns, err
}

// set brings one link into a state. It returns once the rules are in force.
func (l *links) set(from, to int, state cluster.Link) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.ends[to-1]
	if r.err != nil {
		return r.err
	}
	before, had := r.state[from]
	r.state[from] = state
	if state == (cluster.Link{}) {
		delete(r.state, from)
	}
	err := l.apply(to, r)
	if err != nil {
		// The rules are replaced as a whole or not at all.
		delete(r.state, from)
		if had {
			r.state[from] = before
		}
	}
	return err
}

// bar refuses connections to the quorum port of server n, or allows them again.
func (l *links) bar(n int, shut bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.ends[n-1]
	if r.err != nil {
		return r.err
	}
	return r.ns.bar(shut)
}

// apply replaces the rules of one receiver by those of its state.
func (l *links) apply(to int, r *receiver) error {
	for from, state := range r.state {
		if !held(state) || r.hold.has(from) {
			continue
		}
		if r.hold == nil {
			r.hold = newHolder(r.ns)
		}
		if err := r.hold.open(from, l.draw(from, to)); err != nil {
			return err
		}
	}
	for from := range l.ends {
		r.hold.set(from+1, r.state[from+1])
	}
	return r.ns.replace(r.state, l.net.addr)
}

// held says whether packets of a link must pass through the holder. A cut link
// needs none: the kernel drops its packets itself.
func held(s cluster.Link) bool { return !s.Cut && s != (cluster.Link{}) }

// close leaves the namespaces. Rules vanish with the containers.
func (l *links) close() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.ends {
		r.hold.close()
		r.ns.close()
		r.err = errors.New("the ensemble is closed")
	}
}
