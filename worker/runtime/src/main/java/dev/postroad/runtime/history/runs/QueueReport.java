package dev.postroad.runtime.history.runs;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a place among the running, and what has one, over all workers.
 *
 * @param at when it was so
 * @param oldestQueuedAt since when the run waits that waits longest; null where none does
 * @param lines by graph and priority, the highest priority first
 */
public record QueueReport(
        Instant at, long queued, long running, @Nullable Instant oldestQueuedAt, List<Line> lines) {
    public QueueReport {
        lines = List.copyOf(lines);
    }

    /**
     * The same of the runs of one graph and priority.
     *
     * @param limited those of the queued that wait for a turn by the limits of their graph
     * @param keys who take turns in it, those with the most queued runs first, but not all where there are many
     */
    public record Line(
            String graph,
            int priority,
            long queued,
            long limited,
            long running,
            @Nullable Instant oldestQueuedAt,
            List<OfKey> keys) {
        public Line {
            keys = List.copyOf(keys);
        }

        /** Of a graph that has no keys take turns. */
        public Line(
                String graph, int priority, long queued, long limited, long running, @Nullable Instant oldestQueuedAt) {
            this(graph, priority, queued, limited, running, oldestQueuedAt, List.of());
        }
    }

    /** How many runs of a key are queued, where a graph has its keys take turns. */
    public record OfKey(String key, long queued) {}

    static QueueReport of(Instant at, List<Line> lines) {
        return new QueueReport(
                at,
                lines.stream().mapToLong(Line::queued).sum(),
                lines.stream().mapToLong(Line::running).sum(),
                lines.stream()
                        .map(Line::oldestQueuedAt)
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElse(null),
                lines);
    }
}
