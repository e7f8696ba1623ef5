package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last answers of a host, for tasks that come again. Thread-safe. */
final class RecentAnswers {
    private static final int MOST = 2_000;

    private final Map<TaskRecord.Key, Kept> all = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskRecord.Key, Kept> eldest) {
            return size() > MOST;
        }
    };

    private record Kept(int attempt, ObjectNode answer) {}

    synchronized void keep(TaskRecord.Key key, int attempt, ObjectNode answer) {
        all.remove(key);
        all.put(key, new Kept(attempt, answer));
    }

    /**
     * What was answered to this very attempt, or to an earlier one that is asked about.
     *
     * @param doubtful the earlier attempt; 0 for none
     * @return null where that is not known
     */
    synchronized @Nullable ObjectNode answer(TaskRecord.Key key, int attempt, int doubtful) {
        Kept kept = all.get(key);
        return kept != null && (kept.attempt == attempt || kept.attempt == doubtful)
                ? kept.answer.deepCopy().put("attempt", attempt)
                : null;
    }
}
