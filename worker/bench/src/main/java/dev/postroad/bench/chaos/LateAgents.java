package dev.postroad.bench.chaos;

import java.time.Duration;

/** Agents take their time. */
final class LateAgents implements Fault {
    @Override
    public String name() {
        return "agents late";
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        scene.agents().answerAfter(Duration.ofMillis(scene.random().nextLong(500, 4_000)));
        scene.pass(Duration.ofSeconds(1));
        scene.agents().answerAfter(Agents.USUALLY);
    }
}
