package schismlab.job;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.Collector;

/**
 * Keeps the last position of each path in its state, and turns entries into lines. A record, and a
 * round of the barrier, must follow the one before it without a gap, a configuration must be newer; where that is not so, an
 * alert comes out before the line.
 *
 * <p>Source and check live in the same checkpoints, so an alert means that Flink restored the one
 * and not the other, or lost or doubled something in between. It cannot see what happens behind it:
 * for that the output itself is counted.
 */
final class SequenceCheck extends VersionedCheck {
    private static final long serialVersionUID = 1;

    private transient ValueState<Long> last;

    @Override
    void begin() {
        last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
    }

    @Override
    public void processElement(Entry entry, Context context, Collector<String> out)
            throws Exception {
        Long before = last.value();
        long first = entry.round ? 0 : ZookeeperSplit.START;
        long position = before == null ? first : before;
        boolean follows =
                entry.config ? entry.position() > position : entry.position() == position + 1;
        if (!follows) {
            out.collect(Line.alert(entry, position));
        }
        last.update(entry.position());
        out.collect(Line.of(entry, subtask(), attempt()));
    }
}
