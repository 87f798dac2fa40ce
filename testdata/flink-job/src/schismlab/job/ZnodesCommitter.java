package schismlab.job;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.zookeeper.KeeperException;

/**
 * Commits a batch by creating a znode with its lines. When the connection breaks, nobody knows
 * whether the znode was made, so the same create is sent again: NodeExists, with the same data,
 * says that it was.
 */
final class ZnodesCommitter implements Committer<Batch> {
    private final ZookeeperClient client;
    private final String out;
    private final String suffix;
    private boolean prepared;

    ZnodesCommitter(ZookeeperClient client, String out, String suffix) {
        this.client = client;
        this.out = out;
        this.suffix = suffix;
    }

    @Override
    public void commit(Collection<CommitRequest<Batch>> requests)
            throws IOException, InterruptedException {
        for (CommitRequest<Batch> request : requests) {
            try {
                commit(request);
            } catch (KeeperException e) {
                if (!ZookeeperClient.passes(e)) {
                    throw new IOException("committing " + request.getCommittable(), e);
                }
                client.renewIfExpired();
                request.retryLater();
            }
        }
    }

    private void commit(CommitRequest<Batch> request) throws KeeperException, InterruptedException {
        if (!prepared) {
            client.createAll(out);
            prepared = true;
        }
        Batch batch = request.getCommittable();
        String path = out + "/" + batch.name() + suffix;
        try {
            client.create(path, batch.content);
        } catch (KeeperException.NodeExistsException e) {
            if (Arrays.equals(client.data(path), batch.content)) {
                request.signalAlreadyCommitted();
            } else {
                request.signalFailedWithUnknownReason(
                        new IOException(path + " is committed already, with other content"));
            }
        }
    }

    @Override
    public void close() throws Exception {
        client.close();
    }
}
