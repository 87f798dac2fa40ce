// Package meter keeps a search within a budget of time and memory.
//
// Searching for an order of a history takes exponential time and memory in the
// worst case, and Go has no way to bound one computation: a process that takes
// too much is killed, and says nothing. So a Meter looks every few milliseconds
// at the clock and at the heap, and raises a flag; the search asks for the flag
// wherever it takes a step, and gives up by itself. What it had found by then is
// worth nothing, and the verdict is unknown, with the Reason.
//
// # The caller's duties
//
// Close every Meter, also when the search was not stopped. Ask Stopped after a
// search and before its answer is believed.
//
// # Weaknesses
//
// The heap is the whole process's: searches side by side share the bound. What
// is measured is what lives and what is not yet collected, together, so a search
// that makes much garbage is stopped early rather than late. Between two looks a
// search may allocate some megabytes more than it is allowed.
package meter
