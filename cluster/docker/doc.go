// Package docker is the real world in containers: every ZooKeeper server, and every
// process of Flink, in a container of its own, on a network of the run's own, with
// faults that the kernel makes.
//
// # Nouns
//
//   - An Ensemble is a cluster.Ensemble. Start makes it, Close removes it.
//   - A box is a machine of the run's network, in two containers. The sandbox does
//     nothing but hold the network namespace: address, published ports and rules are
//     its, and stay as they are when the process is killed and started again. The
//     process's own container shares that namespace; it holds a JVM and nothing else.
//   - Each server has a box. Others are made for guests (Lodge): processes of Flink,
//     with the release's own image and folders of this machine that they share.
//   - The run's network is a bridge with a /26 of 198.19.0.0/16, addresses set
//     aside for tests of network devices. Servers find each other by fixed
//     addresses, since ZooKeeper remembers what a name meant.
//   - A link leads from any box to any other (SetWay; SetLink between servers). It
//     is judged where packets arrive: in the receiver's namespace, before
//     its kernel has seen them. A cut is a rule that drops. On a slow or lossy
//     link the kernel hands each packet to a lane, a queue in this process,
//     which draws from the run's seed and lets it go, or drops it, in order.
//   - Everything in the engine carries the labels schism.run (the run's name) and
//     schism.owner (the process that answers for it).
//
// # Faults
//
// Kill is SIGKILL; the server's machine, as it were, lives on and refuses
// connections. Pause is SIGSTOP: the kernel goes on acknowledging for the server.
// Both go to the process itself where that is within reach, and so fall
// at the moment they are meant for; where it is not (another user's engine, or
// another machine's), the engine is asked, which takes it some hundredths of a
// second, and a pause is then the freezer of the control group.
//
// A cut takes hold of connections that exist at once and lasts over a restart of
// either end; what TCP has not had acknowledged is sent again after healing, at
// the pace of its back-off. Bar is a rule that answers, for the server, that nobody
// listens on its quorum port.
//
// # Duties of the caller
//
// Close the ensemble, also when the context of Start has ended since. Pass a
// folder that the engine can mount. Kill what runs in guests' boxes before Close, if
// somebody starts it again when it ends. Call leftover.Clean, or Sweep, to remove
// what a killed run left. SetLink and Bar need root on the machine of the engine;
// everything else needs no more than the engine's socket. Servers run as the
// user that calls, so what they write can be read and removed.
//
// # Where it departs from the real thing
//
// A link that is cut one way stalls the other way as well: data arrives, its
// acknowledgements do not, so the sender soon sends no more. That is how it is
// in life, but it is not what "one way" says, and in the world of processes the
// other way goes on undisturbed. All addresses of a server are one machine's:
// cuts do not tell the election port from the quorum port, only Bar does. Clients
// reach servers through the engine's port forwarding, which accepts a connection
// even while the server is down and then closes it, and which no link affects.
// Nothing may leave the run's network, where links can be set at all.
//
// The container library's reaper is switched off, for it is an image that no
// digest pins; labels and cluster/leftover do its work.
//
// # Known weaknesses
//
// Which packet a draw meets depends on timing, so a seed repeats the sequence of
// losses on each link, not the run. The delay of a lane is exact to about a
// millisecond. A paused or killed harness judges no packets: slow and lossy
// links then stand still. Rootless engines and remapped user numbers have not
// been tried; nor has the official image, see package image. Outside Linux, or
// with an engine inside a virtual machine, everything works but SetLink.
package docker
