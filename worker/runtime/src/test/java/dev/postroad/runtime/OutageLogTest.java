package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.LogLines;
import dev.postroad.runtime.testing.Site;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While a server is away, a log says so, and says it a few times. */
@NullMarked
class OutageLogTest {
    /** Of each thing that does not go on: it is told when it is new, by another reason too, and once a minute at the most. */
    private static final int MOST_OF_A_KIND = 4;

    private static final int MOST = 60;

    @Test
    void anOutageOfPostgresAndOneOfKafkaAreToldInAFewLines(@TempDir Path directory) {
        EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
        try (Site site = Site.openOn(kafka.bootstrapServers());
                LogLines log = LogLines.listen()) {
            Worker worker = site.worker(Map.of(
                    "POSTROAD_SESSION_TIMEOUT",
                    "PT6S",
                    "POSTROAD_KAFKA_DEFAULT_API_TIMEOUT_MS",
                    "2000",
                    "POSTROAD_KAFKA_REQUEST_TIMEOUT_MS",
                    "2000"));
            try (Caller caller = new Caller(worker.httpPort())) {
                letPostgresBeAway(site, caller);
                int port = kafka.port();
                kafka.close();
                awaitSilent(caller, "kafka");
                kafka = EmbeddedKafka.start(directory, port);
                Site.await("all is well again", worker::isReady);
            }
            Map<String, Long> byKind = log.all().stream()
                    .map(line -> line.replaceFirst("(?s):.*", ""))
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
            assertThat(byKind.values()).as("%s", log.all()).allMatch(count -> count <= MOST_OF_A_KIND);
            assertThat(log.all()).isNotEmpty().hasSizeLessThan(MOST);
        } finally {
            kafka.close();
        }
    }

    private static void letPostgresBeAway(Site site, Caller caller) {
        site.shutPostgres();
        awaitSilent(caller, "queue");
        site.openPostgres();
        Site.await(
                "Postgres is seen again",
                () -> caller.get("/health")
                        .json()
                        .at("/parts/queue/state")
                        .asText()
                        .equals("ok"));
    }

    /** By then it has been away for longer than ten seconds. */
    private static void awaitSilent(Caller caller, String part) {
        Site.await(
                part + " is silent",
                () -> caller.get("/health")
                        .json()
                        .at("/parts/" + part + "/why")
                        .asText()
                        .contains("has not answered since"));
    }
}
