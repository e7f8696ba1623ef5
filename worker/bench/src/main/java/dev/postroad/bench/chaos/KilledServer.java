package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** A server ends between two instructions, and is there again a little later. */
record KilledServer(Server server) implements Fault {
    @Override
    public String name() {
        return server.words() + " killed";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        scene.servers().kill(server);
        scene.pass(Duration.ofMillis(scene.random().nextLong(0, 5_000)));
        scene.servers().start(server);
    }
}
