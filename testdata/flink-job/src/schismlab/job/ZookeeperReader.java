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
        return records > 0 && split.position + 1 >= records;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return handover.available();
    }

    @Override
    public List<ZookeeperSplit> snapshotState(long checkpoint) {
        return new ArrayList<>(splits.values());
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
