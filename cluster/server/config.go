package server

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MainClass is what runs a server; its only argument is the path of zoo.cfg.
const MainClass = "org.apache.zookeeper.server.quorum.QuorumPeerMain"

// Peer is where one server finds another, or itself.
type Peer struct {
	ID   int
	Host string
	// Quorum is the port of synchronisation and broadcast, Election the one of
	// leader election.
	Quorum, Election int
	// Client is the port for clients, where the configuration is dynamic.
	Client int
}

// Member is what a dynamic configuration says of a server in a role.
func (p Peer) Member(role string) string {
	return fmt.Sprintf("server.%d=%s:%d:%d:%s;%s:%d", p.ID, p.Host, p.Quorum, p.Election, role, p.Host, p.Client)
}

// Config is what one server is told.
type Config struct {
	// ID is the server's number, from 1. Peers holds it too: under its own
	// number a server finds the addresses that it is to bind.
	ID    int
	Peers []Peer
	// DataDir takes snapshots, logs and epochs, and the file myid with ID.
	DataDir string
	// ClientHost and ClientPort are bound for clients.
	ClientHost string
	ClientPort int
	// Tick is at least 1 ms; InitLimit and SyncLimit count ticks.
	Tick                 time.Duration
	InitLimit, SyncLimit int
	// Dynamic is the file of the configuration that may change, as the server finds it;
	// DynamicText is what is in it at first. Without one, Peers never change.
	Dynamic string
}

// DynamicText is the first content of the file Dynamic.
func (c Config) DynamicText() string {
	var b strings.Builder
	for _, p := range c.sorted() {
		b.WriteString(p.Member("participant") + "\n")
	}
	return b.String()
}

func (c Config) sorted() []Peer {
	return slices.SortedFunc(slices.Values(c.Peers), func(a, b Peer) int { return a.ID - b.ID })
}

// Text is the configuration file zoo.cfg. An ensemble of one runs standalone.
func (c Config) Text() string {
	var b strings.Builder
	line := func(key string, value any) { fmt.Fprintf(&b, "%s=%v\n", key, value) }
	line("dataDir", c.DataDir)
	if c.Dynamic == "" {
		line("clientPort", c.ClientPort)
		line("clientPortAddress", c.ClientHost)
	}
	line("tickTime", c.Tick.Milliseconds())
	line("initLimit", c.InitLimit)
	line("syncLimit", c.SyncLimit)
	// A workload opens many sessions from one address.
	line("maxClientCnxns", 0)
	// The default would be the same; named, a reader sees the bounds.
	line("minSessionTimeout", 2*c.Tick.Milliseconds())
	line("maxSessionTimeout", max(60_000, 20*c.Tick.Milliseconds()))
	line("admin.enableServer", false)
	line("4lw.commands.whitelist", "*")
	peers := c.sorted()
	switch {
	case c.Dynamic != "":
		line("reconfigEnabled", true)
		line("standaloneEnabled", false)
		// Only the superuser may change the ensemble, unless nobody is asked.
		line("skipACL", "yes")
		line("dynamicConfigFile", c.Dynamic)
	case len(peers) > 1:
		for _, p := range peers {
			line(fmt.Sprintf("server.%d", p.ID), fmt.Sprintf("%s:%d:%d", p.Host, p.Quorum, p.Election))
		}
	}
	return b.String()
}

// JVMOptions are the options with which a JVM carries one server: small, quick
// to start, logging at level INFO to standard output, and marked with run, so
// that one can tell later which run a process belongs to. The class path comes
// from artifact.ZooKeeper; MainClass and the path of zoo.cfg follow.
func JVMOptions(run string) []string {
	return []string{
		Marker(run),
		"-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		// A full heap must look like a crash, not like a server that limps.
		"-XX:+ExitOnOutOfMemoryError",
		// No file under /tmp/hsperfdata that a SIGKILL would leave behind.
		"-XX:-UsePerfData",
		"-Djava.net.preferIPv4Stack=true",
		"-Dzookeeper.jmx.log4j.disable=true",
		"-Dorg.slf4j.simpleLogger.logFile=System.out",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
		"-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
	}
}

// Marker is the argument by which a process of run is known.
func Marker(run string) string { return "-Dschism.run=" + run }
