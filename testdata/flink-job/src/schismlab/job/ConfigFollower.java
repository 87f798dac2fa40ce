package schismlab.job;

import java.nio.charset.StandardCharsets;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a configuration: one znode, by watch and version. What was read is emitted only if its
 * zxid is new, so looking once more does no harm.
 */
final class ConfigFollower extends Follower {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFollower.class);

    private long position;

    ConfigFollower(ZookeeperClient client, Handover handover, ZookeeperSplit split) {
        super(client, handover, split.path);
        this.position = split.position;
    }

    @Override
    boolean read() throws KeeperException, InterruptedException {
        client.sync(path);
        Entry entry = client.config(path, this);
        if (entry.zxid > position) {
            LOG.info(
                    "Read config: {} (version {})",
                    new String(entry.data, StandardCharsets.UTF_8),
                    entry.number);
            handover.put(entry);
            position = entry.zxid;
        }
        return true;
    }
}
