package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** What serves agents ends between two instructions, with all it has under way, and is there again a little later. */
record KilledHost(Host host) implements Fault {
    @Override
    public String name() {
        return host.words() + " killed";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        HostProcess process = scene.hosts().of(host);
        process.kill();
        scene.pass(Duration.ofMillis(scene.random().nextLong(0, 2_000)));
        process.start();
    }
}
