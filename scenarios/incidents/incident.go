package incidents

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
)

// Incident is one real bug.
type Incident struct {
	// Name is what the command line calls it: zookeeper-4643.
	Name string
	// Title is a line, Story a paragraph: what happened, in which order.
	Title, Story string
	// Signature is the promise that is seen to be broken.
	Signature string
	// Affected and Fixed are variants of the model. FixedIn says in which releases it was
	// repaired, "" in none.
	Affected, Fixed string
	FixedIn         string
	// Release and FixedRelease are real ones that the plan can be carried out on,
	// Release "" where it needs a moment that only the model sees, FixedRelease
	// "" too where no release is repaired. They are Flink's where the plan has Flink.
	Release, FixedRelease string
	// servers is their number, 3 if zero, spares how many of them are in no configuration
	// at first; script what clients and steps do.
	servers int
	spares  int
	seed    uint64
	script  string
	// moments, if set, draws the script's steps for a seed other than 0, from a stream
	// that begins with it.
	moments func(d *plan.Stream) string
	// flink is the plan's line about Flink, "" if there is none. repaired is the line
	// with an option of Flink's that avoids what no release has repaired.
	flink, repaired string
	// onServers is what is another on real servers, each "" if it is the same.
	onServers onServers
	// imposes are checks that hold of this incident beside all others.
	imposes []checker.Check
	// tick and session are the ensemble's times, 250ms and 4s if empty.
	tick, session string
}

// onServers is an incident's plan as far as it is another one on real servers.
type onServers struct{ tick, session, flink, repaired, script string }

// All lists the incidents, in the order of their numbers.
func All() []*Incident {
	return []*Incident{
		curator645, curator696, curator724,
		flink10052, flink11813, flink14091, flink18677, flink19557, flink21928, flink22494, flink24543, flink26068, flink33053, flink38499, flinkDanglingPointer, flinkResubmitted,
		zookeeper790, zookeeper1154, zookeeper1419, zookeeper1653, zookeeper2355, zookeeper2623,
		zookeeper2832, zookeeper2845, zookeeper3104, zookeeper3642, zookeeper3911, zookeeper4394, zookeeper4466,
		zookeeper4643, zookeeper4646, zookeeper4685, zookeeper4712, zookeeper4837,
		zookeeper4925, zookeeper5094, zookeeperEarlyMembers,
	}
}

// Prefix stands before an incident's name where scenarios are named.
const Prefix = "incidents/"

// Named is the incident of that name, with or without Prefix, in the capitals of the
// trackers or without. The error names the nearest one.
func Named(name string) (*Incident, error) {
	name = strings.ToLower(strings.TrimPrefix(name, Prefix))
	all := All()
	for _, i := range all {
		if i.Name == name {
			return i, nil
		}
		if r := i.Repaired(); r.Name == name {
			return r, nil
		}
	}
	names := Names()
	if near := scenarios.Nearest(name, names, max(1, len(name)/8)); near != "" {
		return nil, fmt.Errorf("unknown incident %q: did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("unknown incident %q: want one of %s", name, strings.Join(names, ", "))
}

// Names lists the incidents' names.
func Names() []string {
	all := All()
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}

// Open is the incident that shows as signature on real servers, or on real Flink, and
// that no release has repaired, nor any option avoids; nil if there is none.
func Open(signature string, flink bool) *Incident {
	for _, i := range All() {
		open := i.Release != "" && i.FixedRelease == "" && i.Repaired() == i
		if open && i.Signature == signature && (i.flink != "") == flink {
			return i
		}
	}
	return nil
}

// Plan is the incident's plan for a variant of the model, "" the affected one.
func (i *Incident) Plan(variant string) (*plan.Plan, error) {
	return i.plan(0, scenarios.Options{Variant: variant})
}

func (i *Incident) plan(seed uint64, o scenarios.Options) (*plan.Plan, error) {
	variant := cmp.Or(o.Variant, i.Affected)
	script, flink, tick, session := i.script, i.flink, i.tick, i.session
	if o.OnServers {
		script, flink = cmp.Or(i.onServers.script, script), cmp.Or(i.onServers.flink, flink)
		tick, session = cmp.Or(i.onServers.tick, tick), cmp.Or(i.onServers.session, session)
	}
	if i.moments != nil && seed != 0 {
		d := plan.NewStream(seed, "moments")
		script = script[:strings.LastIndex(script, "steps\n")] + i.moments(&d)
	} else {
		seed = i.seed
	}
	// The model's job must have the time for a checkpoint or two after the last fault.
	settle := "500ms"
	if flink != "" && !o.OnServers {
		settle = "1500ms"
	}
	if variant != "" {
		variant = "variant " + variant + "\n"
	}
	servers, spares := max(i.servers, 3), ""
	if i.spares != 0 {
		spares = fmt.Sprintf("spares %d\n", i.spares)
	}
	text := fmt.Sprintf(`schism plan 1
scenario %s%s
seed %d
%sservers %d
%stick %s
init-limit 20
sync-limit 6
session-timeout %s
settle %s
net delay 150us jitter 350us loss 0ppm dup 0ppm slow 0ppm 0s
disk sync 1ms jitter 4ms
%s
%s`, Prefix, i.Name, seed, variant, servers, spares, cmp.Or(tick, "250ms"), cmp.Or(session, "4s"), settle, flink, script)
	p, err := plan.Parse(i.Name, text)
	if err != nil {
		return nil, fmt.Errorf("incident %w", err)
	}
	return p, nil
}

// Scenario is the incident as a scenario with an exact plan, under its name with
// Prefix.
func (i *Incident) Scenario() *scenarios.Scenario {
	return &scenarios.Scenario{
		Name: Prefix + i.Name, Story: i.Title + ". " + i.Story, Servers: max(i.servers, 3), Expect: i.Signature, Checks: i.imposes,
		Exact: func(seed uint64, o scenarios.Options) (*plan.Plan, error) {
			switch {
			case o.Servers != 0 && o.Servers != max(i.servers, 3):
				return nil, fmt.Errorf("incident %s is about %d servers", i.Name, max(i.servers, 3))
			case o.Protocol != "" && o.Protocol != "zab":
				return nil, fmt.Errorf("incident %s is about zab", i.Name)
			case o.Bug != "":
				return nil, fmt.Errorf("incident %s has its own bug, none is planted", i.Name)
			}
			return i.plan(seed, o)
		},
	}
}

// Repaired is the incident with the option that avoids it, the same incident if there
// is none. Its name says so.
func (i *Incident) Repaired() *Incident {
	if i.repaired == "" && i.onServers.repaired == "" {
		return i
	}
	r := *i
	r.Name += avoided
	r.flink, r.repaired = cmp.Or(i.repaired, i.flink), ""
	r.onServers.flink, r.onServers.repaired = i.onServers.repaired, ""
	r.Affected = i.Fixed
	return &r
}

// avoided stands behind the name of an incident with the option that avoids it.
const avoided = "-avoided"

// appends are n calls that append records to a log of znodes, a line each.
func appends(n int, pause, prefix string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\t+%s create %s \"%s%d\" sequential\n", pause, prefix, prefix, i+1)
	}
	return b.String()
}

// slowFlinkClient appends to two logs for as long as real clusters take.
var slowFlinkClient = `setup
	+0s create /in ""
	+0s create /in/k1 ""
	+0s create /in/k2 ""
	+0s create /conf "0"
client c1 n1
` + appends(200, "200ms", "/in/k1/r-") + `client c2 n2
` + appends(200, "200ms", "/in/k2/r-")

// creates are n calls that create children of /set, a line each.
func creates(n int, pause, name string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\t+%s create /set/%s%d \"\"\n", pause, name, i+1)
	}
	return b.String()
}
