package dev.postroad.bench.chaos;

import java.io.IOException;

/** A worker ends between two instructions, and a supervisor starts another. */
final class KilledWorker implements Fault {
    @Override
    public String name() {
        return "kill -9";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        scene.fleet().kill(scene.anyWorker());
        scene.fleet().start();
    }
}
