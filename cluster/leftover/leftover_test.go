package leftover

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The test binary plays two more parts, chosen by this variable: an owner that
// registers a run, starts a process marked for it and waits to be killed, and
// that process.
const part = "LEFTOVER_TEST_PART"

func TestMain(m *testing.M) {
	switch os.Getenv(part) {
	case "owner":
		if err := playOwner(); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
	case "marked":
		fmt.Println(Self())
		awaitSignal()
	default:
		os.Exit(m.Run())
	}
}

func playOwner() error {
	r, err := Open(NewRun())
	if err != nil {
		return err
	}
	marker := "-Dschism.run=" + r.Run()
	if err := r.Hold(Thing{Kind: Processes, ID: marker}); err != nil {
		return err
	}
	marked := exec.Command(os.Args[0], marker)
	marked.Env = append(os.Environ(), part+"=marked")
	marked.Stdout = os.Stdout
	if err := marked.Start(); err != nil {
		return err
	}
	fmt.Println(r.Run())
	awaitSignal()
	return nil
}

// awaitSignal blocks for as long as the process lives. An empty select would
// end it, as a deadlock.
func awaitSignal() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
}

// killedOwner runs an owner, kills it and says which process it has left.
func killedOwner(t *testing.T) (run string, left Owner) {
	t.Helper()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), part+"=owner")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for (run == "" || left.PID == 0) && lines.Scan() {
		if o, err := ParseOwner(lines.Text()); err == nil {
			left = o
		} else {
			run = lines.Text()
		}
	}
	if left.PID == 0 {
		t.Fatalf("the owner said %q", run)
	}
	t.Cleanup(func() {
		if left.Alive() {
			p, _ := os.FindProcess(left.PID)
			p.Kill()
		}
	})
	if found, err := Find(); err != nil || len(found) > 0 {
		t.Errorf("while the owner lives: found %v, %v", found, err)
	}
	owner.Process.Kill()
	owner.Wait()
	return run, left
}

func TestKilledOwnerLeavesAProcess(t *testing.T) {
	t.Setenv("SCHISM_CACHE", t.TempDir())
	run, left := killedOwner(t)
	if !left.Alive() {
		t.Fatal("the marked process is gone before anybody cleaned: this test shows nothing")
	}
	bystander := exec.Command(os.Args[0], "-Dschism.run="+run+"0")
	bystander.Env = append(os.Environ(), part+"=marked")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		bystander.Process.Kill()
		bystander.Wait()
	}()
	found, err := Find()
	if err != nil || len(found) != 1 || found[0].Run != run {
		t.Fatalf("found %v, %v; want what run %s left", found, err, run)
	}
	gone, err := Clean(t.Context())
	if err != nil || !slices.Equal(gone, found) {
		t.Errorf("removed %v, %v; want %v", gone, err, found)
	}
	if left.Alive() {
		t.Error("the marked process is still there")
	}
	if _, err := startOf(bystander.Process.Pid); err != nil {
		t.Errorf("a process with another marker was killed: %v", err)
	}
	if found, err := Find(); err != nil || len(found) > 0 {
		t.Errorf("after cleaning: found %v, %v", found, err)
	}
}

// fakes records what it is asked to remove, and fails for some.
type fakes struct {
	removed []string
	fail    string
}

func (f *fakes) Remove(_ context.Context, id string) error {
	if id == f.fail {
		return errors.New("stuck")
	}
	f.removed = append(f.removed, id)
	return nil
}

var fake = &fakes{}

func init() { Register("fakes", fake) }

// abandon makes an entry look as if its owner were dead.
func abandon(t *testing.T, r *Record) {
	t.Helper()
	r.e.Owner.Start = "before all time"
	if err := r.e.write(); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, ids ...string) *Record {
	t.Helper()
	r, err := Open(NewRun())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if err := r.Hold(Thing{"fakes", id}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestCleanLeavesTheLivingAlone(t *testing.T) {
	t.Setenv("SCHISM_CACHE", t.TempDir())
	*fake = fakes{}
	dead, living := open(t, "network", "containers"), open(t, "mine")
	abandon(t, dead)
	if _, err := Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	// What was made last goes first.
	if want := []string{"containers", "network"}; !slices.Equal(fake.removed, want) {
		t.Errorf("removed %v, want %v", fake.removed, want)
	}
	if err := living.Close(); err != nil {
		t.Error(err)
	}
	if err := living.Close(); err != nil {
		t.Error("closed twice:", err)
	}
}

func TestCleanGoesOnAfterErrors(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("SCHISM_CACHE", cache)
	*fake = fakes{fail: "stuck thing"}
	stuck, unknown, fine := open(t, "stuck thing"), open(t), open(t, "fine")
	if err := unknown.Hold(Thing{"dragons", "d"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Record{stuck, unknown, fine} {
		abandon(t, r)
	}
	torn := filepath.Join(cache, "runs", NewRun()+".json")
	if err := os.WriteFile(torn, []byte(`{"run":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Clean(t.Context())
	for _, part := range []string{"stuck thing", "dragons", torn} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not tell of %q: %v", part, err)
		}
	}
	if !slices.Equal(fake.removed, []string{"fine"}) {
		t.Errorf("removed %v", fake.removed)
	}
	*fake = fakes{}
	Clean(t.Context())
	if !slices.Equal(fake.removed, []string{"stuck thing"}) {
		t.Errorf("the second time removed %v", fake.removed)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Setenv("SCHISM_CACHE", t.TempDir())
	r := open(t)
	for name, run := range map[string]string{"a run twice": r.Run(), "a path": "../../etc/passwd/12345", "too short": "a"} {
		if _, err := Open(run); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOwnerAlive(t *testing.T) {
	change := func(f func(*Owner)) Owner {
		o := Self()
		f(&o)
		return o
	}
	for name, v := range map[string]struct {
		o    Owner
		want bool
	}{
		"self":                   {Self(), true},
		"reused process number":  {change(func(o *Owner) { o.Start += "1" }), false},
		"no such process":        {change(func(o *Owner) { o.PID = 1 << 30 }), false},
		"before a reboot":        {change(func(o *Owner) { o.Boot += "1" }), false},
		"another machine":        {change(func(o *Owner) { o.Machine += "1" }), true},
		"another process space":  {change(func(o *Owner) { o.Space += "1" }), true},
		"another machine's boot": {change(func(o *Owner) { o.Machine, o.Boot = o.Machine+"1", o.Boot+"1" }), true},
	} {
		if got := v.o.Alive(); got != v.want {
			t.Errorf("%s: alive %t, want %t", name, got, v.want)
		}
	}
}

func TestZombieIsDead(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^$")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	o := Self()
	o.PID = child.Process.Pid
	start, err := startOf(o.PID)
	if err != nil {
		return // has ended already: no zombie that could be taken for alive
	}
	o.Start = start
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for o.Alive() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatal("a child that has ended counts as alive until it is waited for")
		}
	}
}

func FuzzParseOwner(f *testing.F) {
	f.Add(Self().String())
	f.Add("1/a b/%2F//x")
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseOwner(s)
		if err != nil {
			return
		}
		again, err := ParseOwner(o.String())
		if err != nil || again != o {
			t.Fatalf("%+v came back as %+v, %v", o, again, err)
		}
		if strings.ContainsAny(o.String(), " \n=,") {
			t.Fatalf("%q is not fit for a label", o)
		}
	})
}
