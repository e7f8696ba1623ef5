package dev.postroad.bench.chaos;

import java.io.IOException;

/** A worker is stopped in order, and another one is started in its place. */
final class StoppedWorker implements Fault {
    @Override
    public String name() {
        return "SIGTERM";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        String stopped = scene.anyWorker();
        scene.fleet().start();
        scene.fleet().stop(stopped);
    }
}
