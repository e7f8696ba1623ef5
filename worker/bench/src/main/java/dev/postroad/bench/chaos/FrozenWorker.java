package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** A worker stands still for up to twice its lease, and goes on as if nothing had been. */
final class FrozenWorker implements Fault {
    @Override
    public String name() {
        return "SIGSTOP";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        String frozen = scene.anyWorker();
        scene.fleet().worker(frozen).signal("STOP");
        scene.pass(Duration.ofMillis(scene.random().nextLong(200, 6_000)));
        scene.fleet().worker(frozen).signal("CONT");
    }
}
