// Package dataset makes the data set of labelled ZooKeeper histories in
// testdata/histories, and holds it to its index.
//
// # The nouns, in order
//
// A history is a run log as package runlog writes it, less what only the model
// sees: Keep says which kinds of event stay. An Entry is its line in index.jsonl:
// the label, where it comes from, and what makes it again. A story is a history
// that was written by hand, in package checker's tests, for one check. A run of the
// model is made by Entry.Make: the plan of a scenario or an incident with fewer
// calls (Entry.Plan), carried out, and where the entry says so cut down to a
// counterexample. A run of real servers was recorded once.
//
// # How labels come to be
//
// A run of the model is labelled violation only if a bug was planted in it by name,
// or its variant is one that has the bug of an incident which the plan brings about;
// ok and permitted only if there was no bug and the model's own watch, which sees
// every server's log from inside, found no invariant broken. Of real servers, a
// violation is kept only of an incident on a release that has it. That clients can
// see it, and whether a read was stale, is what package checker says; Entry.ByValues
// is a second opinion, by another algorithm, which does not look at zxids. What the
// checks missed is therefore labelled wrongly, and a run whose bug no client saw is
// left out.
//
// # How it is written
//
//	go test ./internal/dataset -write-index        # after a change of the model, or a new story
//	go test ./internal/dataset -write-dataset      # look for the model's runs anew: minutes
//	go test -tags record ./internal/dataset -run Record -record-real 3m   # run real servers: needs Java
//
// Without a flag the tests hold that every file of the model is what its entry
// gives, byte for byte, and that every file is judged as its label says. So a change
// of the model's timing needs the first command, and perhaps the second.
//
// # Weaknesses
//
// Runs are small: six clients with 8 to 20 calls each. Bugs that show only after
// hundreds of calls are not in it: the search tries 14 seeds of each scenario, and
// gives some bugs up. A story that is new in package checker is judged there, and
// is in the index only when somebody has written that anew; a test names those that
// are missing. Runs of one scenario with neighbouring seeds are alike.
package dataset
