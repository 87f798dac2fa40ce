// Package server knows what one ZooKeeper server is told and what it says,
// wherever it runs: as a process on this machine or in a container.
//
// # Nouns
//
//   - A Config becomes the text of zoo.cfg. Each server has its own view of the
//     ensemble (Peers): between processes on one machine the addresses of the
//     others are the proxy's, and no two servers are given the same ones.
//   - JVMOptions and MainClass make the command line.
//   - A Status is asked for with the four-letter word srvr.
//
// # Duties of the caller
//
// Write Config.Text to a file and Config.ID to DataDir/myid, and keep both
// ports of the server's own Peer free until it has bound them. The log goes to
// standard output.
//
// # Where it departs from a server in production
//
// The heap is small (128 MiB) and only the first tier of the JIT compiles, for
// a fast start. The admin server is off, all four-letter words are allowed,
// the number of connections per client is not limited. Syncing to disk is on,
// as it is by default.
//
// # Known weaknesses
//
// srvr reports the zxid last applied, not the one last logged.
package server
