// Command suite is make test: it runs every part of the tests, leaves the usual
// lines of go test visible, and ends with a list of all that was left out and
// why.
//
//	go run ./internal/suite [PART…]
//
// # The nouns, in order
//
// A part is one call of go test, with a name. Its events are read as they come
// (go test -json): the output of a test is shown when the test fails, and
// dropped when it passes. A test that skips itself is left out, with the reason
// that it gave.
//
// Real servers have bugs of their own. Where a scenario shows one that no release has
// repaired, its test says so and makes another run in its place (-schism.pass-over of
// package scenariotest), and the list at the end names it.
//
// # The end
//
// The exit code is 1 when a test failed, and otherwise 0. With
// SCHISM_REQUIRE_ALL=1 it is also 1 when anything was left out: that is for
// machines which are known to have everything.
//
// # Weakness
//
// Parts run one after the other, and of those that need real servers each
// package by itself, since elections on a machine that is busy elsewhere prove
// little. So the suite takes as long as the sum of its parts.
package main
