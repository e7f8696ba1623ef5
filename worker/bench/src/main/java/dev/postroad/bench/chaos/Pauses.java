package dev.postroad.bench.chaos;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When Postgres stood still. What was decided then is committed when it goes on: before that, nobody knows of it. Confined
 * to one thread.
 */
final class Pauses {
    private final List<Pause> pauses = new ArrayList<>();

    private record Pause(Instant from, Instant to) {}

    void add(Instant from, Instant to) {
        pauses.add(new Pause(from, to));
    }

    /** When what was decided at a time was committed, at the earliest. */
    Instant committed(Instant decided) {
        return pauses.stream()
                .filter(pause -> !decided.isBefore(pause.from()) && decided.isBefore(pause.to()))
                .map(Pause::to)
                .findFirst()
                .orElse(decided);
    }
}
