package schismlab.job;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

/** How a keyed function begins, and what it knows of its task, in Flink 1.20. */
abstract class VersionedCheck extends KeyedProcessFunction<String, Entry, String> {
    private static final long serialVersionUID = 1;

    /** Is called before the first entry. */
    abstract void begin();

    @Override
    public final void open(OpenContext context) {
        begin();
    }

    final int subtask() {
        return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    }

    final int attempt() {
        return getRuntimeContext().getTaskInfo().getAttemptNumber();
    }
}
