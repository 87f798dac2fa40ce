package hastore

import (
	"errors"

	"github.com/go-zookeeper/zk"
)

// Tree is as much of a tree of znodes as this package reads.
type Tree interface {
	// Get returns a znode's data and stat; ErrNoNode if there is none.
	Get(path string) ([]byte, Stat, error)
	// Children returns the names of a znode's children in any order; ErrNoNode if
	// there is no such znode.
	Children(path string) ([]string, error)
}

// ErrNoNode says that a znode is not there.
var ErrNoNode = errors.New("no such znode")

// Stat is what a znode's stat says of when and by whom it was made.
type Stat struct {
	Czxid, Mzxid uint64
	Version      int32
	// Owner is the session that an ephemeral znode ends with; 0 otherwise.
	Owner int64
}

// Conn is the tree that a server holds, read over a connection to it. Each read
// is answered by that server alone, and may be old.
func Conn(conn *zk.Conn) Tree { return connection{conn} }

type connection struct{ conn *zk.Conn }

func (c connection) Get(path string) ([]byte, Stat, error) {
	data, stat, err := c.conn.Get(path)
	if err != nil {
		return nil, Stat{}, named(err)
	}
	return data, Stat{
		Czxid: uint64(stat.Czxid), Mzxid: uint64(stat.Mzxid), Version: stat.Version, Owner: stat.EphemeralOwner,
	}, nil
}

func (c connection) Children(path string) ([]string, error) {
	names, _, err := c.conn.Children(path)
	return names, named(err)
}

func named(err error) error {
	if errors.Is(err, zk.ErrNoNode) {
		return ErrNoNode
	}
	return err
}
