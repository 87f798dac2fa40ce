package schismlab.job;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Entries on their way from the followers' threads to the task's. It is bounded: a follower that is
 * faster than the job waits.
 */
final class Handover {
    private static final int LIMIT = 1000;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private CompletableFuture<Void> available = new CompletableFuture<>();
    private Throwable failure;
    private boolean held;
    private boolean closed;

    synchronized void put(Entry entry) throws InterruptedException {
        while (entries.size() >= LIMIT && !closed) {
            wait();
        }
        entries.add(entry);
        if (!held) {
            wake();
        }
    }

    /** Keeps back all entries from now on. */
    synchronized void hold() {
        held = true;
    }

    /** Lets them through again. */
    synchronized void release() {
        held = false;
        wake();
    }

    /** Makes the job fail with what happened in a follower. */
    synchronized void fail(Throwable what) {
        failure = what;
        wake();
    }

    /** Has the task look again. */
    synchronized void wake() {
        available.complete(null);
    }

    /** Takes the next entry; null if there is none now, or if they are kept back. */
    synchronized Entry poll() throws IOException {
        if (failure != null) {
            throw new IOException("reading from ZooKeeper", failure);
        }
        Entry entry = held ? null : entries.poll();
        if (entry != null) {
            notifyAll();
        } else if (available.isDone()) {
            // The task has now seen what it was woken for.
            available = new CompletableFuture<>();
        }
        return entry;
    }

    /** Is done when {@link #poll} may have something new to say. */
    synchronized CompletableFuture<Void> available() {
        return available;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
