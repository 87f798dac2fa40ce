package schismlab.job;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one split: reads what is new, leaving a watch; waits until the watch fires; and so on.
 *
 * <p>That ZooKeeper is away, or that the session has expired, is no reason to fail: the follower
 * goes on where it was as soon as it can. A watch may be lost together with its session, so the
 * follower looks again when the client has a new one, and every few seconds in any case.
 */
abstract class Follower extends Thread implements Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final long LOOK_ANYWAY_MS = 5_000;
    private static final long RETRY_MS = 200;

    protected final ZookeeperClient client;
    protected final Handover handover;
    protected final String path;
    private final Semaphore changed = new Semaphore(0);

    Follower(ZookeeperClient client, Handover handover, String path) {
        super("follow " + path);
        setDaemon(true);
        this.client = client;
        this.handover = handover;
        this.path = path;
    }

    /**
     * Hands over all that is new, and leaves this as the watcher of what comes next.
     *
     * @return whether there will be more
     */
    abstract boolean read() throws KeeperException, InterruptedException;

    @Override
    public final void run() {
        try {
            while (readSafely()) {
                changed.tryAcquire(LOOK_ANYWAY_MS, TimeUnit.MILLISECONDS);
                changed.drainPermits();
            }
        } catch (InterruptedException e) {
            LOG.debug("{} is closed", getName());
        } catch (Throwable e) {
            handover.fail(e);
        }
    }

    /** Reads, however often ZooKeeper is away, and says whether there will be more. */
    private boolean readSafely() throws KeeperException, InterruptedException {
        while (true) {
            try {
                // A znode that is not there yet leaves a watch for its creation.
                return !client.exists(path, this) || read();
            } catch (KeeperException e) {
                boolean gone = e.code() == KeeperException.Code.NONODE && path.equals(e.getPath());
                if (!gone && !ZookeeperClient.passes(e)) {
                    throw e;
                }
                LOG.info("{}: {}; again", getName(), e.getMessage());
                client.renewIfExpired();
                Thread.sleep(RETRY_MS);
            }
        }
    }

    /** A watch fired, or the connection changed; what happened is told by reading again. */
    @Override
    public final void process(WatchedEvent event) {
        wake();
    }

    /** Has the follower read again. */
    final void wake() {
        changed.release();
    }
}
