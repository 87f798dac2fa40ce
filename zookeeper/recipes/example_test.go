package recipes_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/recipes"
)

// A lock whose use is written into a log, which schism check judges.
func ExampleLock() {
	_ = func(ctx context.Context, servers []string, database *recipes.Resource) error {
		log := runlog.NewWriter(os.Stdout, runlog.Header{World: "record", Join: int64(20 * time.Second)})
		rec := recipes.NewRecorder(log)
		session, err := recipes.Connect(ctx, servers, 10*time.Second, rec)
		if err != nil {
			return err
		}
		defer session.Close()

		lock := recipes.NewLock(session, "/lock")
		token, err := lock.Acquire(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("holds it with token %#x\n", token)
		lock.Use(database)
		if err := lock.Release(ctx); err != nil {
			return err
		}
		rec.Done()
		rec.End()
		return log.Flush()
	}
	// Output:
}
