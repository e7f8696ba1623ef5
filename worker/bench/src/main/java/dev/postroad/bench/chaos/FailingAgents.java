package dev.postroad.bench.chaos;

import java.time.Duration;

/** Agents answer that they are not available. */
final class FailingAgents implements Fault {
    @Override
    public String name() {
        return "agents fail";
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        scene.agents().fail(true);
        scene.pass(Duration.ofMillis(scene.random().nextLong(100, 1_500)));
        scene.agents().fail(false);
    }
}
