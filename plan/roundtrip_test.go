package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawPlan draws any valid plan. Sections that are empty are nil, as Parse
// leaves them.
func drawPlan(t *rapid.T) *Plan {
	tick := Duration(rapid.Int64Range(int64(Millisecond), int64(60*Second)).Draw(t, "tick"))
	p := &Plan{
		Scenario: drawWord(1).Draw(t, "scenario"), Seed: rapid.Uint64().Draw(t, "seed"),
		Protocol: drawWord(0).Draw(t, "protocol"), Variant: drawWord(0).Draw(t, "variant"), Bug: drawWord(0).Draw(t, "bug"),
		Topology: Topology{
			Servers: rapid.IntRange(1, MaxServers).Draw(t, "servers"), Tick: tick,
			InitLimit: rapid.IntRange(1, 100).Draw(t, "init"), SyncLimit: rapid.IntRange(1, 100).Draw(t, "sync"),
			SessionTimeout: tick * Duration(rapid.IntRange(2, 20).Draw(t, "session")), Settle: drawDuration(t),
			Net:  Net{drawDuration(t), drawDuration(t), drawPPM(t), drawPPM(t), drawPPM(t), drawDuration(t)},
			Disk: Disk{drawDuration(t), drawDuration(t)}, DataDisk: Disk{drawDuration(t), drawDuration(t)},
		},
	}
	p.Topology.Observers = rapid.IntRange(0, p.Topology.Servers-1).Draw(t, "observers")
	p.Topology.Spares = rapid.IntRange(0, p.Topology.Servers-1-p.Topology.Observers).Draw(t, "spares")
	if rapid.Bool().Draw(t, "with flink") {
		p.Flink = Flink{
			JobManagers: rapid.IntRange(1, MaxProcesses).Draw(t, "jobmanagers"), TaskManagers: rapid.IntRange(1, MaxProcesses).Draw(t, "taskmanagers"),
			Keys: rapid.IntRange(1, 99).Draw(t, "keys"), Checkpoint: Duration(rapid.Int64Range(int64(10*Millisecond), int64(600*Second)).Draw(t, "checkpoint")),
			Sink: Sink(rapid.IntRange(int(Files), int(Attempt)).Draw(t, "sink")), Tolerant: rapid.Bool().Draw(t, "tolerant"), KeepResults: rapid.Bool().Draw(t, "keep results"),
			Heartbeat: Duration(rapid.SampledFrom([]int64{0, 1, 40}).Draw(t, "heartbeat")) * 500 * Millisecond,
		}
		if f := &p.Flink; f.Keys > 1 && rapid.Bool().Draw(t, "with jobs") {
			f.Jobs, f.Barrier = rapid.IntRange(2, min(f.Keys, MaxJobs)).Draw(t, "jobs"), rapid.Bool().Draw(t, "barrier")
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "setups") {
		p.Setup = append(p.Setup, drawCall(t))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "clients") {
		c := Client{Name: ClientName(i + 1), Server: rapid.IntRange(0, p.Topology.Servers).Draw(t, "server")}
		for range rapid.IntRange(0, 4).Draw(t, "calls") {
			c.Calls = append(c.Calls, drawCall(t))
		}
		p.Clients = append(p.Clients, c)
	}
	var names []string
	for range rapid.IntRange(0, 5).Draw(t, "steps") {
		s := drawStep(t, p, names)
		if s.Action == Name {
			names = append(names, s.As)
		}
		p.Steps = append(p.Steps, s)
	}
	if p.Flink != (Flink{}) && p.Flink.Jobs == 0 && !slices.ContainsFunc(p.Steps, Step.handsIn) {
		p.Flink.Application = rapid.Bool().Draw(t, "application")
	}
	return p
}

func drawWord(least int) *rapid.Generator[string] {
	return rapid.StringMatching(fmt.Sprintf(`[!#-~]{%d,12}`, least))
}

func drawDuration(t *rapid.T) Duration {
	return Duration(rapid.Int64Min(0).Draw(t, "duration"))
}

func drawPPM(t *rapid.T) int { return rapid.IntRange(0, 1_000_000).Draw(t, "ppm") }

func drawPath(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"/", "/r", "/bank/a1", "/größe/日本", "/;", "/{", "/#"}),
		rapid.StringMatching(`(/[a-z0-9#;}é]{1,5}){1,4}`),
	).Draw(t, "path")
}

func drawValue(t *rapid.T) Value {
	if rapid.Bool().Draw(t, "seen") {
		return SeenPlus(rapid.Int64().Draw(t, "delta"))
	}
	return Text(rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text"))
}

func drawSingle(t *rapid.T, ops []Op) Call {
	c := Call{Op: rapid.SampledFrom(ops).Draw(t, "op"), Path: drawPath(t), Version: AnyVersion}
	switch c.Op {
	case Create:
		c.Value, c.Ephemeral, c.Sequential = drawValue(t), rapid.Bool().Draw(t, "ephemeral"), rapid.Bool().Draw(t, "sequential")
	case Set, Delete, Check:
		c.Version = rapid.Int32Min(SeenVersion).Draw(t, "version")
		if c.Op == Set {
			c.Value = drawValue(t)
		}
	}
	return c
}

func drawCall(t *rapid.T) Call {
	if rapid.IntRange(0, 4).Draw(t, "multi") == 0 {
		c := Call{Op: Multi, Version: AnyVersion, After: drawDuration(t)}
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			c.Parts = append(c.Parts, drawSingle(t, []Op{Create, Set, Delete, Check}))
		}
		return c
	}
	c := drawSingle(t, []Op{Get, Set, Create, Delete, Exists, Children, Sync, AddWatch, RemoveWatches})
	c.After = drawDuration(t)
	c.Watch = (c.Op == Get || c.Op == Exists || c.Op == Children) && rapid.Bool().Draw(t, "watch")
	c.Recursive = c.Op == AddWatch && rapid.Bool().Draw(t, "recursive")
	return c
}

func drawServers(t *rapid.T, p *Plan, names []string) []string {
	words := append([]string{Leader, Follower, All, Others, ServerName(1), ServerName(p.Topology.Servers)}, names...)
	words = append(words, ZooKeeperWord)
	if f := p.Flink; f != (Flink{}) {
		words = append(words, TargetName(JobManager(f.JobManagers)), TargetName(TaskManager(f.TaskManagers)), JobLeaderWord, JobStandby, JobManagersWord, TaskManagerWord)
	}
	return rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(t, "targets")
}

func drawStep(t *rapid.T, p *Plan, names []string) Step {
	s := Step{Action: Action(rapid.IntRange(int(Name), int(Await)).Draw(t, "action")), When: drawMoment(t, p, names)}
	servers := func() []string { return drawServers(t, p, names) }
	if s.Action.onServersOnly() {
		bare := *p
		bare.Flink = Flink{}
		servers = func() []string { return drawServers(t, &bare, names) }
	}
	switch s.Action {
	case Name:
		s.As, s.A = rapid.StringMatching(`[A-Z][A-Za-z0-9]{0,4}`).Draw(t, "as"), servers()
	case Cut, Slow:
		s.A, s.B, s.Both = servers(), servers(), rapid.Bool().Draw(t, "both")
		if s.Action == Slow {
			s.Link = Link{drawDuration(t), drawDuration(t), drawPPM(t)}
		}
	case Heal:
		if rapid.Bool().Draw(t, "some") {
			s.A, s.B, s.Both = servers(), servers(), rapid.Bool().Draw(t, "both")
		}
	case Reconfig:
		s.A = servers()
		if rapid.Bool().Draw(t, "more") {
			s.Observe, s.B = servers(), servers()
		}
	case Savepoint, Cancel, Stop, Submit, Jobs, Erase, Rescale:
		if p.Flink == (Flink{}) || s.endsJob() && p.Flink.Jobs != 0 {
			return Step{Action: Heal, When: s.When}
		}
		switch s.Action {
		case Jobs:
			s.Count = rapid.IntMin(0).Draw(t, "count")
		case Erase:
			s.Path = strings.TrimSuffix(FlinkRoot+drawPath(t), "/")
		}
		return s
	case Jump:
		s.A, s.By = servers(), Duration(rapid.Int64().Draw(t, "by"))
	case Stall, Unstall:
		s.Disk, s.A = rapid.SampledFrom([]string{LogDisk, DataDisk}).Draw(t, "disk"), servers()
	case Silence, Unsilence:
		if len(p.Clients) == 0 {
			return Step{Action: Heal, When: s.When}
		}
		s.A = []string{ClientName(rapid.IntRange(1, len(p.Clients)).Draw(t, "client"))}
	case Await:
		s.For, s.Within = Event(rapid.IntRange(int(HasLeader), int(Outputs)).Draw(t, "for")), drawDuration(t)
		switch {
		case s.For >= JobLeader && p.Flink == (Flink{}):
			s.For = Ready
		case s.For == Calls || s.For == Checkpoints || s.For == Outputs:
			s.Count = rapid.IntMin(0).Draw(t, "count")
		case s.For == Saved:
			s.A = servers()
		case s.For == Expired && len(p.Clients) == 0:
			s.For = Ready
		case s.For == Expired:
			s.A = []string{ClientName(len(p.Clients))}
		}
	default:
		s.A = servers()
	}
	if rapid.Bool().Draw(t, "except") {
		s.Except = servers()
	}
	return s
}

func drawMoment(t *rapid.T, p *Plan, names []string) Moment {
	m := Moment{Kind: MomentKind(rapid.IntRange(int(After), int(When)).Draw(t, "moment"))}
	if m.Kind != When {
		m.D = drawDuration(t)
		return m
	}
	m.Point = Point{Who: drawServers(t, p, names)[0], Verb: rapid.SampledFrom(pointVerbs).Draw(t, "verb"), N: rapid.IntMin(1).Draw(t, "n")}
	m.Point.What = rapid.SampledFrom([]string{"", "ACK", "currentEpoch", "ACK(NEWLEADER)"}).Draw(t, "what")
	if rapid.Bool().Draw(t, "peer") {
		m.Point.Peer = drawServers(t, p, names)[0]
	}
	return m
}

func TestEveryValidPlanComesBackFromItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		if err := p.Validate(); err != nil {
			t.Fatalf("the test draws an invalid plan: %v\n%s", err, p)
		}
		text := p.String()
		q, err := Parse("plan", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !reflect.DeepEqual(p, q) {
			t.Fatalf("came back as another plan:\n%s\nwas\n%s", q, text)
		}
		if q.String() != text {
			t.Fatalf("printed twice, once\n%s\nonce\n%s", text, q)
		}
		for i := range p.Steps {
			if !p.Steps[i].Equal(q.Steps[i]) {
				t.Fatalf("Equal says no to %q", p.Steps[i])
			}
		}
	})
}

func TestDurationsComeBackFromTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64().Draw(t, "d"))
		if got, err := ParseDuration(d.String()); err != nil || got != d {
			t.Fatalf("%d printed %v, parsed %d, %v", int64(d), d, int64(got), err)
		}
	})
}

// FuzzParse holds Parse to what its callers rely on: no panic, an error that
// names its place, and a text form that is a fixed point.
func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add("schism plan 1\nscenario a\nservers 3\ntick 1s\ninit-limit 1\nsync-limit 1\nsession-timeout 4s\nclient c1\n\t+1ms multi { set /a \"\\xff\" seen ; check /b 3 }\nsteps\n\twhen n1 sends ACK with n2 #3: crash n1\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("f", text)
		if err != nil {
			if e, ok := err.(*SyntaxError); !ok || e.Line < 1 || e.Msg == "" {
				t.Fatalf("an error without a place: %#v", err)
			}
			return
		}
		again, err := Parse("f", p.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, p)
		}
		if !reflect.DeepEqual(p, again) || again.String() != p.String() {
			t.Fatalf("not a fixed point:\n%s\n%s", p, again)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"0s", "1.5s", "-3s", "-0.5s", "9223372036854775807ns", "-9223372036854775808us", ".5s", "+1s", "9.000000001s", "1e3s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%q is %d, prints %v, parses %d, %v", s, int64(d), d, int64(again), err)
		}
	})
}

const example = `schism plan 1
# a comment
scenario leader-partition
seed 1
servers 3
tick 500ms
init-limit 10
sync-limit 5
session-timeout 4s
settle 2s
net delay 200us jitter 1ms loss 0ppm dup 0ppm slow 0ppm 0s
disk sync 1ms jitter 2ms
setup
	+0s create /r "0"
client c1 n1
	+12ms get /r
	+3ms set /r "c1.1" seen
	+0s multi { set /a seen-5 seen ; delete /b any ; create /q/x- "" ephemeral sequential }
steps
	at 1s name L leader
	+0s cut L -- others
	+0s await leader except L within 20s
	+1s heal
`
