package dev.postroad.bench.chaos;

import java.io.IOException;

/** One worker after the other is stopped in order, each once another one is there in its place. */
final class RollingRestart implements Fault {
    @Override
    public String name() {
        return "rolling restart";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        for (String worker : scene.fleet().names()) {
            scene.fleet().start();
            scene.fleet().stop(worker);
        }
    }
}
