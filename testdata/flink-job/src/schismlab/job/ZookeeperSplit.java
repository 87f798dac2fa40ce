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

    /**
     * {@link Entry#position} of the last entry emitted. Of a party at a barrier it is the last round
     * that it has arrived at, which is one more than it has passed while it waits.
     */
    final long position;

    /** How many meet at the barrier; 0 if this is no party at one. */
    final int parties;

    /** Of a party, the checkpoint that this state is in. */
    final long checkpoint;

    ZookeeperSplit(String path, boolean config, long position, int parties, long checkpoint) {
        this.path = path;
        this.config = config;
        this.position = position;
        this.parties = parties;
        this.checkpoint = checkpoint;
    }

    /** A split for each key: a directory whose sequential children are the records. */
    static List<ZookeeperSplit> logs(String directory, List<String> keys) {
        List<ZookeeperSplit> splits = new ArrayList<>();
        for (String key : keys) {
            splits.add(new ZookeeperSplit(directory + "/" + key, false, START, 0, 0));
        }
        return splits;
    }

    static ZookeeperSplit config(String path) {
        return new ZookeeperSplit(path, true, START, 0, 0);
    }

    /** A party for each reader, all of one job, which has a name that no other has. */
    static List<ZookeeperSplit> parties(String barrier, String job, int readers, int parties) {
        List<ZookeeperSplit> splits = new ArrayList<>();
        for (int i = 1; i <= readers; i++) {
            splits.add(new ZookeeperSplit(barrier + "/" + job + "-" + i, false, 0, parties, 0));
        }
        return splits;
    }

    ZookeeperSplit at(long position) {
        return new ZookeeperSplit(path, config, position, parties, checkpoint);
    }

    ZookeeperSplit in(long checkpoint) {
        return new ZookeeperSplit(path, config, position, parties, checkpoint);
    }

    boolean meets() {
        return parties > 0;
    }

    /** Which of the readers of a job a party is for, from 0. */
    int reader() {
        return Integer.parseInt(path.substring(path.lastIndexOf('-') + 1)) - 1;
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
