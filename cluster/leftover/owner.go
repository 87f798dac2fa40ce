package leftover

// Owner names the process that answers for a thing. A process number alone is
// reused by the kernel sooner or later; with the moment of its start, the boot
// and the machine it names one process only.
type Owner struct {
	PID int `json:"pid"`
	// Start is the moment the process began, in the system's own words.
	Start string `json:"start"`
	// Boot and Machine tell this boot of this machine from all others, and
	// Space one process number space (container) from another.
	Boot    string `json:"boot"`
	Machine string `json:"machine"`
	Space   string `json:"space"`
}
