package dev.postroad.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** In what order runs began, against the order in which they stood in the queue: by priority, then by admission. */
record QueueOrder(List<Turn> turns) {
    private static final String SQL = """
            SELECT r.id, r.shard, r.priority, q.at AS queued_at, s.at AS started_at
            FROM postroad.runs r
            JOIN postroad.journal q ON q.run = r.id AND q.type = 'run.queued'
            JOIN postroad.journal s ON s.run = r.id AND s.type = 'run.started'
            WHERE r.run_id LIKE :prefix || '%'""";
    private static final Comparator<Turn> RANK =
            Comparator.comparingInt((Turn turn) -> -turn.priority()).thenComparingLong(Turn::id);

    /** What is admitted stands in the queue once its batch is committed. */
    private static final Duration COMMIT = Duration.ofMillis(100);

    private record Turn(long id, int shard, int priority, Instant queuedAt, Instant startedAt) {}

    static QueueOrder of(Place place, String prefix) {
        return new QueueOrder(place.sql()
                .withHandle(handle -> handle.createQuery(SQL)
                        .bind("prefix", prefix)
                        .map((row, context) -> new Turn(
                                row.getLong("id"),
                                row.getInt("shard"),
                                row.getInt("priority"),
                                row.getTimestamp("queued_at").toInstant(),
                                row.getTimestamp("started_at").toInstant()))
                        .list()));
    }

    /** How many runs began after the last of all was queued, so that there is just one right order. */
    long compared() {
        return ofFullQueue().size();
    }

    /** How many of these began while one of their own shard stood before them in the queue. */
    long outOfOrderInTheirShard() {
        Map<Integer, List<Turn>> shards = ofFullQueue().stream().collect(Collectors.groupingBy(Turn::shard));
        return shards.values().stream().mapToLong(QueueOrder::outOfOrder).sum();
    }

    /** How many of these began while any stood before them in the queue. */
    long outOfOrderOverAll() {
        return outOfOrder(ofFullQueue());
    }

    private List<Turn> ofFullQueue() {
        Instant full = turns.stream()
                .map(Turn::queuedAt)
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .plus(COMMIT);
        return turns.stream().filter(turn -> turn.startedAt().isAfter(full)).toList();
    }

    private static long outOfOrder(List<Turn> turns) {
        TreeSet<Turn> waiting = new TreeSet<>(RANK);
        waiting.addAll(turns);
        long outOfOrder = 0;
        for (Turn turn :
                turns.stream().sorted(Comparator.comparing(Turn::startedAt)).toList()) {
            outOfOrder += RANK.compare(waiting.first(), turn) < 0 ? 1 : 0;
            waiting.remove(turn);
        }
        return outOfOrder;
    }
}
