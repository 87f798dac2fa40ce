//go:build unix

package flink

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/process"
)

// place is where one JobManager or TaskManager runs: its folder, machine and addresses
// stay, and its JVM comes and goes.
type place struct {
	name   string
	dir    string
	log    string
	master bool
	machine
	addresses

	leader leadership // of a JobManager
	asked  flags      // what faults have asked for
}

// addresses are where a process is found, and where it finds others.
type addresses struct {
	// host is where others call it, bind where it listens. They call the port rpc; it
	// binds rpcBind, which is another one if somebody carries the calls. rest and blob are
	// a JobManager's.
	host, bind               string
	rpc, rpcBind, rest, blob int
	// restHere is where this machine finds the REST server, as host:port.
	restHere  string
	zooKeeper []string // the servers' client ports
	classpath string
}

// machine holds one process, which comes and goes.
type machine interface {
	// start runs java. It returns when the process exists.
	start(ctx context.Context, args []string) error
	kill(ctx context.Context) error
	pause(ctx context.Context) error
	resume(ctx context.Context) error
	// retire kills the process if there is one; none can be started any more.
	retire(ctx context.Context) error
	// ended is closed when the process that runs now has ended, however it did, and all
	// that it said is in its log. It is nil while none has been started, or after kill.
	ended() <-chan struct{}
	// exitCode is the one with which the process ended by itself, none of 0 to 127 if a
	// signal ended it.
	exitCode(ctx context.Context) (int, error)
}

// running says whether there is a process.
func (p *place) running() bool {
	ended := p.ended()
	if ended == nil {
		return false
	}
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

// site is where the processes of a cluster are: this machine, or machines of the
// ensemble's network.
type site interface {
	// settle gives p its machine and its addresses.
	settle(ctx context.Context, p *place) error
	// setLink puts what goes from one to the other into a state.
	setLink(ctx context.Context, from, to string, state cluster.Link) error
	// close takes away what is left of the site. Where machines have not all retired
	// something may still run, and the next run must be able to find it.
	close(retired bool) error
}

// newPlace makes the folders of a process.
func (c *Cluster) newPlace(name string, master bool) (*place, error) {
	dir := filepath.Join(c.o.Dir, name)
	p := &place{name: name, master: master, dir: dir, log: filepath.Join(dir, "log")}
	return p, errors.Join(os.MkdirAll(filepath.Join(dir, "conf"), 0o700), os.MkdirAll(filepath.Join(dir, "tmp"), 0o700))
}

// write makes the process's configuration.
func (c *Cluster) write(p *place) error {
	conf := filepath.Join(p.dir, "conf")
	name, text := configFile(c.o.Version, c.settings(p))
	return errors.Join(
		os.WriteFile(filepath.Join(conf, name), []byte(text), 0o600),
		os.WriteFile(filepath.Join(conf, "log4j.properties"), []byte(logging), 0o600),
	)
}

// args are the command line of the process, behind java.
func (c *Cluster) args(p *place) []string {
	conf := filepath.Join(p.dir, "conf")
	// What Flink unpacks of a job's jar it removes at its end, if that is a good one.
	tmp := "-Djava.io.tmpdir=" + filepath.Join(p.dir, "tmp")
	args := append(jvmOptions(filepath.Join(conf, "log4j.properties"), p.master), tmp, "-cp", p.classpath)
	if a := c.o.Application; p.master && a != nil {
		args[len(args)-1] += string(os.PathListSeparator) + a.Jar
		return append(append(args, a.Main, conf, a.Jar), a.Args...)
	}
	if p.master {
		return append(args, jobManagerMain, "--configDir", conf, "--executionMode", "cluster", "--host", p.host)
	}
	return append(args, taskManagerMain, "--configDir", conf)
}

// lastWords is what a process that ended by itself says about it in its log: its
// last error, or else its last line.
func (p *place) lastWords() string {
	text, err := process.Tail(p.log, 64<<10)
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
	return strings.TrimSpace(last + "; see " + p.log)
}
