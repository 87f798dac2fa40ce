// Package proxy carries all traffic between the servers of an ensemble, so that
// each direction between each two of them can be cut, slowed and made lossy
// without root and without the servers knowing.
//
// # Nouns
//
//   - A Mesh has, for each ordered pair of servers and each of their two peer
//     ports, a listener on 127.0.0.1. Server i is configured with the
//     listeners of the pairs (i, j) as the addresses of its peers, so whoever
//     dials is known by the listener.
//   - A connection has two directions. Bytes from i to j obey the link (i, j),
//     bytes from j to i the link (j, i), whoever dialled.
//   - A cluster.Link is the state of one direction.
//   - A Filter sees the bytes of one direction of one connection, in order, and
//     decides what goes on. The mesh uses one itself (see below); it is the
//     place for anything that understands the protocols.
//
// # Election addresses
//
// From ZooKeeper 3.5 on the first message on an election connection holds the
// sender's own election address, and a receiver with a larger number hangs up
// and dials that address. This would go past the proxy, so the mesh writes the
// listener of the opposite pair in its place. A first message that it does not
// understand ends the connection and is reported: better no connection than one
// whose faults do not work.
//
// # Faults, exactly
//
// Cut: when SetLink returns, no further byte is handed to the receiver's kernel.
// Bytes, ends and resets of the stream wait; the sender is held back once the
// buffers in between are full. A dial is accepted at once, for a listener
// cannot do otherwise, but its connection goes no further until neither
// direction is cut; a dialler that hangs up meanwhile is forgotten with all that
// it wrote.
//
// Delay and Jitter: each piece that was read in one go waits, and none
// overtakes another.
//
// Loss: each 1460 bytes of a piece are lost with the given chance. A piece with
// a loss waits 200 ms more, twice as long for each time that it is lost again,
// and all behind it wait too, as behind TCP's retransmission. A loss of 100 % is
// a cut.
//
// Bar: a connection to the server's quorum port is accepted and reset at once.
// Connections that exist, and elections, go on.
//
// All draws of a link come from a generator of its own, split from the seed.
//
// # Duties of the caller
//
// Give each server the addresses of its own pairs; close the mesh.
//
// # Where it departs from a network
//
// A dial to a dead server is accepted and then reset where a network refuses
// it. Between the two, the mesh goes on dialling for half a second, since a
// follower that finds a new leader's port not yet open would retry after a
// refusal, but gives up after a reset. The kernels at both ends of a cut never
// notice it: no retransmission time-out, no exponential back-off, so a healed
// link flows at once.
//
// # Known weaknesses
//
// How the stream falls into pieces depends on timing, so a seed fixes the draws
// but not which byte each one hits. Buffers hold more than on a network without
// proxy: up to 2 MiB for each direction of each connection, and the kernel's.
package proxy
