// Package recipes is what applications build upon ZooKeeper, over a connection of
// go-zookeeper: locks with fencing tokens, leader election, queues, barriers,
// counters, groups and caches. Each writes what it did into a run log, so that the
// checks of package checker judge real executions: of these recipes, of the servers
// below them, and, since each has a planted-wrong twin, of the checks themselves.
//
// # The nouns, in order
//
// A Recorder puts the operations of recipes into a log, as package runlog names
// them. A Session is a connection whose ends it knows; Connect opens one. On it stand
//
//	Lock      one holder at a time. Acquire gives a fencing token, which grows from
//	          holder to holder; a Resource refuses a token after a greater one.
//	Election  the same of leaders.
//	Queue     items leave once each, in the order in which they came.
//	Barrier   nobody enters before all have come, nobody leaves before all have done.
//	Counter   a sum.
//	Group     who is there.
//	Cache     the last value of a znode.
//
// Each recipe object is a client of its own in the log: a client has one operation
// open at a time. An object is for one goroutine at a time; a Session is for many.
//
// # Outcomes
//
// An operation whose znode may or may not have been changed is repeated until that is
// known, where the znode tells (a create by its name, a release), and is written down
// with unknown outcome where it does not (Put, Take, Add). When its session has ended,
// a holder is told by the channel Lost, and its next operation fails with ErrLost.
//
// # Planted wrong
//
// A Wrong names what an object gets wrong on purpose: IgnoreSession, TakeTwice,
// DoNotWait, SetBlindly, JoinInVain, ForgetToWatch. They are what people do get wrong.
//
// # The caller's duties
//
// The log's header has the world "record", and in Join tick times initLimit of the
// ensemble. Items of a queue differ. Done, and then End,
// are called when all objects are idle.
//
// # Weaknesses
//
// A holder that pauses may believe that it holds what another one already does: so
// does every lock that outlives its holder. That is what the token is for.
package recipes
