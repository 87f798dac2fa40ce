// Package witness judges a history of ZooKeeper by the zxids in its answers:
// is it linearizable, or at least what ZooKeeper promises?
//
// To find an order of a history's calls that explains every answer takes
// exponential time in general. But ZooKeeper's answers name the order: an
// acknowledged write carries its own zxid, a read that of the last transaction
// its server had applied. So the judge sorts once, replays once, and looks at
// the times once. That takes near-linear time, whatever the number of clients.
//
// # The nouns, in order
//
// An Input is a history and what the servers held at the end. Judge gives a
// Result with a Grade:
//
//	linearizable         one order explains all answers and keeps to real time
//	ordered sequential   … and keeps each session's order and the real time of the
//	                     writes: ZooKeeper's contract, OSC(U) of Lev-Ari et al.;
//	                     reads may be stale
//	session              … and keeps each session's order
//	broken               the order of the zxids explains some answer not at all
//
// A Certificate is that order. Package certificate re-checks it, in fewer than a
// hundred lines and without any of the judge's code: a grade is to be believed
// because its certificate holds, not because the judge says so. Breaches are promises that were broken, each by name: a
// history may be linearizable by its values and break promises about zxids. A
// Stale tells how far reads lagged, in transactions and in time.
//
// # How it judges
//
// The answered operations are sorted by zxid, of one zxid the write before the
// reads. The replay carries the writes out on a tree of znodes, and holds each
// answer to the tree at its place: errors, names, values, versions, children,
// and where an answer shows a Stat its zxids, child version and owner.
//
// What does not fit may be the doing of a hidden transaction: a write whose
// answer was lost, the end of a session, which takes its ephemeral znodes
// along, or the removal of a container or of a znode whose time to live is over. Where a Stat shows the zxid of a hidden transaction, that is its place.
// Else it is put right before the answer that needs it, as late as can be. A
// hidden write must have been called before any answer behind it came; the later
// its place the weaker this bound, so the latest place fits if any does. Which
// lost set it was is left open until all holes are known, and then matched: the
// bounds rise from hole to hole, so for each in turn the candidate called last
// is taken, and the matching is complete whenever one exists.
//
// A read may stand anywhere from the prefix that it names to the transaction
// that changes what it saw. One sweep over the calls puts each at the earliest
// place that what was answered before allows; if that is too late, it was stale.
// Linearizability is local, so if the order of all transactions does not do, the
// znodes are parted into groups that do not depend on each other, each group is
// swept on its own, and their orders are merged.
//
// # Why that is sound
//
// Acceptance: a certificate is an explicit order, which Verify replays and holds
// to the times. That is the definition of the grade. It does not matter where
// the order came from, so a server that lies about zxids cannot have a wrong
// history accepted.
//
// Rejection: where no outcome is unknown and no session ended, the zxids leave
// one order of the writes, so the rejection says that the zxids contradict the
// answers. It does not say that the values do: another order might explain them.
// Package checker asks a search by values for that. A Breach is Guessed if lost
// writes had to be chosen from on the way; then it proves nothing.
//
// # The caller's duties
//
// Operations come by call, no client has two open at a time, and every answer
// that says anything about a znode shows its zxid; see Applies. The tree is empty
// at first but for the root and ZooKeeper's own znode.
//
// # Weaknesses
//
// Multis without an answer, and lost creates and deletes, are chosen when first
// needed, the one called last of those that fit. Where several fit, or where the
// end of a session would do as well as a lost delete, or where one lost write
// needs another one to succeed, that is a guess: an acceptance stands, since its
// certificate is verified, but a breach is Guessed and proves nothing. Where a
// refused multi does not say which part failed, a hidden write is put where the
// first part can fail. Only single lost sets are matched exactly.
//
// A lost write is held to the zxid that a Stat shows of it, although by its
// values alone it could have taken effect later: a history may then be called
// ordered sequential where a search by values finds it linearizable.
//
// Numbers of sequential names are taken as given: ZooKeeper counts creates, the
// model counts changes. The child version is held to bounds where lost writes or
// ephemeral znodes may have changed it. Nothing is said of the root's own data
// and Stat. When a time to live is over is not known: the
// servers may remove such a znode whenever it has no children. Of a refusal for
// want of a permission nothing is known but that it changed nothing. Watches are
// not judged here.
//
// All of a history is held in memory, with some 50 bytes a call beyond it.
package witness
