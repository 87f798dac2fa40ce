// Package imports holds the rules of who may import whom, and what pure code
// must not do, as a test. It has no other code; doc/architecture.md says the
// same in prose.
package imports
