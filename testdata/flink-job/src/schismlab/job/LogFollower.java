package schismlab.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.zookeeper.KeeperException;

/**
 * Follows a log: a directory of sequential znodes.
 *
 * <p>Children get their numbers in the order of their transactions, and a server's tree is always
 * some prefix of all transactions. So a list of children, however old, has no hole before its last
 * number, and everything up to that may be emitted. {@code sync} first, since a server that lags
 * behind may otherwise answer for ever from a time before the watch.
 *
 * <p>Each look lists the whole directory, O(n): meant for some ten thousand records of a test.
 */
final class LogFollower extends Follower {
    private static final int BATCH = 100;

    private final long records;
    private long position;

    LogFollower(ZookeeperClient client, Handover handover, ZookeeperSplit split, long records) {
        super(client, handover, split.path);
        this.position = split.position;
        this.records = records;
    }

    @Override
    boolean read() throws KeeperException, InterruptedException {
        client.sync(path);
        List<String> names = fresh(client.children(path, this));
        for (int from = 0; from < names.size(); from += BATCH) {
            List<String> batch = names.subList(from, Math.min(from + BATCH, names.size()));
            for (Entry entry : client.records(path, batch)) {
                handover.put(entry);
                position = entry.number;
            }
        }
        return records == 0 || position + 1 < records;
    }

    private List<String> fresh(List<String> children) {
        List<String> names = new ArrayList<>();
        for (String name : children) {
            long number = sequence(name);
            if (number > position && (records == 0 || number < records)) {
                names.add(name);
            }
        }
        names.sort(Comparator.comparingLong(LogFollower::sequence));
        return names;
    }

    /** The ten digits that ZooKeeper has put at the end of a sequential znode's name. */
    static long sequence(String name) {
        int digits = name.length() - 10;
        if (digits < 0) {
            throw new IllegalArgumentException("znode " + name + " is not sequential");
        }
        return Long.parseLong(name.substring(digits));
    }
}
