package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.availability.UnknownAgentException;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Agents come, change, go and are switched off while runs call them. A failure prints the seed. */
@NullMarked
class AgentChangesTest {
    private static final int AGENTS = 5;
    private static final int CHANGES = Integer.getInteger("postroad.changes", 1_000);
    /** A setting that no change by chance gives, so that it tells when all changes before it are taken in. */
    private static final String LAST = "timeout: PT50S";

    private static final Site SITE = Site.open();

    private final long seed = Long.getLong("postroad.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AgentSwitch agents =
            new AgentSwitch(SITE.sql(), new AgentEvents("a person's", InstantSource.system()), InstantSource.system());

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void changesOfAgentsLoseNoRunAndFailNone() {
        try {
            changeWhileRunsCall();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }

    private void changeWhileRunsCall() {
        for (int i = 0; i < AGENTS; i++) {
            SITE.apply(agent(i));
        }
        SITE.apply("""
                graph: chain
                state: { done: { reducer: append } }
                nodes:
                  first: { agent: changing-0, output: "{'done': ['first']}" }
                  second: { agent: changing-1, output: "{'done': ['second']}" }
                  left: { agent: changing-2, output: "{'done': ['left']}" }
                  right: { agent: changing-3, output: "{'done': ['right']}" }
                  last: { agent: changing-4, output: "{'done': ['last']}" }
                edges:
                  - { from: START, to: first }
                  - { from: first, to: second }
                  - { from: second, to: [left, right] }
                  - { from: [left, right], to: last }
                  - { from: last, to: END }
                """);
        SITE.workers(2);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        for (int i = 0; i < CHANGES; i++) {
            PuppetAgent.play("run-" + i, call -> {
                TimeUnit.MILLISECONDS.sleep(Math.floorMod(call.task().hashCode(), 20));
                return PuppetAgent.nothing();
            });
            SITE.trigger("chain", "run-" + i, "{}");
            change(random.nextInt(AGENTS));
        }
        for (int i = 0; i < AGENTS; i++) {
            SITE.apply(agent(i, LAST));
            int agent = i;
            Site.await("the last change of agent " + i + " is taken in", () -> isAsLeft(agent));
            agents.enable(name(i), AgentSwitch.By.PERSON, "all is well");
        }
        for (int i = 0; i < CHANGES; i++) {
            List<RunEvent> journal = SITE.ended("run-" + i);
            assertThat(journal.getLast().type()).as("run-%s", i).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(journal)
                    .filteredOn(event -> event.type() == EventType.NODE_COMPLETED)
                    .extracting(RunEvent::node)
                    .containsExactlyInAnyOrder("first", "second", "left", "right", "last");
        }
    }

    private void change(int agent) {
        switch (random.nextInt(5)) {
            case 0 -> SITE.client().remove("agent/" + name(agent));
            case 1 -> switchOff(agent);
            case 2 -> switchOn(agent);
            default -> SITE.apply(agent(agent));
        }
    }

    private void switchOff(int agent) {
        if (isThere(agent)) {
            ignoringRemoval(() -> agents.disable(name(agent), AgentSwitch.By.PERSON, "by chance", null));
        }
    }

    private void switchOn(int agent) {
        if (isThere(agent)) {
            ignoringRemoval(() -> agents.enable(name(agent), AgentSwitch.By.PERSON, "by chance"));
        }
    }

    /** The agent may be removed between the look and the change. */
    private static void ignoringRemoval(Runnable change) {
        try {
            change.run();
        } catch (UnknownAgentException removed) {
            assertThat(removed).hasMessageContaining("changing-");
        }
    }

    private static boolean isThere(int agent) {
        return SITE.number("SELECT count(*) FROM postroad.agents WHERE name = ? AND removed_at IS NULL", name(agent))
                == 1;
    }

    private static boolean isAsLeft(int agent) {
        return SITE.number(
                        "SELECT count(*) FROM postroad.agents WHERE name = ? AND removed_at IS NULL"
                                + " AND definition ->> 'timeout' = 'PT50S'",
                        name(agent))
                == 1;
    }

    private static String name(int agent) {
        return "changing-" + agent;
    }

    private String agent(int number) {
        String settings = switch (random.nextInt(4)) {
            case 0 -> "timeout: PT" + (20 + random.nextInt(20)) + "S";
            case 1 -> "bulkhead: { calls: " + (20 + random.nextInt(20)) + " }";
            case 2 -> "circuitBreaker: { window: " + (10 + random.nextInt(20)) + " }";
            default -> "rateLimit: { calls: " + (1_000 + random.nextInt(100)) + " }";
        };
        return agent(number, settings);
    }

    private static String agent(int number, String settings) {
        return "agent: " + name(number) + "\nkind: java\nprovider: test-puppet\n" + settings;
    }
}
