// Package local is the real world of processes: an ensemble of unmodified
// ZooKeeper servers, each a JVM on this machine, with every byte between them
// going through package proxy.
//
// # Nouns
//
//   - An Ensemble is started with cluster.Options and implements
//     cluster.Ensemble.
//   - Each server has a folder Dir/nN with zoo.cfg, server.log and data/. They
//     stay after Close. Dir/proxy.log exists only if the proxy met what must not
//     happen; Close fails then.
//   - Each server has three ports on 127.0.0.1, for clients, quorum and election,
//     which stay its own for the whole run. Its zoo.cfg names the proxy's ports
//     in the place of the other servers.
//
// # Duties of the caller
//
// Close the ensemble; ending the context given to Start does it too. Call
// leftover.Clean when a program starts.
//
// # What happens when the harness dies
//
// On Linux the kernel kills the servers with it. Elsewhere they go on, and
// leftover.Clean of the next run removes them: they carry the name of the run on
// their command line, and the register says whose it was.
//
// # Faults
//
// Kill is SIGKILL, so what the kernel was handed is kept: it is a crash of the
// process, not of the machine. Pause is SIGSTOP, and returns when every thread
// has stopped. Links are described in package proxy.
//
// # Where it departs from a cluster in production
//
// All servers share one machine, its clock and its disk. The JVMs are small; see
// package server.
//
// # Known weaknesses
//
// It needs a Unix system. Outside Linux a port may be taken by another process
// while its server is down; the server's log, and the error of the next call,
// say so.
package local
