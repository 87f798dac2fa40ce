package cluster

// NotReady says that this machine lacks something a real world needs: a Java
// runtime, a Maven client, a container engine. It is neither a mistake in what
// the user asked for nor a fault of the system under test, so a run that meets
// it has no verdict: the command line ends with exit code 3 and a test skips.
// Find it with errors.As and a *NotReady.
type NotReady struct {
	// What is missing, as a clause: "no Java runtime in JAVA_HOME or PATH".
	What string
	// Do is what would mend it, in the imperative: "install a JRE of 11 or
	// newer, for example openjdk-17-jre-headless". May be empty.
	Do string
	// Err is what the attempt itself said, if there was one.
	Err error
}

func (e *NotReady) Error() string {
	s := e.What
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	if e.Do != "" {
		s += ": " + e.Do
	}
	return s
}

func (e *NotReady) Unwrap() error { return e.Err }
