// Package artifact provides the jars that real servers run from: pinned by
// content, fetched once, kept in a cache.
//
// # Nouns
//
//   - A pin names one jar by its Maven coordinates and its SHA-512.
//   - A release is a version of ZooKeeper, or of Flink, with the pins of its
//     whole class path; pins.txt is the table of them. Command pin (in folder
//     pin) makes it.
//   - The cache is the folder "artifacts" in $SCHISM_CACHE, or in the user's own
//     cache folder. It is laid out as a Maven repository.
//   - A source is where missing jars come from: the Maven client mvn in PATH,
//     called once for all of them, so that the mirrors, proxies and credentials
//     of the user's settings.xml apply; or, when SCHISM_MAVEN_REPOSITORY is set,
//     the repository at that http, https or file address. No address of any
//     repository stands in the code.
//
// # What is promised
//
// Every path that ZooKeeper or Flink returns has had its content summed up
// during that call. A file with the wrong sum is refused, by name, and never reaches the
// cache. With a warm cache nothing is fetched and no mvn is needed. Processes
// may share a cache: jars appear complete, by rename.
//
// # Duties of the caller
//
// Tell the errors apart: *UnknownVersion is bad input, *WrongChecksum bad
// content, *cluster.NotReady a machine that lacks a source.
//
// # Where it departs from a Maven build
//
// No transitive dependency is resolved at run time: the table is complete. One
// slf4j binding (slf4j-simple) stands in for those that releases bring, and jars
// for one platform only, which speed up Netty, are left out. Flink's class path
// is made of the parts that its distribution is assembled from, since that itself
// is not published to repositories; application mode's entry point is in none
// of them, so there are session clusters only.
//
// # Known weaknesses
//
// The sums say what was downloaded when the table was made; they protect
// against change after that day, not before it. The first use of mvn on a
// machine also downloads Maven's own plugin, which is not verified by us.
package artifact
