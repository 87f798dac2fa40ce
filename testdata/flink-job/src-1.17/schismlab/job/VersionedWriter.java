package schismlab.job;

import org.apache.flink.api.connector.sink2.TwoPhaseCommittingSink;

/** What Flink before 1.19 calls a writer that prepares commits. */
interface VersionedWriter extends TwoPhaseCommittingSink.PrecommittingSinkWriter<String, Batch> {}
