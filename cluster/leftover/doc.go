// Package leftover remembers, for those who come later, what a run holds
// outside of its own memory: server processes, containers, networks. A run that
// ends in order removes all of it itself. One that is killed cannot; then the
// next one, or `schism doctor --clean`, does.
//
// # Nouns
//
//   - A Thing is what may be left, of some Kind. Kinds are registered: this
//     package brings Processes, the world of containers brings its own.
//   - An Owner is the process that answers for things, named so that a reused
//     process number is not mistaken for it.
//   - A Record is one run's entry in the register: a small file in the cache
//     folder with the owner and its things.
//   - Left is a thing whose owner is dead. Find lists, Clean removes.
//
// # Duties of the caller
//
// Open a Record, Hold each thing before making it, remove the things, then Close
// the record. Give each thing an ID by which it is found even if the run died
// while making it: a marker on the command line, a label, never a number that
// the system hands out. Call Clean when a run starts.
//
// # What is promised
//
// Nothing is removed whose owner may be alive: an owner on another machine or in
// another process number space (the cache folder may be shared) counts as alive.
// After a reboot all owners are dead. A process is killed by a handle, after its
// marker was seen through it.
//
// # Known weaknesses
//
// A thing of a machine that never comes back stays in the register. Outside
// Linux a start time has a resolution of one second, and between looking at a
// process and killing it the process number could, in theory, be reused.
package leftover
