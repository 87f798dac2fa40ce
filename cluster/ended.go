package cluster

// Ended is in the chain of what Status says of a server whose process has ended
// by itself: not by Kill, and not while it was being started.
type Ended struct {
	// Who is the server, How the state in which its process ended.
	Who, How string
	// Words are what it said of it, as far as that can be found.
	Words string
}

func (e *Ended) Error() string { return e.Who + " has ended by itself (" + e.How + "): " + e.Words }
