package schismlab.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/**
 * Gives splits to readers. Its state is what nobody has: a split is either here or in the state of
 * one reader, and a checkpoint holds both sides of that.
 */
final class ZookeeperEnumerator implements SplitEnumerator<ZookeeperSplit, List<ZookeeperSplit>> {
    private final SplitEnumeratorContext<ZookeeperSplit> context;
    private final List<ZookeeperSplit> unassigned;

    ZookeeperEnumerator(
            SplitEnumeratorContext<ZookeeperSplit> context, List<ZookeeperSplit> unassigned) {
        this.context = context;
        this.unassigned = new ArrayList<>(unassigned);
    }

    @Override
    public void start() {}

    /** A reader that comes is given every split that falls to it, and told that this is all. */
    @Override
    public void addReader(int subtask) {
        unassigned.sort(Comparator.comparing(ZookeeperSplit::splitId));
        List<ZookeeperSplit> left = new ArrayList<>();
        for (ZookeeperSplit split : unassigned) {
            if (owner(split) == subtask) {
                context.assignSplit(split, subtask);
            } else {
                left.add(split);
            }
        }
        unassigned.clear();
        unassigned.addAll(left);
        context.signalNoMoreSplits(subtask);
    }

    /** By name alone: the same after a restart, however many splits are still here. */
    private int owner(ZookeeperSplit split) {
        if (split.meets()) {
            return split.reader() % context.currentParallelism();
        }
        return Math.floorMod(split.path.hashCode(), context.currentParallelism());
    }

    /** A reader failed before the first checkpoint that would have held its splits. */
    @Override
    public void addSplitsBack(List<ZookeeperSplit> splits, int subtask) {
        unassigned.addAll(splits);
    }

    /** Readers ask for nothing: all they may have is given at once. */
    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public List<ZookeeperSplit> snapshotState(long checkpoint) {
        return new ArrayList<>(unassigned);
    }

    @Override
    public void close() {}
}
