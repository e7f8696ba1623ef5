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

    private record Kept(int attempt, ObjectNode answer) {
        boolean isDone() {
            return !answer.has("interrupt") && !answer.has("sleep") && !answer.has("error");
        }
    }

    synchronized void keep(TaskRecord.Key key, int attempt, ObjectNode answer) {
        all.remove(key);
        all.put(key, new Kept(attempt, answer));
    }

    /**
     * What was answered to this very attempt, or came of an earlier one that is asked about: whoever took the task over
     * since asks about the last, though an earlier one may have done the work.
     *
     * @param doubtful the last attempt in doubt; 0 where nobody asks
     * @return null where that is not known
     */
    synchronized @Nullable ObjectNode answer(TaskRecord.Key key, int attempt, int doubtful) {
        Kept kept = all.get(key);
        return kept != null && (kept.attempt == attempt || kept.attempt == doubtful || (doubtful > 0 && kept.isDone()))
                ? kept.answer.deepCopy().put("attempt", attempt)
                : null;
    }
}
