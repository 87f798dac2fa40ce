package schismlab.job;

import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** What Flink 1.20 calls a writer that prepares commits. */
interface VersionedWriter extends CommittingSinkWriter<String, Batch> {}
