package schismlab.job;

/** Lines that are committed together: what goes from the first phase to the second. */
final class Batch {
    /** A checkpoint; see {@link LineWriter}. */
    final long checkpoint;

    final int subtask;

    /** Counts the batches of one subtask and checkpoint, from 0. */
    final int part;

    /** The lines, or, if they are stored elsewhere until the commit, where. */
    final byte[] content;

    Batch(long checkpoint, int subtask, int part, byte[] content) {
        this.checkpoint = checkpoint;
        this.subtask = subtask;
        this.part = part;
        this.content = content;
    }

    /**
     * Under which the batch is committed. It holds nothing that changes with a restart: no
     * attempt, no time, no random number. Of all the batches ever made under one name, at most one
     * belongs to a checkpoint that has been completed.
     */
    String name() {
        return String.format("%010d-%03d-%03d", checkpoint, subtask, part);
    }

    @Override
    public String toString() {
        return name();
    }
}
