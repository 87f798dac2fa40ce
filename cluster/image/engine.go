package image

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"

	"github.com/schismlab/schism/cluster"
)

// quiet runs before the container library reads its settings, which it does
// once. Its reaper is an image that no digest pins, so it must not be pulled:
// what a killed run leaves is found by labels instead.
var quiet = sync.OnceFunc(func() {
	os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
	tclog.SetDefault(tclog.NewNoopLogger())
})

// answerLimit bounds the wait for an engine's first answer.
const answerLimit = 5 * time.Second

// Engine connects to the container engine that the environment names
// (DOCKER_HOST, the docker context, or the usual sockets). The error is a
// *cluster.NotReady when none answers within five seconds. Close the client
// after use.
func Engine(ctx context.Context) (*testcontainers.DockerClient, error) {
	quiet()
	dial, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	c, err := connect(dial)
	if err == nil {
		if _, err = c.Ping(dial, client.PingOptions{NegotiateAPIVersion: true}); err == nil {
			err = asked(c)
		}
		if err == nil {
			return c, nil
		}
		c.Close()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, &cluster.NotReady{
		What: "no container engine answers",
		Do:   "install and start one (on Debian: apt-get install docker.io), and see that you may use its socket, or name it in DOCKER_HOST",
		Err:  err,
	}
}

// asked refuses an engine that is not the one the user named: when that does not
// answer the container library silently goes on to the next it knows of.
func asked(c *testcontainers.DockerClient) error {
	host := os.Getenv("DOCKER_HOST")
	if host == "" || c.DaemonHost() == host {
		return nil
	}
	return fmt.Errorf("DOCKER_HOST=%s does not answer, only %s does", host, c.DaemonHost())
}

// connect turns a panic into an error: where no engine is configured at all the
// container library panics instead of saying so.
func connect(ctx context.Context) (c *testcontainers.DockerClient, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &noEngine{r}
		}
	}()
	return testcontainers.NewDockerClientWithOpts(ctx)
}

// noEngine carries what the container library panicked with.
type noEngine struct{ cause any }

func (e *noEngine) Error() string { return fmt.Sprint(e.cause) }
