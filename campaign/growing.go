package campaign

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster/leftover"
)

// Growing is the log of a run under way whose folder will be dir: the newest, if
// there are several, and "" if there is none. The file may be kept open: when the
// run ends, it moves along with its folder.
func Growing(dir string) string {
	dir = filepath.Clean(dir)
	list, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), unfinished+filepath.Base(dir)+"-*", LogFile))
	newest, at := "", time.Time{}
	for _, path := range list {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(path), ownerFile))
		if err != nil {
			continue
		}
		if o, err := leftover.ParseOwner(strings.TrimSpace(string(text))); err != nil || !o.Alive() {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			newest, at = path, info.ModTime()
		}
	}
	return newest
}
