package schismlab.job;

import java.io.IOException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** How a sink of two phases is asked for them in Flink 2. */
abstract class VersionedSink implements Sink<String>, SupportsCommitter<Batch> {
    private static final long serialVersionUID = 1;

    /** The first phase: of a subtask, from a checkpoint, 0 if it begins without one. */
    abstract LineWriter writer(int subtask, long restored) throws IOException;

    /** The second phase. */
    abstract Committer<Batch> committer(int attempt) throws IOException;

    @Override
    public final SinkWriter<String> createWriter(WriterInitContext context) throws IOException {
        return writer(
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.getRestoredCheckpointId().orElse(0));
    }

    @Override
    public final Committer<Batch> createCommitter(CommitterInitContext context)
            throws IOException {
        return committer(context.getTaskInfo().getAttemptNumber());
    }
}
