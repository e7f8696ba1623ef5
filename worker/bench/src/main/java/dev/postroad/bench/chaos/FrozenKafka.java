package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** Kafka stands still. */
final class FrozenKafka implements Fault {
    @Override
    public String name() {
        return "Kafka frozen";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        scene.freeze("kafka.Kafka", Duration.ofMillis(scene.random().nextLong(200, 8_000)));
    }
}
