//go:build unix

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
)

// place is where one server runs: its folder and addresses stay, and its JVM
// comes and goes.
type place struct {
	process.Process
	n      int
	client int // port
	peer   server.Peer
}

func newPlace(n int, dir string) *place {
	p := &place{n: n, peer: server.Peer{ID: n, Host: "127.0.0.1"}}
	p.Name, p.Dir, p.Log, p.Words = fmt.Sprintf("server %d", n), dir, filepath.Join(dir, "server.log"), p.lastWords
	return p
}

// lastWords is what a server that ended by itself says about it in its log.
func (p *place) lastWords() string {
	text, err := p.Tail(16 << 10)
	if err != nil {
		return err.Error()
	}
	if strings.Contains(text, "java.net.BindException") {
		return fmt.Sprintf("another process has taken one of its ports %d, %d, %d; see %s",
			p.client, p.peer.Quorum, p.peer.Election, p.Log)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "ERROR") || strings.HasPrefix(line, "Error:") || strings.HasPrefix(line, "Unrecognized") {
			return strings.TrimSpace(line) + "; see " + p.Log
		}
	}
	return "see " + p.Log
}

// write makes the server's folder, configuration and myid.
func (p *place) write(c server.Config) error {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(p.config(), []byte(c.Text()), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.DataDir, "myid"), []byte(strconv.Itoa(p.n)+"\n"), 0o600)
}

func (p *place) config() string { return filepath.Join(p.Dir, "zoo.cfg") }
