package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class KafkaOutageTest {
    private static final String ASKING = """
            graph: asking
            state: { log: { reducer: append } }
            nodes:
              ask: { agent: test-puppet }
              close: { set: "{'log': ['closed']}" }
            edges: [{ from: START, to: ask }, { from: ask, to: close }, { from: close, to: END }]
            """;

    @Test
    void runsGoOnWhileKafkaIsAwayAndTheirEventsFollowInOrder(@TempDir Path directory) {
        CountDownLatch kafkaIsAway = new CountDownLatch(1);
        List<String> runs = IntStream.range(0, 20).mapToObj(i -> "outage-" + i).toList();
        EmbeddedKafka first = EmbeddedKafka.start(directory, 0);
        try (Site site = Site.openOn(first.bootstrapServers())) {
            site.worker();
            site.apply(ASKING);
            for (String runId : runs) {
                PuppetAgent.play(runId, call -> {
                    kafkaIsAway.await();
                    return PuppetAgent.nothing();
                });
                site.trigger("asking", runId, "{}");
            }
            Site.await(
                    "all agents work",
                    () -> runs.stream().noneMatch(run -> PuppetAgent.calls(run).isEmpty()));
            first.close();
            kafkaIsAway.countDown();
            runs.forEach(site::ended);

            try (EmbeddedKafka second = EmbeddedKafka.start(directory, first.port())) {
                for (String runId : runs) {
                    List<RunEvent> journal = site.journal(runId);
                    assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
                    Site.await(
                            "all is published", () -> site.publishedOnce(runId).size() == journal.size());
                    assertThat(site.publishedOnce(runId))
                            .as("events on %s", second.bootstrapServers())
                            .isEqualTo(journal);
                }
                site.trigger("asking", "afterwards", "{}");
                assertThat(site.ended("afterwards").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
                site.stopWorkers();
            }
        } finally {
            first.close();
        }
    }
}
