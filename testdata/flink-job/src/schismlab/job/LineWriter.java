package schismlab.job;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Collects lines, and makes batches of them before each checkpoint.
 *
 * <p>Flink does not tell a writer the number of the checkpoint under way. So the writer counts,
 * from the checkpoint that it was restored from. Its count is that number, unless checkpoints were
 * given up before they came here; it is never larger. That makes it unique: batches that were
 * committed counted up to the newest completed checkpoint at most, and a writer that is restored
 * from there begins above it.
 */
final class LineWriter implements VersionedWriter {
    /** A znode holds 1 MiB at most, with all that is around it. */
    private static final int BATCH_BYTES = 256 << 10;

    private final BatchStore store;
    private final int subtask;
    private long checkpoint;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private List<Batch> batches = new ArrayList<>();

    LineWriter(BatchStore store, int subtask, long restored) {
        this.store = store;
        this.subtask = subtask;
        this.checkpoint = restored + 1;
    }

    @Override
    public void write(String line, Context context) throws IOException {
        lines.write(line.getBytes(StandardCharsets.UTF_8));
        lines.write('\n');
        if (lines.size() >= BATCH_BYTES) {
            cut();
        }
    }

    /** Closes the batch under way. */
    private void cut() throws IOException {
        if (lines.size() == 0) {
            return;
        }
        Batch named = new Batch(checkpoint, subtask, batches.size(), new byte[0]);
        byte[] content = store.keep(named.name(), lines.toByteArray());
        batches.add(new Batch(checkpoint, subtask, named.part, content));
        lines.reset();
    }

    @Override
    public void flush(boolean endOfInput) {
        // Batches are made in prepareCommit, which follows at once.
    }

    @Override
    public Collection<Batch> prepareCommit() throws IOException {
        cut();
        List<Batch> done = batches;
        batches = new ArrayList<>();
        checkpoint++;
        return done;
    }

    @Override
    public void close() {}
}
