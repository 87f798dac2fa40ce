package scenarios

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// World carries plans out: the model, or real servers.
type World interface {
	// Name is sim, local or docker.
	Name() string
	// Run carries p out and writes what happened to log. It fails only when the
	// world is not ready for such a plan; what goes wrong in the run stands in
	// the log.
	Run(ctx context.Context, p *plan.Plan, log runlog.Sink) error
}

// Scenario is a story that can be drawn as a plan, from any seed.
type Scenario struct {
	// Name is what the command line calls it.
	Name string
	// Story says in a sentence or two what happens and what must not.
	Story string
	// Servers is how many it is about, 3 if zero. Fewer or more may be asked for.
	Servers int
	// Spares is how many of them, the last ones, are in no configuration at first.
	Spares int
	// ModelOnly: real worlds lack something that it needs.
	ModelOnly bool
	// OnlyZAB: it is about what no other protocol of the model does.
	OnlyZAB bool
	// Flink is the cluster that it is about, if it is about Flink.
	Flink plan.Flink
	// Config is how many of a hundred calls of Flink's clients set the
	// configuration.
	Config int
	// Steps draws the faults.
	Steps func(d *Draw)
	// Exact, where it is set, gives the plan itself: nothing is drawn, and no
	// number of calls is asked for. A seed other than 0 may move its moments.
	Exact func(seed uint64, o Options) (*plan.Plan, error)
	// Expect is the signature of what an exact plan is known to break: it is told
	// rather than any other that the run shows, too.
	Expect string
	// Checks are made beside those of every run.
	Checks []checker.Check
	// Workload says how often each kind of work is done, in equal parts of all
	// kinds if empty.
	Workload []Work
	// Probes say what must have happened in a run for it to count.
	Probes []Probe
}

// On says whether it can be told of a protocol.
func (s *Scenario) On(protocol string) bool { return !s.OnlyZAB || protocol == "" || protocol == "zab" }

// Options change what a plan is drawn for.
type Options struct {
	Servers  int    // 0: as the scenario says
	Bug      string // planted bug of the model
	Protocol string // consensus protocol of the model, "" ZAB
	Variant  string // protocol version of the model
	// OnServers: the plan is for real servers, whose times are others.
	OnServers bool
	// Application: Flink runs in application mode, and not as a session cluster.
	Application bool
}

// The surroundings of every scenario, unless it says otherwise. A tick is short
// so that real ensembles notice faults, and elect, within seconds.
var topology = plan.Topology{
	Servers: 3, Tick: 250 * plan.Millisecond, InitLimit: 20, SyncLimit: 6,
	SessionTimeout: 4 * plan.Second, Settle: plan.Second,
	Net: plan.Net{
		Delay: 150 * plan.Microsecond, Jitter: 350 * plan.Microsecond,
		Loss: 200, Dup: 0, Slow: 1000, SlowBy: 20 * plan.Millisecond,
	},
	Disk: plan.Disk{Sync: plan.Millisecond, Jitter: 4 * plan.Millisecond},
}

// Plan draws the plan of a seed.
func (s *Scenario) Plan(seed uint64, o Options) (*plan.Plan, error) {
	draw := s.draw
	if s.Exact != nil {
		draw = s.Exact
	}
	p, err := draw(seed, o)
	if err == nil && o.Application {
		return s.asApplication(p)
	}
	return p, err
}

// draw is Plan for a scenario that has no exact one.
func (s *Scenario) draw(seed uint64, o Options) (*plan.Plan, error) {
	t := topology
	if s.Servers > 0 {
		t.Servers = s.Servers
	}
	if o.Servers > 0 {
		t.Servers = o.Servers
	}
	t.Spares = min(s.Spares, t.Servers-1)
	p := &plan.Plan{Scenario: s.Name, Seed: seed, Bug: o.Bug, Protocol: o.Protocol, Variant: o.Variant, Topology: t}
	p.Setup = setupCalls()
	p.Clients = drawClients(seed, t.Servers, s.Workload)
	if p.Flink = s.Flink; p.Flink != (plan.Flink{}) {
		p.Setup = flinkSetup(&p.Flink, t.Servers)
		p.Clients = drawFlinkClients(seed, t.Servers, &p.Flink, max(s.Config, 3))
		if p.Flink.Window > 0 {
			p.Clients = append(p.Clients, drawMonitor(len(p.Clients)+1, t.Servers))
		}
	}
	d := &Draw{stream: plan.NewStream(seed, "faults"), servers: t.Servers}
	s.Steps(d)
	if d.wrong != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, d.wrong)
	}
	p.Steps = d.steps
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return p, nil
}

// asApplication is the plan with its Flink cluster in application mode.
func (s *Scenario) asApplication(p *plan.Plan) (*plan.Plan, error) {
	if p.Flink == (plan.Flink{}) {
		return nil, fmt.Errorf("scenario %s has no Flink cluster, so none in application mode", s.Name)
	}
	p.Flink.Application = true
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("scenario %s in application mode: %w", s.Name, err)
	}
	return p, nil
}

// StepError says where a scenario draws a step that is none, and why it is none.
type StepError struct{ Msg string }

func (e *StepError) Error() string { return e.Msg }

// Draw gathers a scenario's steps.
type Draw struct {
	stream  plan.Stream
	servers int
	wait    plan.Duration
	faulted bool
	steps   []plan.Step
	jobs    int // faults drawn so far, for names
	wrong   error
}

// Servers is the number of servers that the plan is drawn for.
func (d *Draw) Servers() int { return d.servers }

// Wait lets the next step happen after a pause of lo to hi.
func (d *Draw) Wait(lo, hi plan.Duration) {
	d.wait = d.stream.Duration(lo, hi) / plan.Millisecond * plan.Millisecond
}

// Step adds a step, such as "cut L -- others", at the end of the pause that Wait
// drew. A text that is no step is the scenario's own mistake: Plan says where it
// stands.
func (d *Draw) Step(format string, args ...any) { d.step(fmt.Sprintf(format, args...)) }

// step is Step for the function that calls its caller.
func (d *Draw) step(text string) {
	s, err := plan.ParseStep("+" + d.wait.String() + " " + text)
	if err != nil && d.wrong == nil {
		_, file, line, _ := runtime.Caller(2)
		why := err.Error()
		if syntax := (*plan.SyntaxError)(nil); errors.As(err, &syntax) {
			why = syntax.Msg
		}
		d.wrong = &StepError{fmt.Sprintf("%s:%d: step %q: %s", filepath.Base(file), line, text, why)}
	}
	d.wait = 0
	d.steps = append(d.steps, s)
}

// Fault adds a step that meets a write on its way: after the pause that Wait
// drew, it waits until a client begins a write, and then a moment. A plan's
// first fault falls within the life of that write for certain, later ones may
// fall right after it, when it is acknowledged and not yet everywhere on disk.
func (d *Draw) Fault(format string, args ...any) {
	d.Step("await in-flight within 30s")
	longest := 6 * plan.Millisecond
	if !d.faulted {
		longest = 500 * plan.Microsecond
	}
	d.faulted = true
	d.wait = d.stream.Duration(0, longest) / (100 * plan.Microsecond) * (100 * plan.Microsecond)
	d.step(fmt.Sprintf(format, args...))
}

// jobName is a name for the process that the present fault is about.
func (d *Draw) jobName() string { return "J" + string(rune('a'+d.jobs)) }

// Pick draws one of the words.
func (d *Draw) Pick(words ...string) string { return words[d.stream.Intn(len(words))] }

// Intn draws from [0, n).
func (d *Draw) Intn(n int) int { return d.stream.Intn(n) }

// Shuffled are the servers' names in a drawn order.
func (d *Draw) Shuffled() []string {
	names := make([]string, d.servers)
	for i := range names {
		names[i] = plan.ServerName(i + 1)
	}
	d.stream.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// All lists the scenarios.
func All() []*Scenario {
	return []*Scenario{
		leaderPartition, leaderCrash, followerCrash, rollingRestart, minorityIsolated, oneWayPartition,
		bridgePartition, majorityRing, leaderPause, quorumLoss, fullRestart, sessionExpiry, slowLinks, stalledDisk, primaryOrder, caches, mixed, reconfiguration,
		flinkFailover, flinkConfig, flinkState, flinkMonitoring,
	}
}

// Named is the scenario of that name. The error names the nearest one.
func Named(name string) (*Scenario, error) {
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
	}
	if near := Nearest(name, Names(), max(len(name), 4)/2); near != "" {
		return nil, fmt.Errorf("unknown scenario %q: did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("unknown scenario %q: want one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the scenarios' names.
func Names() []string {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return names
}

// Nearest is the known name that is most like the one that was typed, "" if more than
// far letters would have to be added, dropped or changed for each. Of equals it is the
// one that begins alike for longest, as releases do.
func Nearest(typed string, known []string, far int) string {
	typed = strings.ToLower(typed)
	nearest, best, alike := "", far+1, 0
	for _, name := range known {
		d, same := distance(typed, name), 0
		for same < min(len(typed), len(name)) && typed[same] == name[same] {
			same++
		}
		if d < best || d == best && d <= far && same > alike {
			nearest, best, alike = name, d, same
		}
	}
	return nearest
}

// distance is the number of letters to add, drop or change between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
