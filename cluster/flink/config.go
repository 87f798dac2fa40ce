//go:build unix

package flink

import (
	"fmt"
	"go/version"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
)

// What a process runs.
const (
	jobManagerMain  = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
	taskManagerMain = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
)

// shared is what every process is told.
func (o Options) shared() map[string]string {
	ha := "high-availability."
	client := ha + "zookeeper.client."
	return map[string]string{
		ha + "type":                               "zookeeper",
		ha + "zookeeper.path.root":                plan.FlinkRoot,
		ha + "cluster-id":                         ClusterID,
		ha + "storageDir":                         "file://" + filepath.Join(o.Dir, "ha"),
		client + "session-timeout":                fmt.Sprint(o.Session.Milliseconds()),
		client + "connection-timeout":             fmt.Sprint(o.Session.Milliseconds() / 2),
		client + "retry-wait":                     "500",
		client + "max-retry-attempts":             "60",   // a client that gives up ends its process
		client + "max-retry-wait":                 "3000", // which doubles with each; before Flink 2.0.1 without bound
		client + "tolerate-suspended-connections": fmt.Sprint(o.Tolerant),
		// Standbys look for the ensemble's members themselves otherwise, and would
		// find addresses that are not behind our gates.
		client + "ensemble-tracker": "false",

		// Since Flink 2.3 an application has a result of its own.
		"application-result-store.delete-on-commit": fmt.Sprint(!o.KeepResults),
		"job-result-store.delete-on-commit":         fmt.Sprint(!o.KeepResults),
		"execution.checkpointing.dir":               "file://" + filepath.Join(o.Dir, "checkpoints"),
		"state.checkpoints.dir":                     "file://" + filepath.Join(o.Dir, "checkpoints"),
		"execution.checkpointing.savepoint-dir":     "file://" + filepath.Join(o.Dir, "savepoints"),
		// A fault must not make a job fail for good: it would take its state along.
		"restart-strategy.type":                 "fixed-delay",
		"restart-strategy.fixed-delay.attempts": "2147483647",
		"restart-strategy.fixed-delay.delay":    "500ms",
		// Machines that run seven JVMs on two cores must not be taken for dead ones.
		"heartbeat.interval": fmt.Sprint((o.heartbeat() / 6).Milliseconds()),
		"heartbeat.timeout":  fmt.Sprint(o.heartbeat().Milliseconds()),

		"jobmanager.memory.heap.size":          "192m",
		"jobmanager.memory.off-heap.size":      "64m",
		"jobmanager.memory.jvm-metaspace.size": "160m",
	}
}

// settings are all that one process is told.
func (c *Cluster) settings(p *place) map[string]string {
	s := c.o.shared()
	s["high-availability.zookeeper.quorum"] = strings.Join(p.zooKeeper, ",")
	s["io.tmp.dirs"] = filepath.Join(p.dir, "tmp")
	if p.master {
		maps.Copy(s, map[string]string{
			"jobmanager.rpc.address":            p.host,
			"jobmanager.bind-host":              p.bind,
			"high-availability.jobmanager.port": fmt.Sprint(p.rpc),
			"jobmanager.rpc.bind-port":          fmt.Sprint(p.rpcBind),
			"blob.server.port":                  fmt.Sprint(p.blob),
			"rest.address":                      p.host,
			"rest.bind-address":                 p.bind,
			"rest.port":                         fmt.Sprint(p.rest),
			// A jar that was handed to one JobManager can be run by any.
			"web.upload.dir": filepath.Join(c.o.Dir, "jars"),
			// After the loss of all TaskManagers a job waits for new ones this long.
			"slot.request.timeout": "60000",
		})
		if c.o.Application != nil {
			// Each leader would begin a job of its own otherwise.
			s["$internal.pipeline.job-id"] = c.o.Application.JobID
			s["$internal.application.id"] = c.o.Application.JobID // since Flink 2.3
		}
	} else {
		maps.Copy(s, map[string]string{
			"jobmanager.rpc.address":        p.host,
			"taskmanager.host":              p.host,
			"taskmanager.bind-host":         p.bind,
			"taskmanager.rpc.port":          fmt.Sprint(p.rpc),
			"taskmanager.rpc.bind-port":     fmt.Sprint(p.rpcBind),
			"taskmanager.resource-id":       p.name,
			"taskmanager.numberOfTaskSlots": fmt.Sprint(c.o.Slots),
			// Without the scripts of the distribution every part must be given.
			"taskmanager.cpu.cores":                      fmt.Sprint(c.o.Slots),
			"taskmanager.memory.task.heap.size":          "96m",
			"taskmanager.memory.task.off-heap.size":      "0m",
			"taskmanager.memory.framework.heap.size":     "96m",
			"taskmanager.memory.framework.off-heap.size": "64m",
			"taskmanager.memory.managed.size":            "0m",
			"taskmanager.memory.network.min":             "32m",
			"taskmanager.memory.network.max":             "32m",
			"taskmanager.memory.jvm-metaspace.size":      "128m",
			"taskmanager.memory.jvm-overhead.min":        "64m",
			"taskmanager.memory.jvm-overhead.max":        "64m",
		})
	}
	maps.Copy(s, c.o.Set)
	return s
}

// yaml writes settings as Flink's config.yaml, in the order of their keys.
func yaml(settings map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s: '%s'\n", key, strings.ReplaceAll(settings[key], "'", "''"))
	}
	return b.String()
}

// flat writes settings as the file flink-conf.yaml, which looks like YAML and is a
// key, a colon, a space and the value as it stands.
func flat(settings map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s: %s\n", key, settings[key])
	}
	return b.String()
}

// configFile is the name and the text of a release's configuration file.
func configFile(release string, settings map[string]string) (name, text string) {
	if version.Compare("go"+release, "go1.19.0") < 0 {
		return "flink-conf.yaml", flat(settings)
	}
	return "config.yaml", yaml(settings)
}

// logging is the processes' log4j 2 configuration. The elections' own words are
// wanted in full.
const logging = `rootLogger.level = INFO
rootLogger.appenderRef.out.ref = out
appender.out.name = out
appender.out.type = CONSOLE
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5p %c{1} - %m%n
logger.election.name = org.apache.flink.runtime.leaderelection
logger.election.level = DEBUG
logger.rest.name = org.apache.flink.runtime.rest
logger.rest.level = WARN
logger.pekko.name = org.apache.pekko
logger.pekko.level = WARN
logger.akka.name = akka
logger.akka.level = WARN
`

// jvmOptions are the options of a process: small, quick to start. Flink asks for the packages to be opened, on Java 17.
func jvmOptions(logFile string, master bool) []string {
	o := []string{
		"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true",
		"-Dlog4j.configurationFile=file:" + logFile, "-Dlog4j2.disableJmx=true",
	}
	if master {
		o = append(o, "-XX:MaxMetaspaceSize=160m")
	} else {
		o = append(o, "-XX:MaxMetaspaceSize=128m", "-XX:MaxDirectMemorySize=128m")
	}
	for _, p := range []string{
		"java.base/sun.net.util", "java.rmi/sun.rmi.registry", "java.security.jgss/sun.security.krb5",
	} {
		o = append(o, "--add-exports="+p+"=ALL-UNNAMED")
	}
	for _, p := range []string{
		"lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent", "util.concurrent.atomic", "util.concurrent.locks",
	} {
		o = append(o, "--add-opens=java.base/java."+p+"=ALL-UNNAMED")
	}
	return append(o, "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
}
