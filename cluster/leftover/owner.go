package leftover

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
)

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

// Self is the calling process.
func Self() Owner { return self() }

var self = sync.OnceValue(func() Owner {
	o := here()
	o.PID = os.Getpid()
	start, err := startOf(o.PID)
	if err != nil {
		// A process that cannot read about itself has lost its system.
		panic(fmt.Sprintf("leftover: no start time of process %d: %v", o.PID, err))
	}
	o.Start = start
	return o
})

// Alive says whether the process still runs. Of a process of another machine
// or process number space nothing can be known, so it counts as alive.
func (o Owner) Alive() bool {
	now := here()
	if o.Machine != now.Machine {
		return true
	}
	if o.Boot != now.Boot {
		return false
	}
	if o.Space != now.Space {
		return true
	}
	start, err := startOf(o.PID)
	return err == nil && start == o.Start
}

// String gives a text without spaces, fit for a container's label;
// ParseOwner reads it.
func (o Owner) String() string {
	f := []string{strconv.Itoa(o.PID), o.Start, o.Boot, o.Machine, o.Space}
	for i := range f {
		f[i] = url.QueryEscape(f[i])
	}
	return strings.Join(f, "/")
}

// ParseOwner reads what Owner.String wrote.
func ParseOwner(s string) (Owner, error) {
	f := strings.Split(s, "/")
	if len(f) != 5 {
		return Owner{}, fmt.Errorf("owner %q has %d parts, want 5: pid/start/boot/machine/space", s, len(f))
	}
	for i := range f {
		var err error
		if f[i], err = url.QueryUnescape(f[i]); err != nil {
			return Owner{}, fmt.Errorf("owner %q: %w", s, err)
		}
	}
	pid, err := strconv.Atoi(f[0])
	if err != nil || pid <= 0 {
		return Owner{}, fmt.Errorf("owner %q: bad process number %q", s, f[0])
	}
	return Owner{PID: pid, Start: f[1], Boot: f[2], Machine: f[3], Space: f[4]}, nil
}
