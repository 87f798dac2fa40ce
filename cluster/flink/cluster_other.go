//go:build !unix

package flink

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/schismlab/schism/cluster"
)

// ReadyLimit is how long a caller should let AwaitReady wait.
const ReadyLimit = 2 * time.Minute

// Cluster cannot be had on this system.
type Cluster struct{}

var errNone = errors.New("no Flink cluster on " + runtime.GOOS)

// Start says that this system lacks the signals that faults are made of.
func Start(context.Context, Options) (*Cluster, error) {
	return nil, &cluster.NotReady{What: errNone.Error(), Do: "use Linux or another Unix system"}
}

// None of these is ever called, for there is no Cluster.

func (*Cluster) AwaitReady(context.Context, time.Duration) error             { return errNone }
func (*Cluster) Start(context.Context, string) error                         { return errNone }
func (*Cluster) Kill(context.Context, string) error                          { return errNone }
func (*Cluster) Pause(context.Context, string) error                         { return errNone }
func (*Cluster) Resume(context.Context, string) error                        { return errNone }
func (*Cluster) SetLink(context.Context, string, string, cluster.Link) error { return errNone }
func (*Cluster) TaskManagers(context.Context) ([]string, error)              { return nil, errNone }
func (*Cluster) Names() []string                                             { return nil }
func (*Cluster) Leaders() (names, tokens []string)                           { return nil, nil }
func (*Cluster) REST(string) string                                          { return "" }
func (*Cluster) PID(string) int                                              { return 0 }
func (*Cluster) Connection(string) string                                    { return "" }
func (*Cluster) Version() string                                             { return "" }
func (*Cluster) Close() error                                                { return nil }
