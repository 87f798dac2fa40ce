// Package docker is the real world in containers: every ZooKeeper server in a
// container of its own, on a network of the run's own.
package docker
