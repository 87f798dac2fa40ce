package schismlab.job;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

/** How a keyed function begins, and what it knows of its task, before Flink 1.19. */
abstract class VersionedCheck extends KeyedProcessFunction<String, Entry, String> {
    private static final long serialVersionUID = 1;

    /** Is called before the first entry. */
    abstract void begin();

    @Override
    public final void open(Configuration configuration) {
        begin();
    }

    final int subtask() {
        return getRuntimeContext().getIndexOfThisSubtask();
    }

    final int attempt() {
        return getRuntimeContext().getAttemptNumber();
    }
}
