package schismlab.job;

import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads znodes into a stream, in two ways.
 *
 * <ul>
 *   <li>A <b>log</b> is a directory whose children are created PERSISTENT_SEQUENTIAL and never
 *       deleted. Every child is emitted once, in the order of the numbers, which is the order of
 *       their zxids.
 *   <li>A <b>configuration</b> is one znode whose data changes. A watch says only <i>that</i> it
 *       has changed, and versions between the watch and the next read are never seen. So what is
 *       promised is less: versions in order, each at most once, and the last one in the end.
 * </ul>
 *
 * <p>It is a source in the form of FLIP-27. The enumerator lives in the JobManager and gives splits
 * away; readers live in TaskManagers and keep how far they have come. Which reader has which split
 * is fixed by counting, so nothing needs to be agreed upon.
 */
final class ZookeeperSource implements Source<Entry, ZookeeperSplit, List<ZookeeperSplit>> {
    private static final long serialVersionUID = 1;

    private final String zookeeper;
    private final int sessionTimeoutMs;

    /** In the form of the serializer: a source travels by Java serialization, splits do not. */
    private final byte[] splits;

    private final long records;

    /**
     * @param records how many of each log are read before it counts as finished; 0: it never is
     */
    ZookeeperSource(
            String zookeeper, int sessionTimeoutMs, List<ZookeeperSplit> splits, long records) {
        this.zookeeper = zookeeper;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.records = records;
        try {
            this.splits = new SplitsSerializer().serialize(splits);
        } catch (java.io.IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return records > 0 ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<ZookeeperSplit, List<ZookeeperSplit>> createEnumerator(
            SplitEnumeratorContext<ZookeeperSplit> context) throws java.io.IOException {
        return restoreEnumerator(
                context, new SplitsSerializer().deserialize(SplitsSerializer.VERSION, splits));
    }

    @Override
    public SplitEnumerator<ZookeeperSplit, List<ZookeeperSplit>> restoreEnumerator(
            SplitEnumeratorContext<ZookeeperSplit> context, List<ZookeeperSplit> unassigned) {
        return new ZookeeperEnumerator(context, unassigned);
    }

    @Override
    public SourceReader<Entry, ZookeeperSplit> createReader(SourceReaderContext context) {
        return new ZookeeperReader(zookeeper, sessionTimeoutMs, records);
    }

    @Override
    public SimpleVersionedSerializer<ZookeeperSplit> getSplitSerializer() {
        return new SplitsSerializer.One();
    }

    @Override
    public SimpleVersionedSerializer<List<ZookeeperSplit>> getEnumeratorCheckpointSerializer() {
        return new SplitsSerializer();
    }
}
