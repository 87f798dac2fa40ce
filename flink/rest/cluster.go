package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// Overview is a cluster at a glance, by the word of one JobManager.
type Overview struct {
	Version      string `json:"flink-version"`
	TaskManagers int    `json:"taskmanagers"`
	Slots        int    `json:"slots-total"`
	FreeSlots    int    `json:"slots-available"`
	Running      int    `json:"jobs-running"`
	Finished     int    `json:"jobs-finished"`
	Cancelled    int    `json:"jobs-cancelled"`
	Failed       int    `json:"jobs-failed"`
}

// Overview asks for it. A JobManager that does not lead passes the question on.
func (c *Client) Overview(ctx context.Context) (Overview, error) {
	var o Overview
	if err := c.get(ctx, "/overview", &o); err != nil {
		return Overview{}, err
	}
	if o.Version == "" {
		return Overview{}, c.nonsense(http.MethodGet, "/overview", "the reply has no flink-version")
	}
	return o, nil
}

// TaskManager is one that has registered.
type TaskManager struct {
	ID        string `json:"id"`
	Path      string `json:"path"` // its RPC address
	Slots     int    `json:"slotsNumber"`
	FreeSlots int    `json:"freeSlots"`
	// LastHeartbeat is in milliseconds since 1970.
	LastHeartbeat int64 `json:"timeSinceLastHeartbeat"`
}

// TaskManagers lists those that have registered with the leader.
func (c *Client) TaskManagers(ctx context.Context) ([]TaskManager, error) {
	var reply struct{ TaskManagers *[]TaskManager }
	if err := c.get(ctx, "/taskmanagers", &reply); err != nil {
		return nil, err
	}
	if reply.TaskManagers == nil {
		return nil, c.nonsense(http.MethodGet, "/taskmanagers", "the reply has no list of TaskManagers")
	}
	return *reply.TaskManagers, nil
}

// Answering is the first of some clients whose JobManager gives an overview,
// which takes a leader that it can reach. Its error is that of all. To know the
// leader itself, read the address of the component rest_server in ZooKeeper:
// package hastore.
func Answering(ctx context.Context, clients ...*Client) (*Client, error) {
	var said []string
	for _, c := range clients {
		_, err := c.Overview(ctx)
		if err == nil {
			return c, nil
		}
		said = append(said, err.Error())
	}
	if len(said) == 0 {
		return nil, errors.New("no JobManager to ask")
	}
	return nil, errors.New(strings.Join(said, "; "))
}
