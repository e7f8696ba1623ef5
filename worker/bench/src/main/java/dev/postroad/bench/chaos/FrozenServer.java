package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A server stands still, sessions and all. */
record FrozenServer(Server server) implements Fault {
    @Override
    public String name() {
        return server.words() + " frozen";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        Instant from = Instant.now();
        List<Long> processes = scene.servers().processes(server);
        Signals.send("STOP", processes);
        try {
            scene.pass(Duration.ofMillis(scene.random().nextLong(200, 8_000)));
        } finally {
            Signals.send("CONT", processes);
        }
        if (server == Server.POSTGRES) {
            scene.ofPostgres().add(from, Instant.now());
        }
    }
}
