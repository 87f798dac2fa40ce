package schismlab.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/**
 * One subtask of the source. Flink calls every method from the task's one thread, and no call may
 * block. So each split has a {@link Follower}, a thread that waits for ZooKeeper, and a {@link
 * Handover} stands in between.
 *
 * <p>A split's position moves when an entry is emitted, not when it is read. A barrier comes
 * between two calls of pollNext, so what a checkpoint holds of the source and of what is behind it
 * fits together.
 */
final class ZookeeperReader implements SourceReader<Entry, ZookeeperSplit> {
    private final ZookeeperClient client;
    private final long records;
    private final Handover handover = new Handover();
    private final Map<String, ZookeeperSplit> splits = new LinkedHashMap<>();
    private final List<Follower> followers = new ArrayList<>();

    /** The part of this reader at the barrier; null if its job meets nobody. */
    private Meeting meeting;

    private String party;

    /** Whether it has arrived at a round that it has not passed: it emits nothing then. */
    private boolean waits;

    /** The checkpoint with which it has arrived there. */
    private long arrivedWith;

    private boolean noMoreSplits;
    private boolean begun;

    ZookeeperReader(String zookeeper, int sessionTimeoutMs, long records) {
        this.client = new ZookeeperClient(zookeeper, sessionTimeoutMs);
        this.records = records;
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<ZookeeperSplit> added) {
        for (ZookeeperSplit split : added) {
            splits.put(split.path, split);
            if (split.meets()) {
                meet(split);
                continue;
            }
            if (finished(split)) {
                continue;
            }
            Follower follower =
                    split.config
                            ? new ConfigFollower(client, handover, split)
                            : new LogFollower(client, handover, split, records);
            followers.add(follower);
            follower.start();
        }
    }

    /** Begins to meet others, at the round at which the state that it begins with stood. */
    private void meet(ZookeeperSplit split) {
        meeting = new Meeting(client, handover, split);
        party = split.path;
        followers.add(meeting);
        meeting.start();
        if (split.position > 0) { // what is restored is complete
            waits = true;
            handover.hold();
            meeting.arrive(split.position, split.checkpoint);
        }
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        handover.wake();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Entry> output) throws Exception {
        if (!noMoreSplits) {
            return InputStatus.NOTHING_AVAILABLE; // it is woken when they are all there
        }
        if (!begun) {
            // A split that is not known to the output does not hold its watermark back.
            splits.keySet().forEach(output::createOutputForSplit);
            begun = true;
        }
        if (waits && meeting.passed() >= splits.get(party).position) {
            waits = false;
            Entry passed = Entry.round(party, splits.get(party).position);
            output.createOutputForSplit(party).collect(passed);
            return InputStatus.MORE_AVAILABLE;
        }
        Entry entry = handover.poll();
        if (entry != null) {
            output.createOutputForSplit(entry.path).collect(entry);
            splits.computeIfPresent(entry.path, (path, split) -> split.at(entry.position()));
            return InputStatus.MORE_AVAILABLE;
        }
        if (records > 0 && noMoreSplits && splits.values().stream().allMatch(this::finished)) {
            return InputStatus.END_OF_INPUT;
        }
        return InputStatus.NOTHING_AVAILABLE;
    }

    private boolean finished(ZookeeperSplit split) {
        return records > 0 && !split.meets() && split.position + 1 >= records;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return handover.available();
    }

    /**
     * With each checkpoint that finds it at work the reader arrives at a round of the barrier. What
     * comes after it waits for the others.
     */
    @Override
    public List<ZookeeperSplit> snapshotState(long checkpoint) {
        if (meeting != null && !waits) {
            waits = true;
            arrivedWith = checkpoint;
            handover.hold();
            splits.computeIfPresent(party, (path, split) -> split.at(split.position + 1));
        }
        List<ZookeeperSplit> state = new ArrayList<>();
        for (ZookeeperSplit split : splits.values()) {
            state.add(split.meets() ? split.in(checkpoint) : split);
        }
        return state;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        if (waits && checkpoint >= arrivedWith) {
            meeting.arrive(splits.get(party).position, checkpoint);
        }
    }

    @Override
    public void close() throws Exception {
        handover.close();
        for (Follower follower : followers) {
            follower.interrupt();
        }
        client.close();
        for (Follower follower : followers) {
            follower.join();
        }
    }
}
