package zookeeper

import "github.com/schismlab/schism/paxos"

// Model is a tree that requests are made of directly, without servers, for the
// tests that hold it against a real one.
type Model struct{ tree Tree }

// NewModel is a model with the root alone.
func NewModel() *Model { return &Model{NewTree()} }

// Tree is the model's tree.
func (m *Model) Tree() Tree { return m.tree }

// Write carries a request out as transaction z.
func (m *Model) Write(r Request, z paxos.Zxid) *Reply {
	txn := prepare(m.tree, &r)
	m.tree = m.tree.apply(txn, z)
	return result(m.tree, txn, z)
}

// Read answers a request that needs no transaction.
func (m *Model) Read(r Request) *Reply { return read(m.tree, &r, 0) }
