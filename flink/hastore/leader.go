package hastore

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Leader is what a znode connection_info says.
type Leader struct {
	// Address is an RPC address, or, for the component rest_server, a URL. Both
	// it and Token are empty if nobody leads.
	Address string
	// Token is the leader's session id, a UUID: the fencing token of its RPCs.
	Token string
}

// None says whether nobody leads.
func (l Leader) None() bool { return l == Leader{} }

// DecodeLeader reads the data of a connection_info: an object stream with a
// writeUTF and a java.util.UUID. Empty data says that nobody leads.
func DecodeLeader(data []byte) (Leader, error) {
	if len(data) == 0 {
		return Leader{}, nil
	}
	contents, err := decode(data)
	if err != nil {
		return Leader{}, fmt.Errorf("leader information: %w", err)
	}
	if len(contents) != 2 {
		return Leader{}, fmt.Errorf("leader information: %d parts, want an address and a UUID", len(contents))
	}
	block, ok := contents[0].(blockData)
	if !ok || len(block) < 2 || int(binary.BigEndian.Uint16(block)) != len(block)-2 {
		return Leader{}, errors.New("leader information: its first part is not an address as writeUTF writes it")
	}
	address, ok := modifiedUTF8(block[2:])
	if !ok {
		return Leader{}, errors.New("leader information: the address is not modified UTF-8")
	}
	token, ok := uuid(contents[1])
	if !ok {
		return Leader{}, errors.New("leader information: its second part is not a java.util.UUID")
	}
	return Leader{Address: address, Token: token}, nil
}

// uuid is a java.util.UUID in the form that Flink's logs have.
func uuid(value any) (string, bool) {
	o, ok := value.(*object)
	if !ok || o == nil || o.class != "java.util.UUID" {
		return "", false
	}
	most, ok1 := o.lookup("mostSigBits").(int64)
	least, ok2 := o.lookup("leastSigBits").(int64)
	if !ok1 || !ok2 {
		return "", false
	}
	m, l := uint64(most), uint64(least)
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", m>>32, m>>16&0xffff, m&0xffff, l>>48, l&(1<<48-1)), true
}

// Component is a part of a JobManager that leads, with what it has published.
type Component struct {
	// Name is dispatcher, resource_manager, rest_server, or job- and a job's id.
	Name string
	Leader
	Stat
	// Bad is what is wrong with the data, if it cannot be read.
	Bad error
}

// Components lists the leader information of all components, by name. A
// component whose znode is gone meanwhile is left out.
func (s Store) Components() ([]Component, error) {
	names, err := s.list("leader")
	if err != nil {
		return nil, err
	}
	var all []Component
	for _, name := range names {
		data, stat, err := s.tree.Get(path.Join(s.root, "leader", name, "connection_info"))
		if errors.Is(err, ErrNoNode) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c := Component{Name: name, Stat: stat}
		c.Leader, c.Bad = DecodeLeader(data)
		all = append(all, c)
	}
	return all, nil
}

// Candidate is a process that leads or waits for it: a child of the latch.
type Candidate struct {
	Name     string
	Sequence int64 // from the name; the lowest one leads
	Stat
}

// Latch lists the candidates for leadership, the leader first.
func (s Store) Latch() ([]Candidate, error) {
	dir := path.Join("leader", "latch")
	names, err := s.list(dir)
	if err != nil {
		return nil, err
	}
	var all []Candidate
	for _, name := range names {
		sequence, ok := latchSequence(name)
		if !ok {
			continue
		}
		_, stat, err := s.tree.Get(path.Join(s.root, dir, name))
		if errors.Is(err, ErrNoNode) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Candidate{Name: name, Sequence: sequence, Stat: stat})
	}
	slices.SortFunc(all, func(a, b Candidate) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return all, nil
}

// latchSequence reads _c_<uuid>-latch-0000000007.
func latchSequence(name string) (int64, bool) {
	_, digits, found := strings.Cut(name, "-latch-")
	if !found || len(digits) != 10 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	return int64(n), err == nil
}
