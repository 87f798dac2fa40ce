package schismlab.job;

import java.io.IOException;
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
abstract class LineSink extends VersionedSink {
    private static final long serialVersionUID = 1;

    /** Where a writer keeps its batches. */
    abstract BatchStore store() throws IOException;

    @Override
    final LineWriter writer(int subtask, long restored) throws IOException {
        return new LineWriter(store(), subtask, restored);
    }

    @Override
    public final SimpleVersionedSerializer<Batch> getCommittableSerializer() {
        return new BatchSerializer();
    }
}
