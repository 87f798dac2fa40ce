package schismlab.job;

import java.io.IOException;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A sink for lines, by two-phase commit.
 *
 * <ol>
 *   <li>Before the barrier of a checkpoint the writer makes what it has into {@link Batch}es; they
 *       become part of the checkpoint.
 *   <li>When the checkpoint is complete, the committer makes the batches visible. After a restore
 *       it is given the batches of that checkpoint once more, since nobody knows whether it came
 *       to it.
 * </ol>
 *
 * <p>So a commit must be idempotent, and that rests on the batch's name: it must be the same for
 * whoever commits it, and for no other batch. See {@link Batch#name}.
 */
abstract class LineSink extends VersionedSink<String> implements SupportsCommitter<Batch> {
    private static final long serialVersionUID = 1;

    /** The first phase of one writer. */
    abstract BatchStore store() throws IOException;

    /** The second phase. */
    abstract Committer<Batch> committer(int attempt) throws IOException;

    @Override
    public final SinkWriter<String> createWriter(WriterInitContext context) throws IOException {
        return new LineWriter(
                store(),
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.getRestoredCheckpointId().orElse(0));
    }

    @Override
    public final Committer<Batch> createCommitter(CommitterInitContext context)
            throws IOException {
        return committer(context.getTaskInfo().getAttemptNumber());
    }

    @Override
    public final SimpleVersionedSerializer<Batch> getCommittableSerializer() {
        return new BatchSerializer();
    }
}
