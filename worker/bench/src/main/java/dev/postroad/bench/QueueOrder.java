package dev.postroad.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** In what order runs began, against the order in which they stood in the queue: by priority, then by admission. */
record QueueOrder(List<Turn> turns) {
    private static final String SQL = """
            SELECT r.shard, r.priority, q.at AS queued_at, s.at AS started_at
            FROM postroad.runs r
            JOIN postroad.journal q ON q.run = r.id AND q.type = 'run.queued'
            JOIN postroad.journal s ON s.run = r.id AND s.type = 'run.started'
            WHERE r.run_id LIKE :prefix || '%'""";
    private static final Comparator<Turn> RANK =
            Comparator.comparingInt((Turn turn) -> -turn.priority()).thenComparing(Turn::queuedAt);

    /** What is admitted stands in the queue once its batch is committed. */
    private static final Duration COMMIT = Duration.ofMillis(100);

    private record Turn(int shard, int priority, Instant queuedAt, Instant startedAt) {}

    static QueueOrder of(Place place, String prefix) {
        return new QueueOrder(place.sql()
                .withHandle(handle -> handle.createQuery(SQL)
                        .bind("prefix", prefix)
                        .map((row, context) -> new Turn(
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

    /** How many of these began before one of their own shard that stood before them in the queue. */
    long outOfOrderInTheirShard() {
        Map<Integer, List<Turn>> shards = ofFullQueue().stream().collect(Collectors.groupingBy(Turn::shard));
        return shards.values().stream()
                .flatMap(QueueOrder::millisEarly)
                .filter(early -> early > 0)
                .count();
    }

    /**
     * By how much each of these began before any that stood before them in the queue. Lanes begin runs side by side, so
     * that some milliseconds mean nothing.
     */
    Latencies early() {
        return Latencies.of(millisEarly(ofFullQueue()).toList());
    }

    private List<Turn> ofFullQueue() {
        Instant full = turns.stream()
                .map(Turn::queuedAt)
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .plus(COMMIT);
        return turns.stream().filter(turn -> turn.startedAt().isAfter(full)).toList();
    }

    private static Stream<Double> millisEarly(List<Turn> turns) {
        List<Double> early = new ArrayList<>();
        Instant latest = Instant.EPOCH;
        for (Turn turn : turns.stream().sorted(RANK).toList()) {
            early.add(Math.max(0, Duration.between(turn.startedAt(), latest).toNanos() / 1e6));
            latest = latest.isBefore(turn.startedAt()) ? turn.startedAt() : latest;
        }
        return early.stream();
    }
}
