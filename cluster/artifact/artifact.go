package artifact

import "context"

// Default is the release that runs when none is named: the newest known.
const Default = "3.9.5"

// Versions lists the known releases of ZooKeeper, oldest first.
func Versions() []string { panic("not yet") }

// ZooKeeper returns the class path of a release: absolute paths of its jars in
// the cache, each verified by its SHA-512 during this call. What is missing is
// fetched. The error is an *UnknownVersion, a *WrongChecksum (the jar is not
// kept) or a *cluster.NotReady, when there is nowhere to fetch from.
func ZooKeeper(ctx context.Context, version string) (classpath []string, err error) { panic("not yet") }

// Digest identifies the whole class path of a release by content: the SHA-512
// over its pins, in hexadecimal. It needs no file.
func Digest(version string) (string, error) { panic("not yet") }

// UnknownVersion says that no release of that name is pinned here.
type UnknownVersion struct {
	Version string
	// Nearest is the known release closest to it, Known are all.
	Nearest string
	Known   []string
}

// WrongChecksum says that a jar's content is not what the pin demands. It was
// refused and not kept.
type WrongChecksum struct {
	// Jar is the Maven coordinates, Source where it came from.
	Jar, Source string
	// Want and Got are SHA-512 sums in hexadecimal.
	Want, Got string
}
