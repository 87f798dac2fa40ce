package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// noDirectConnection fails the test if a TCP connection joins two servers
// without the proxy in between: one of which both ends are theirs.
func (b bench) noDirectConnection() {
	b.t.Helper()
	owner := map[string]int{} // socket inode to server
	for n := 1; n <= b.Size(); n++ {
		for _, inode := range sockets(b.PID(n)) {
			owner[inode] = n
		}
	}
	text, err := os.ReadFile("/proc/net/tcp")
	b.must(err)
	byAddress := map[string]int{}
	var established [][2]string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != "01" || owner[f[9]] == 0 {
			continue
		}
		byAddress[f[1]] = owner[f[9]]
		established = append(established, [2]string{f[1], f[2]})
	}
	if b.Size() > 1 && len(established) == 0 {
		b.t.Error("no connection of any server found: this check sees nothing")
	}
	for _, e := range established {
		if to, direct := byAddress[e[1]]; direct {
			b.t.Errorf("server %d is connected to server %d past the proxy (%s to %s)",
				byAddress[e[0]], to, e[0], e[1])
		}
	}
}

// sockets are the inodes of a process's sockets.
func sockets(pid int) (inodes []string) {
	if pid == 0 {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "fd", "*"))
	for _, path := range paths {
		var inode string
		to, err := os.Readlink(path)
		if err != nil {
			continue
		}
		if _, err := fmt.Sscanf(to, "socket:[%s", &inode); err == nil {
			inodes = append(inodes, strings.TrimSuffix(inode, "]"))
		}
	}
	return inodes
}
