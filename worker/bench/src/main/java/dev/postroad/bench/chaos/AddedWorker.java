package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** A worker comes, and goes again soon. */
final class AddedWorker implements Fault {
    @Override
    public String name() {
        return "worker added";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        String added = scene.fleet().start();
        scene.pass(Duration.ofMillis(scene.random().nextLong(0, 2_000)));
        scene.fleet().kill(added);
    }
}
