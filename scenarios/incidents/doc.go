// Package incidents holds bugs that ZooKeeper had, or has: each with the plan
// that brings it about in the model, the variant that has it, the one that does
// not, and the signature by which it is known again.
//
// An Incident is not drawn: its plan was found, and cut down by hand, so it is
// short and exact. It uses protocol points, such as the moment when a server has
// written an epoch and not yet its log. The same plan goes through the affected
// variant and the repaired one; nothing in the model knows which incident runs.
//
//	schism incidents
//
// runs them all. An incident passes when the affected variant shows a violation
// of the expected signature, and the repaired one none.
//
// # Weakness
//
// The model is held to the story, as far as that tells it. Where a story
// leaves a step open, the Story here says what was chosen.
package incidents
