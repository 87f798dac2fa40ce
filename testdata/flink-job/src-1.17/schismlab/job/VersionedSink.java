package schismlab.job;

import java.io.IOException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.TwoPhaseCommittingSink;

/**
 * How a sink of two phases is asked for them before Flink 1.19. A committer is not told its attempt
 * there, so the planted sink that is keyed by it always has attempt 0.
 */
abstract class VersionedSink implements TwoPhaseCommittingSink<String, Batch> {
    private static final long serialVersionUID = 1;

    /** The first phase: of a subtask, from a checkpoint, 0 if it begins without one. */
    abstract LineWriter writer(int subtask, long restored) throws IOException;

    /** The second phase. */
    abstract Committer<Batch> committer(int attempt) throws IOException;

    @Override
    public final PrecommittingSinkWriter<String, Batch> createWriter(InitContext context)
            throws IOException {
        return writer(context.getSubtaskId(), context.getRestoredCheckpointId().orElse(0));
    }

    @Override
    public final Committer<Batch> createCommitter() throws IOException {
        return committer(0);
    }
}
