// Package tap stands between ZooKeeper's clients and its servers, any clients,
// and writes down what they say to each other as a history that checks judge.
//
// # The nouns, in order
//
// A Recorder makes events of what passes: a Call when a request passes, a Ret
// with the zxid of the reply when that passes, Conn, Lost and Expired of sessions,
// and Watch events. A Tap listens on 127.0.0.1 in front of one server, forwards
// every byte as it came, and lets a Recorder hear it. Clients are given the
// addresses of taps in place of those of servers.
//
// # Lanes
//
// A client may send a request before it has the answer to the one before, as
// Curator does; in a history, a client has one call open at a time. So a session
// becomes as many clients as it ever has calls open at once, its lanes, and a
// call goes to the first that is free. Nothing is then known of the order of
// calls in different lanes but their times. What happens to the session happens
// to each of its lanes, and a watch that several have left tells all of them.
//
// # Duties of the caller
//
// Every client must come through taps of one Recorder, from the ensemble's first
// session on: what others have written is not in the history, and the checks
// would find it invented. Close every Tap before the Recorder is asked for its
// end.
//
// # What is left out
//
// Requests about permissions, quotas and reconfiguration are forwarded and not
// recorded. Data that is no text is recorded as a digest. A tap sees a request
// before the server and a reply before the client, so its times are narrower than
// the client's, and just as true.
package tap
