package schismlab.job;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;

/**
 * What a sink must have for Flink 1.20 alone: the older of two createWriter methods is still
 * abstract there, though nobody calls it where the newer one is overridden.
 */
abstract class VersionedSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;

    @Override
    @Deprecated
    public final SinkWriter<T> createWriter(InitContext context) {
        throw new UnsupportedOperationException("createWriter(WriterInitContext) is what we have");
    }
}
