package schismlab.job;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * One znode that is followed, and how far. It is a value: a reader that goes on makes a new one.
 *
 * <p>The position is in the reader's state, so it goes back with everything else when the job is
 * restored: that is what "exactly once" rests on here. ZooKeeper keeps the log and can be asked
 * again; it does not know who has read it.
 */
final class ZookeeperSplit implements SourceSplit {
    /** Before the first entry: sequence numbers begin at 0, zxids at 1. */
    static final long START = -1;

    final String path;
    final boolean config;

    /** {@link Entry#position} of the last entry emitted. */
    final long position;

    ZookeeperSplit(String path, boolean config, long position) {
        this.path = path;
        this.config = config;
        this.position = position;
    }

    /** A split for each key: a directory whose sequential children are the records. */
    static List<ZookeeperSplit> logs(String directory, List<String> keys) {
        List<ZookeeperSplit> splits = new ArrayList<>();
        for (String key : keys) {
            splits.add(new ZookeeperSplit(directory + "/" + key, false, START));
        }
        return splits;
    }

    static ZookeeperSplit config(String path) {
        return new ZookeeperSplit(path, true, START);
    }

    ZookeeperSplit at(long position) {
        return new ZookeeperSplit(path, config, position);
    }

    @Override
    public String splitId() {
        return path;
    }

    @Override
    public String toString() {
        return path + "@" + position;
    }
}
