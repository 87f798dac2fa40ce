//go:build unix

package flink

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/schismlab/schism/cluster/process"
)

const loopback = "127.0.0.1"

// place is where one JobManager or TaskManager runs: its folder, addresses and
// gates stay, and its JVM comes and goes.
type place struct {
	process.Process
	master bool
	// gate is the port that the process advertises for calls, rpc the one that it
	// binds. rest and blob are a JobManager's.
	gate, rpc, rest, blob int
	zooKeeper             []string // its gates

	leader leadership // of a JobManager
	asked  flags      // what faults have asked for
}

// newPlace reserves the ports of a process and opens its gates.
func (c *Cluster) newPlace(name string, master bool) (*place, error) {
	p := &place{master: master}
	dir := filepath.Join(c.o.Dir, name)
	p.Name, p.Dir, p.Log, p.Words = name, dir, filepath.Join(dir, "log"), p.lastWords
	ports := []*int{&p.rpc}
	if master {
		ports = append(ports, &p.rest, &p.blob)
	}
	for _, port := range ports {
		number, release, err := process.ReservePort()
		if err != nil {
			return nil, err
		}
		*port = number
		c.release = append(c.release, release)
	}
	addr, err := c.gates.open("", name, fmt.Sprintf("%s:%d", loopback, p.rpc))
	if err != nil {
		return nil, err
	}
	p.gate = addr.Port
	for i, target := range c.o.ZooKeeper {
		addr, err := c.gates.open(name, serverName(i+1), target)
		if err != nil {
			return nil, err
		}
		p.zooKeeper = append(p.zooKeeper, addr.String())
	}
	return p, nil
}

// write makes the process's folders and its configuration.
func (c *Cluster) write(p *place) error {
	conf := filepath.Join(p.Dir, "conf")
	name, text := configFile(c.o.Version, c.settings(p))
	return errors.Join(
		os.MkdirAll(conf, 0o700),
		os.MkdirAll(filepath.Join(p.Dir, "tmp"), 0o700),
		os.WriteFile(filepath.Join(conf, name), []byte(text), 0o600),
		os.WriteFile(filepath.Join(conf, "log4j.properties"), []byte(logging), 0o600),
	)
}

// args are the command line of the process, behind java.
func (c *Cluster) args(p *place) []string {
	conf := filepath.Join(p.Dir, "conf")
	// What Flink unpacks of a job's jar it removes at its end, if that is a good one.
	tmp := "-Djava.io.tmpdir=" + filepath.Join(p.Dir, "tmp")
	args := append(jvmOptions(c.marker, filepath.Join(conf, "log4j.properties"), p.master), tmp, "-cp", c.classpath)
	if a := c.o.Application; p.master && a != nil {
		args[len(args)-1] += string(os.PathListSeparator) + a.Jar
		return append(append(args, a.Main, conf, a.Jar), a.Args...)
	}
	if p.master {
		return append(args, jobManagerMain, "--configDir", conf, "--executionMode", "cluster", "--host", loopback)
	}
	return append(args, taskManagerMain, "--configDir", conf)
}

// lastWords is what a process that ended by itself says about it in its log: its
// last error, or else its last line.
func (p *place) lastWords() string {
	text, err := p.Tail(64 << 10)
	if err != nil {
		return err.Error()
	}
	last := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		fatal := strings.Contains(line, " ERROR ") || strings.Contains(line, "Shutting ") || strings.HasPrefix(line, "Error:")
		if line != "" && (fatal || last == "") {
			last = line
		}
	}
	const most = 300
	if len(last) > most {
		last = last[:most] + "…"
	}
	return strings.TrimSpace(last + "; see " + p.Log)
}
