package schismlab.job;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.Collector;

/**
 * Adds up the samples of a server in windows of event time, and tells when a server is in trouble:
 * when no sample of a window says that it serves, and when that is over.
 *
 * <p>A window is closed by the watermark, which the source makes of the samples' own times and holds
 * back until every server's samples have passed. So no sample is late, and what a window holds does
 * not depend on when anything was read, nor on how often.
 */
final class Windows extends VersionedCheck {
    private static final long serialVersionUID = 1;

    /** The places in a sum. */
    private static final int SAMPLES = 0;

    private static final int SERVING = 1;
    private static final int OUTSTANDING = 2;
    private static final int CONNECTIONS = 3;
    private static final int WATCHES = 4;
    private static final int ZXID = 5;
    private static final int LINES = 6;
    private static final int WARNINGS = 7;

    private final long lengthMs;
    private transient MapState<Long, long[]> sums;
    private transient ValueState<Boolean> troubled;

    Windows(long lengthMs) {
        this.lengthMs = lengthMs;
    }

    @Override
    void begin() {
        sums =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "sums",
                                        Types.LONG,
                                        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        troubled =
                getRuntimeContext().getState(new ValueStateDescriptor<>("troubled", Types.BOOLEAN));
    }

    @Override
    public void processElement(Entry entry, Context context, Collector<String> out)
            throws Exception {
        Sample sample = new Sample(entry.data);
        long window = sample.at() / lengthMs;
        long[] sum = sums.contains(window) ? sums.get(window) : new long[WARNINGS + 1];
        sum[SAMPLES]++;
        sum[SERVING] += sample.serves() ? 1 : 0;
        sum[OUTSTANDING] += sample.figure("outstanding");
        sum[CONNECTIONS] = Math.max(sum[CONNECTIONS], sample.figure("connections"));
        sum[WATCHES] = Math.max(sum[WATCHES], sample.figure("watches"));
        sum[ZXID] = Math.max(sum[ZXID], sample.figure("zxid"));
        sum[LINES] += sample.figure("lines");
        sum[WARNINGS] += sample.figure("warnings");
        sums.put(window, sum);
        context.timerService().registerEventTimeTimer((window + 1) * lengthMs - 1);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<String> out)
            throws Exception {
        long window = time / lengthMs;
        long[] sum = sums.get(window);
        if (sum == null) {
            return;
        }
        sums.remove(window);
        String path = context.getCurrentKey();
        out.collect(Line.window(path, window, text(sum), subtask(), attempt()));
        boolean now = sum[SERVING] == 0;
        boolean before = Boolean.TRUE.equals(troubled.value());
        if (now != before) {
            troubled.update(now);
            out.collect(
                    Line.notice(path, window, now ? "raised" : "cleared", subtask(), attempt()));
        }
    }

    private static String text(long[] sum) {
        String[] names = {
            "samples", "serving", "outstanding", "connections", "watches", "zxid", "lines", "warnings"
        };
        List<String> words = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            words.add(names[i] + "=" + sum[i]);
        }
        return String.join(" ", words);
    }
}
