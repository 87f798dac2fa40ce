package schismlab.job;

import org.apache.flink.api.connector.sink2.Sink;

/** What a sink must have for Flink 2 alone: nothing. Flink 1.20 asks for more. */
abstract class VersionedSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;
}
