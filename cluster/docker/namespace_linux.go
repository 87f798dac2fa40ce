package docker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/schismlab/schism/cluster"
)

// namespace is a container's network namespace, held open so that it stays the
// same whatever becomes of the process number.
type namespace struct {
	file *os.File
}

// enter opens the network namespace of a process that has the address ip. The
// address is compared, since the process number may be one of another machine
// or of another process number space.
func enter(pid int, ip netip.Addr) (*namespace, error) {
	table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/fib_trie", pid))
	if err == nil && !bytes.Contains(table, []byte("-- "+ip.String()+"\n")) {
		err = fmt.Errorf("process %d here has no address %s", pid, ip)
	}
	var file *os.File
	if err == nil {
		file, err = os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	}
	if err != nil {
		return nil, notReady(err)
	}
	return &namespace{file: file}, nil
}

func notReady(err error) error {
	return &cluster.NotReady{
		What: "the containers' network namespaces cannot be entered, so links cannot be cut or slowed", Err: err,
		Do: "run as root on the Linux machine of the container engine, outside of any container",
	}
}

// conn speaks to the packet filter of the namespace.
func (ns *namespace) conn() (*nftables.Conn, error) {
	return nftables.New(nftables.WithNetNSFd(int(ns.file.Fd())))
}

// commit carries out what was queued on c, all or nothing.
func commit(c *nftables.Conn) error {
	err := c.Flush()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return notReady(err)
	}
	if err != nil {
		return fmt.Errorf("install packet filter rules: %w", err)
	}
	return nil
}

// table is the one that holds our chains, apart from what the engine installs.
func table(c *nftables.Conn) *nftables.Table {
	return c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "schism"})
}

// Registers of the kernel's rule machine. Rules only compare, so one is enough.
const reg = 1

// stayHome lets nothing leave the run's network, whatever a server is told.
func (ns *namespace) stayHome(subnet netip.Prefix) error {
	c, err := ns.conn()
	if err != nil {
		return err
	}
	t := table(c)
	out := c.AddChain(&nftables.Chain{Name: "home", Table: t, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityFilter})
	for _, home := range []netip.Prefix{subnet, netip.MustParsePrefix("127.0.0.0/8")} {
		c.AddRule(&nftables.Rule{Table: t, Chain: out, Exprs: append(towards(home), &expr.Verdict{Kind: expr.VerdictAccept})})
	}
	c.AddRule(&nftables.Rule{Table: t, Chain: out, Exprs: []expr.Any{&expr.Verdict{Kind: expr.VerdictDrop}}})
	return commit(c)
}

// towards matches packets to a prefix.
func towards(p netip.Prefix) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: reg, Base: expr.PayloadBaseNetworkHeader, Offset: 16, Len: 4},
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 4, Mask: net.CIDRMask(p.Bits(), 32), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: p.Masked().Addr().AsSlice()},
	}
}

// replace installs the rules for all links to this namespace, in one
// transaction. They stand before connection tracking, so that a dropped packet
// has left no trace: it was lost on the way.
func (ns *namespace) replace(state map[int]cluster.Link, addr func(int) netip.Addr) error {
	c, err := ns.conn()
	if err != nil {
		return err
	}
	t := table(c)
	in := c.AddChain(&nftables.Chain{Name: "links", Table: t, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw})
	c.FlushChain(in)
	for _, from := range slices.Sorted(maps.Keys(state)) {
		c.AddRule(&nftables.Rule{Table: t, Chain: in, Exprs: append(comingFrom(addr(from)), end(from, state[from])...)})
	}
	return commit(c)
}

// comingFrom matches packets of one server.
func comingFrom(ip netip.Addr) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: reg, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
		&expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: ip.AsSlice()},
	}
}

// end is the end of the rule for a link.
func end(from int, l cluster.Link) []expr.Any {
	if l.Cut {
		return []expr.Any{&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}}
	}
	return toHolder(from)
}

// bar installs, or takes away, the rule that refuses connections to the quorum
// port. It looks at packets that open a connection alone, so those that exist go
// on; a refusal is answered as by a machine on which nobody listens there.
func (ns *namespace) bar(shut bool) error {
	c, err := ns.conn()
	if err != nil {
		return err
	}
	t := table(c)
	in := c.AddChain(&nftables.Chain{Name: "bar", Table: t, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	c.FlushChain(in)
	if shut {
		c.AddRule(&nftables.Rule{Table: t, Chain: in, Exprs: append(opening(quorumPort), &expr.Counter{}, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})})
	}
	return commit(c)
}

// opening matches TCP packets that ask for a connection to a port.
func opening(port uint16) []expr.Any {
	const syn, ack = 1 << 1, 1 << 4
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg},
		&expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: reg, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: binary.BigEndian.AppendUint16(nil, port)},
		&expr.Payload{DestRegister: reg, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 1, Mask: []byte{syn | ack}, Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: []byte{syn}},
	}
}

func (ns *namespace) close() {
	if ns != nil {
		ns.file.Close()
	}
}
