package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** Postgres stands still, sessions and all. */
final class FrozenPostgres implements Fault {
    @Override
    public String name() {
        return "Postgres frozen";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        scene.freeze("postgres-", Duration.ofMillis(scene.random().nextLong(200, 8_000)));
    }
}
