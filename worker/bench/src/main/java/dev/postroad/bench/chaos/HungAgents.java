package dev.postroad.bench.chaos;

import java.time.Duration;

/** Agents take calls and never answer them: their time-out gives them up. */
final class HungAgents implements Fault {
    private static final Duration NEVER = Duration.ofHours(1);

    @Override
    public String name() {
        return "agents hang";
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        scene.agents().answerAfter(NEVER);
        scene.pass(Duration.ofMillis(scene.random().nextLong(100, 1_500)));
        scene.agents().answerAfter(Agents.USUALLY);
    }
}
