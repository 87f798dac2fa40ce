// Package flinkjob holds the Java source of the job that runs on Flink, so that
// a program can compile it wherever it is. Package cluster/flinkjob does.
//
// Folder src is common to all releases of Flink; src-1.17, src-1 and src-2 have
// what differs between those before 1.19, those after it, and the next major version; test has what a test runs.
package flinkjob

import "embed"

// Source has the folders src, src-1.17, src-1 and src-2.
//
//go:embed src src-1.17 src-1 src-2
var Source embed.FS
