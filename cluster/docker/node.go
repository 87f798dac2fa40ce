package docker

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/server"
	"github.com/schismlab/schism/plan"
)

// Ports inside the containers, ZooKeeper's customary ones.
const (
	clientPort   = 2181
	quorumPort   = 2888
	electionPort = 3888
)

// mountPoint is where a container sees its server's folder.
const mountPoint = "/schism"

// node is a server's machine.
type node struct {
	*box
	dir string
}

// args are those of java.
func (s *node) args() []string {
	return append(server.JVMOptions(s.ensemble.run), "-cp", s.ensemble.img.Classpath, server.MainClass, mountPoint+"/zoo.cfg")
}

// newNode lays out the folder of server n.
func (e *Ensemble) newNode(n int, o cluster.Options) (*node, error) {
	dir := filepath.Join(o.Dir, plan.ServerName(n))
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		return nil, err
	}
	conf := server.Config{
		ID: n, DataDir: mountPoint + "/data",
		ClientHost: e.net.addr(n).String(), ClientPort: clientPort,
		Tick: o.Tick, InitLimit: o.InitLimit, SyncLimit: o.SyncLimit,
	}
	for p := 1; p <= o.Servers; p++ {
		if p == n || p <= o.Servers-o.Spares { // one that joins begins with a view that it is in
			conf.Peers = append(conf.Peers, e.peer(p))
		}
	}
	files := map[string]string{"data/myid": fmt.Sprintln(n)}
	if o.Reconfigures {
		conf.Dynamic = mountPoint + "/" + dynamicName
		files[dynamicName] = conf.DynamicText()
	}
	files["zoo.cfg"] = conf.Text()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	b, err := e.newBox(plan.ServerName(n), fmt.Sprintf("server %d", n), contents{
		image: e.img.Ref, ports: []int{clientPort}, binds: []string{bind(dir, mountPoint, true)},
		dir: mountPoint, log: filepath.Join(dir, "server.log"),
	})
	return &node{b, dir}, err
}

// dynamicName is the file of a configuration that can change, as it is at first: the
// servers write others beside it.
const dynamicName = "zoo.cfg.dynamic"

// peer is where servers and clients find server n.
func (e *Ensemble) peer(n int) server.Peer {
	return server.Peer{ID: n, Host: e.net.addr(n).String(), Quorum: quorumPort, Election: electionPort, Client: clientPort}
}
