package cluster

import (
	"fmt"
	"os"
	"path/filepath"
)

// CacheDir is the folder for what outlives a run under the given name:
// "artifacts" for downloads, "runs" for the register of what runs hold. It lies
// in $SCHISM_CACHE, or in the user's cache folder, and is made if need be.
func CacheDir(name string) (string, error) {
	root := os.Getenv("SCHISM_CACHE")
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", &NotReady{What: "no cache folder", Do: "set SCHISM_CACHE to a folder of your own", Err: err}
		}
		root = filepath.Join(user, "schism")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("SCHISM_CACHE=%q: %w", os.Getenv("SCHISM_CACHE"), err)
	}
	dir := filepath.Join(root, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", &NotReady{What: "the cache folder cannot be made", Do: "set SCHISM_CACHE to a folder you may write", Err: err}
	}
	return dir, nil
}
