// Package process runs programs on this machine that die with us, and puts the
// faults of processes on them. The worlds of processes stand on it: ZooKeeper's
// servers in cluster/local, Flink's in cluster/flink.
//
// # Nouns
//
//   - A Launcher starts processes such that the kernel kills them when we die,
//     where the kernel can do that (Linux).
//   - A Process is the place of one program: its name, folder and log stay while
//     processes come and go in it. Its faults are SIGKILL, SIGSTOP and SIGCONT,
//     and each method returns when the fault is in force.
//   - ReservePort finds a port on 127.0.0.1 and keeps it for a server that may be
//     down at times. Java finds the Java runtime.
//
// # Duties of the caller
//
// Note what is started in cluster/leftover before it is, with a marker on the
// command line: outside Linux nothing else removes it when we are killed. Retire
// each process before the launcher is closed.
//
// # Known weaknesses
//
// It needs a Unix system. Outside Linux a port may be taken by another process
// while its server is down, and Pause returns when the signal is sent, not when
// it has taken hold.
package process
