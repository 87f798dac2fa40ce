package schismlab.job;

import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job that Schism watches while ZooKeeper, JobManagers and TaskManagers fail.
 *
 * <pre>
 *   /in/k1 ┐                       ┌─► files, by two-phase commit
 *   /in/k2 ┼─► SequenceCheck ──────┤
 *   /conf  ┘   keyed, with state   └─► znodes /out/…, by an idempotent commit
 *   /in/n1 ┐                       │
 *   /in/n2 ┴─► Windows ────────────┘   if servers are monitored; their samples are records, too
 * </pre>
 *
 * With a barrier the source of this job and those of others wait for each other at every
 * checkpoint: see {@link Meeting}.
 *
 * <p>What goes in is in ZooKeeper, written by clients whose every call is in the run's log. What comes
 * out is text, one JSON object a line ({@link Line}). So the harness can say of each record whether
 * it came out never, once or twice, whatever happened in between.
 */
public final class Job {
    private Job() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.parse(args);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration(options));
        env.setParallelism(options.parallelism);

        DataStream<Entry> entries =
                env.fromSource(source(options), WatermarkStrategy.noWatermarks(), "zookeeper")
                        .uid("zookeeper");
        DataStream<Entry> samples = options.windowMs > 0 ? samples(env, options) : null;
        DataStream<String> lines =
                (samples == null ? entries : entries.union(samples))
                        .keyBy(entry -> entry.path, Types.STRING)
                        .process(new SequenceCheck())
                        .uid("check")
                        .name("check");
        if (samples != null) {
            lines =
                    lines.union(
                            samples.keyBy(entry -> entry.path, Types.STRING)
                                    .process(new Windows(options.windowMs))
                                    .uid("windows")
                                    .name("windows"));
        }
        for (String kind : options.sinks) {
            lines.sinkTo(sink(kind, options)).uid("sink-" + kind).name("sink-" + kind);
        }
        env.execute("schism");
    }

    private static ZookeeperSource source(Options o) {
        List<ZookeeperSplit> splits = ZookeeperSplit.logs(o.in, o.keys);
        if (!o.config.isEmpty()) {
            splits.add(ZookeeperSplit.config(o.config));
        }
        if (!o.barrier.isEmpty()) {
            splits.addAll(
                    ZookeeperSplit.parties(o.barrier, o.party, o.parallelism, o.parties));
        }
        return new ZookeeperSource(o.zookeeper, o.sessionTimeoutMs, splits, o.records);
    }

    /**
     * The samples of the ensemble's servers, with their own times. One reader has them all: its
     * watermark is that of the server whose samples have come least far, so no sample is late.
     */
    private static DataStream<Entry> samples(StreamExecutionEnvironment env, Options o) {
        ZookeeperSource source =
                new ZookeeperSource(
                        o.zookeeper, o.sessionTimeoutMs, ZookeeperSplit.logs(o.in, o.monitors), 0);
        return env.fromSource(
                        source,
                        WatermarkStrategy.<Entry>forMonotonousTimestamps()
                                .withTimestampAssigner(
                                        (entry, none) -> new Sample(entry.data).at()),
                        "monitor")
                .uid("monitor")
                .setParallelism(1);
    }

    private static LineSink sink(String kind, Options o) {
        switch (kind) {
            case "files":
                return new FilesSink(o.output);
            case "znodes":
                return new ZnodesSink(o.zookeeper, o.sessionTimeoutMs, o.out, false);
            case "attempt":
                return new ZnodesSink(o.zookeeper, o.sessionTimeoutMs, o.out, true);
            default:
                throw new IllegalArgumentException("no sink " + kind);
        }
    }

    /**
     * Faults are the point, so the job must never give up: a job that has FAILED is finished for
     * good, and Flink removes what it kept for recovery.
     */
    private static Configuration configuration(Options o) {
        Configuration c = new Configuration();
        c.setString("execution.runtime-mode", "STREAMING");
        c.setString("execution.checkpointing.interval", o.checkpointIntervalMs + " ms");
        c.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        c.setString("execution.checkpointing.timeout", "30 s");
        c.setString("execution.checkpointing.tolerable-failed-checkpoints", "1000000");
        c.setString("restart-strategy.type", "fixed-delay");
        c.setString("restart-strategy", "fixed-delay"); // its name before Flink 1.19
        c.setString("restart-strategy.fixed-delay.attempts", String.valueOf(Integer.MAX_VALUE));
        c.setString("restart-strategy.fixed-delay.delay", o.restartDelayMs + " ms");
        return c;
    }
}
