package schismlab.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A thin layer over ZooKeeper's own client: the few calls that the job makes, and a new session in
 * the place of one that has expired. It retries nothing: only the caller knows what that means.
 */
final class ZookeeperClient implements AutoCloseable {
    private static final long ANSWER_MS = 30_000;

    private final String address;
    private final int sessionTimeoutMs;
    private ZooKeeper session;
    private boolean closed;

    /** Connects at the first call. */
    ZookeeperClient(String address, int sessionTimeoutMs) {
        this.address = address;
        this.sessionTimeoutMs = sessionTimeoutMs;
    }

    /** Whether an error is one of the connection only, so that the call may be made again. */
    static boolean passes(KeeperException e) {
        switch (e.code()) {
            case CONNECTIONLOSS:
            case SESSIONEXPIRED:
            case SESSIONMOVED:
            case OPERATIONTIMEOUT:
                return true;
            default:
                return false;
        }
    }

    private synchronized ZooKeeper session() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("closed");
        }
        if (session == null) {
            try {
                session = new ZooKeeper(address, sessionTimeoutMs, ZookeeperClient::ignore);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return session;
    }

    /** Changes of the connection reach those who wait through their watches. */
    private static void ignore(WatchedEvent event) {}

    /** A session that has expired stays so; the next call gets a new one. */
    synchronized void renewIfExpired() throws InterruptedException {
        if (session != null && !session.getState().isAlive()) {
            session.close();
            session = null;
        }
    }

    /**
     * Waits until the server has applied all that was committed before. ZooKeeper answers without
     * asking a quorum, so after a change of leaders it may promise too much (ZOOKEEPER-1675); what
     * is read is then old, never wrong.
     */
    void sync(String path) throws KeeperException, InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        session().sync(path, (rc, p, context) -> finish(done, rc, p, null), null);
        await(done);
    }

    List<String> children(String path, Watcher watcher)
            throws KeeperException, InterruptedException {
        return session().getChildren(path, watcher);
    }

    /** Tells whether a znode is there; if not, the watcher hears of its creation. */
    boolean exists(String path, Watcher watcher) throws KeeperException, InterruptedException {
        return session().exists(path, watcher) != null;
    }

    Entry config(String path, Watcher watcher) throws KeeperException, InterruptedException {
        Stat stat = new Stat();
        byte[] data = session().getData(path, watcher, stat);
        return Entry.config(path, stat.getVersion(), stat.getMzxid(), data);
    }

    /** Reads children of a log. All questions are sent before the first answer is awaited. */
    List<Entry> records(String path, List<String> names)
            throws KeeperException, InterruptedException {
        List<CompletableFuture<Entry>> answers = new ArrayList<>();
        for (String name : names) {
            CompletableFuture<Entry> answer = new CompletableFuture<>();
            answers.add(answer);
            session()
                    .getData(
                            path + "/" + name,
                            false,
                            (rc, p, context, data, stat) ->
                                    finish(answer, rc, p, entry(path, name, stat, data)),
                            null);
        }
        List<Entry> entries = new ArrayList<>();
        for (CompletableFuture<Entry> answer : answers) {
            entries.add(await(answer));
        }
        return entries;
    }

    /** A record as it was read; without a stat, there was none. */
    private static Entry entry(String path, String name, Stat stat, byte[] data) {
        if (stat == null) {
            return null;
        }
        return Entry.record(path, LogFollower.sequence(name), stat.getCzxid(), data);
    }

    /** Creates a persistent znode and all above it. */
    void createAll(String path) throws KeeperException, InterruptedException {
        for (int end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
            try {
                create(end < 0 ? path : path.substring(0, end), new byte[0]);
            } catch (KeeperException.NodeExistsException e) {
                // So it is there.
            }
            if (end < 0) {
                return;
            }
        }
    }

    void create(String path, byte[] data) throws KeeperException, InterruptedException {
        session().create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    byte[] data(String path) throws KeeperException, InterruptedException {
        return session().getData(path, false, null);
    }

    private static <T> void finish(CompletableFuture<T> answer, int rc, String path, T value) {
        if (rc == 0) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(
                    KeeperException.create(KeeperException.Code.get(rc), path));
        }
    }

    private static <T> T await(CompletableFuture<T> answer)
            throws KeeperException, InterruptedException {
        try {
            return answer.get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new KeeperException.OperationTimeoutException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KeeperException) {
                throw (KeeperException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() throws InterruptedException {
        ZooKeeper last;
        synchronized (this) {
            closed = true;
            last = session;
            session = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
