package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Site;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network between a worker and Postgres forgets all connections that there are, and tells nobody; new ones work. */
@NullMarked
@Timeout(300)
class ForgottenConnectionsTest {
    private static final String GRAPH = """
        graph: counting
        state: { steps: { reducer: last, default: 0 } }
        nodes: { count: { set: "{'steps': state.steps + 1}" } }
        edges:
          - { from: START, to: count }
          - { from: count, when: "state.steps < 3", to: count }
          - { from: count, otherwise: true, to: END }
        """;

    /** Far below the 90 seconds after which a lane's connection gives up by itself; a machine that is busy takes its time. */
    private static final Duration SOON = Duration.ofSeconds(40);

    @Test
    void runsGoOnWithinSecondsAndTheWorkerIsReadyAgain() {
        try (Site site = Site.open();
                Relay relay = Relay.to(port(site), Integer.MAX_VALUE)) {
            site.apply(GRAPH);
            Worker worker = site.worker(Map.of(
                    "POSTROAD_POSTGRES_URL",
                    site.postgresUrl().replaceFirst("//[^/]*/", "//127.0.0.1:" + relay.port() + "/")));
            trigger(site, "before-");
            relay.fallSilent();
            long begun = System.nanoTime();
            trigger(site, "after-");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
            Site.await("it is ready again", worker::isReady);
            trigger(site, "later-");
        }
    }

    /** Some for each shard, and waits until they have ended. */
    private static void trigger(Site site, String prefix) {
        List<String> runs = IntStream.range(0, 20).mapToObj(i -> prefix + i).toList();
        runs.forEach(run -> site.trigger("counting", run, "{}"));
        runs.forEach(run -> assertThat(site.ended(run).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
    }

    private static int port(Site site) {
        return URI.create(site.postgresUrl().substring("jdbc:".length())).getPort();
    }
}
