// Package wire reads what ZooKeeper's clients and servers say to each other over
// a client connection, and what servers write into their transaction logs. It
// reads: the harness stands beside the conversation and does not speak in it, but
// for the requests that the Go client library does not have: AppendCheck,
// AppendAddWatch, AppendRemoveWatches and AppendSetWatches write them.
//
// # The nouns, in order
//
// A Splitter cuts a stream of bytes into frames. Each frame is a record in
// ZooKeeper's serialization (jute): big-endian integers, strings and buffers with
// a length before them, -1 for null. A Decoder reads one.
//
// A conversation begins with a Connect and its Accept. Then come Requests, each
// with the xid that its client chose, and Replies, each with that xid, the zxid
// that the server had last applied, and an error or a result. Replies come in the
// order of the requests; what the server says unasked, a watch event, has the
// xid -1. Other negative xids are those of pings and the like.
//
// A Conversation puts the two directions together: it is given the bytes of
// each as they pass, and tells of each Exchange, a request with its reply. It
// works for any client: the Go client for ZooKeeper hides the zxids of replies
// from its users, the bytes do not.
//
// A Log reads a file of transactions as SyncRequestProcessor writes it, up to
// the last record that is whole.
//
// # The caller's duties
//
// Bytes are handed over in the order of their direction, and a request before
// its reply: a tap must tell of written bytes before they are on their way.
// Decoded values share nothing with the bytes that were handed over. After the
// first error a Conversation is Broken and says nothing more.
//
// # What is left out
//
// SASL, and the read-only byte of a Connect, are passed over. Requests of kinds
// that this package does not know are told by their number, without their path.
// Peers' protocols (election, quorum) have no codec here.
//
// Sources: zookeeper.jute, ZooDefs.OpCode, ClientCnxn, FileTxnLog.
package wire
