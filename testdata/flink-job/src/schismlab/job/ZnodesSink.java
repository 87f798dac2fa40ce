package schismlab.job;

import org.apache.flink.api.connector.sink2.Committer;

/** Znodes: the lines travel within the checkpoint, and each batch becomes one znode below OUT. */
final class ZnodesSink extends LineSink {
    private static final long serialVersionUID = 1;

    private final String zookeeper;
    private final int sessionTimeoutMs;
    private final String out;
    private final boolean byAttempt;

    /**
     * @param byAttempt a planted fault: the znode's name has the attempt in it, so a batch that is
     *     committed again after a restart is taken for a new one
     */
    ZnodesSink(String zookeeper, int sessionTimeoutMs, String out, boolean byAttempt) {
        this.zookeeper = zookeeper;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.out = out;
        this.byAttempt = byAttempt;
    }

    @Override
    BatchStore store() {
        return BatchStore.INSIDE;
    }

    @Override
    Committer<Batch> committer(int attempt) {
        String suffix = byAttempt ? "-attempt" + attempt : "";
        return new ZnodesCommitter(new ZookeeperClient(zookeeper, sessionTimeoutMs), out, suffix);
    }
}
