package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Postgres stands still, sessions and all. */
final class FrozenPostgres implements Fault {
    @Override
    public String name() {
        return "Postgres frozen";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        Instant from = Instant.now();
        scene.freeze("postgres-", Duration.ofMillis(scene.random().nextLong(200, 8_000)));
        scene.ofPostgres().add(from, Instant.now());
    }
}
