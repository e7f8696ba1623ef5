package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.PluginJars;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java agents that come by jars to a worker that runs. */
@NullMarked
class PluginsOnWorkerTest {
    private static final String GREET = """
            graph: greet
            state: { said: {} }
            nodes:
              one: { agent: greeter, output: "{'said': result}" }
            edges:
              - { from: START, to: one }
              - { from: one, to: END }
            """;

    @TempDir
    private Path folder;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void anAgentWhoseJarIsThereAtTheStartIsKnownToTheFirstRun() {
        answering("'hello'");
        startWorker();
        site.apply(GREET);
        assertThat(said("a")).isEqualTo(Site.json("'hello'"));
    }

    @Test
    void anAgentComesByAJarAndIsReplacedUnderARunThatEndsOnTheOldCode() throws InterruptedException {
        startWorker();
        CountDownLatch begun = shared("postroad.test.begun");
        CountDownLatch gate = shared("postroad.test.gate");
        PluginJars.compiled("""
                        package plugged;
                        import dev.postroad.contracts.agent.*;
                        import dev.postroad.contracts.json.Json;
                        import java.util.concurrent.CountDownLatch;
                        public class Slow implements JavaAgent {
                            public String name() { return "greeter"; }
                            public AgentReply call(AgentCall call) throws Exception {
                                if (call.runId().equals("slow")) {
                                    ((CountDownLatch) System.getProperties().get("postroad.test.begun")).countDown();
                                    ((CountDownLatch) System.getProperties().get("postroad.test.gate")).await();
                                }
                                return AgentReply.completed(Json.read("\\"old\\""));
                            }
                        }
                        """).services("plugged.Slow").writeTo(folder.resolve("g.jar"));
        // Until the jar is loaded, a graph that names its agent is refused.
        Site.await("the graph is taken", () -> {
            site.apply(GREET);
            return site.number("SELECT count(*) FROM postroad.graphs") > 0;
        });
        site.trigger("greet", "slow", "{}");
        begun.await();
        assertThat(said("before")).isEqualTo(Site.json("'old'"));

        answering("'new'");
        AtomicInteger runs = new AtomicInteger();
        Site.await(
                "calls are made of the new code",
                () -> said("after-" + runs.incrementAndGet()).equals(Site.json("'new'")));
        assertThat(site.journal("slow")).noneMatch(event -> event.type() == EventType.NODE_COMPLETED);
        gate.countDown();
        assertThat(saidAtTheEnd("slow")).isEqualTo(Site.json("'old'"));
    }

    @Test
    void runsWaitOnAWorkerThatHasNotGotTheJarYetAndGoOnWhenItComes() throws IOException {
        Path late = Files.createDirectory(folder.resolve("late"));
        answering("'hello'");
        startWorker();
        site.apply("agent: welcomer\nkind: java\nprovider: greeter");
        site.apply(GREET.replace("greeter", "welcomer"));
        Site.await("the graph is there", () -> site.number("SELECT count(*) FROM postroad.graphs") == 1);
        site.worker(Map.of("POSTROAD_PLUGIN_DIR", late.toString()));
        site.awaitShares(2);
        List<String> runs = IntStream.range(0, 20).mapToObj(i -> "run-" + i).toList();
        runs.forEach(runId -> site.trigger("greet", runId, "{}"));
        Site.await(
                "some wait",
                () -> runs.stream()
                        .anyMatch(runId -> site.journal(runId).stream()
                                .anyMatch(event -> event.type() == EventType.NODE_WAITING)));
        PluginJars.answering("greeter", "\"\\\"hello\\\"\"").writeTo(late.resolve("g.jar"));
        runs.forEach(runId -> assertThat(saidAtTheEnd(runId)).isEqualTo(Site.json("'hello'")));
    }

    private void startWorker() {
        site.worker(Map.of("POSTROAD_PLUGIN_DIR", folder.toString()));
    }

    private void answering(String json) {
        PluginJars.answering("greeter", "\"" + json.replace("'", "\\\"") + "\"").writeTo(folder.resolve("g.jar"));
    }

    private JsonNode said(String runId) {
        site.trigger("greet", runId, "{}");
        return saidAtTheEnd(runId);
    }

    private JsonNode saidAtTheEnd(String runId) {
        site.ended(runId);
        return site.history().state(runId, null).orElseThrow().state().path("said");
    }

    /** The one thing that a plug-in and a test both see is the JDK. */
    private static CountDownLatch shared(String property) {
        CountDownLatch latch = new CountDownLatch(1);
        System.getProperties().put(property, latch);
        return latch;
    }
}
