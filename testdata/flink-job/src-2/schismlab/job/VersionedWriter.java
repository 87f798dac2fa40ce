package schismlab.job;

import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** What Flink 2 calls a writer that prepares commits. */
interface VersionedWriter extends CommittingSinkWriter<String, Batch> {}
