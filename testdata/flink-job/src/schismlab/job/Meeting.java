package schismlab.job;

import java.nio.charset.StandardCharsets;
import org.apache.zookeeper.KeeperException;

/**
 * One party at the barrier where jobs meet, round after round: the entering half of ZooKeeper's
 * double barrier.
 *
 * <p>A party arrives at a round by a znode in the round's directory, and has passed it when as many
 * are there as there are parties. The znode is made only when the checkpoint that holds the arrival
 * is complete, since others build upon it; and its name is the party's, not that of an attempt, so
 * whoever runs the party next finds that it has arrived. Rounds are never removed.
 */
final class Meeting extends Follower {
    private final String root;
    private final String party;
    private final int parties;

    private volatile long round;
    private volatile long checkpoint;
    private volatile long passed;

    Meeting(ZookeeperClient client, Handover handover, ZookeeperSplit split) {
        super(client, handover, "/"); // what is always there
        this.root = split.path.substring(0, split.path.lastIndexOf('/'));
        this.party = split.path.substring(split.path.lastIndexOf('/') + 1);
        this.parties = split.parties;
    }

    /** Says that the party has come to a round, by a checkpoint that is complete. */
    void arrive(long round, long checkpoint) {
        if (round <= this.round) {
            return;
        }
        this.checkpoint = checkpoint;
        this.round = round;
        wake();
    }

    /** The last round at which all have arrived, as far as this party has waited for it. */
    long passed() {
        return passed;
    }

    @Override
    boolean read() throws KeeperException, InterruptedException {
        long at = round;
        if (at <= passed) {
            return true;
        }
        String directory = root + "/round-" + at;
        client.createAll(directory);
        try {
            byte[] text = ("checkpoint=" + checkpoint).getBytes(StandardCharsets.UTF_8);
            client.create(directory + "/" + party, text);
        } catch (KeeperException.NodeExistsException e) {
            // It has arrived already, in an earlier attempt or before an answer was lost.
        }
        // A watch that is not needed would stay with the server for ever.
        if (client.children(directory, null).size() < parties
                && client.children(directory, this).size() < parties) {
            return true; // the watch will tell
        }
        passed = at;
        handover.release();
        return true;
    }
}
