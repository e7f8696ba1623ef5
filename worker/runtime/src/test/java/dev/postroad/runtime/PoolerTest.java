package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.provisioning.Provisioning;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Pgbouncer;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers behind a real pgbouncer that shares its sessions among transactions. */
@NullMarked
class PoolerTest {
    private static final String GRAPHS = """
        graph: asking
        state: { n: { reducer: last } }
        nodes:
          ask: { agent: test-puppet }
          count: { set: "{'n': 1}" }
        edges: [{ from: START, to: ask }, { from: ask, to: count }, { from: count, to: END }]
        ---
        graph: one-at-a-time
        nodes: { nap: { sleep: "'PT0.01S'" } }
        edges: [{ from: START, to: nap }, { from: nap, to: END }]
        limits: { runs: 1 }
        """;

    private final Site site = Site.open();

    @BeforeAll
    static void needsPgbouncer() {
        Assumptions.assumeTrue(Pgbouncer.isInstalled(), "pgbouncer is not installed; apt-get install pgbouncer");
    }

    @AfterEach
    void close() {
        site.close();
    }

    private Map<String, String> behind(Pgbouncer pooler) {
        return Map.of(
                "POSTROAD_POSTGRES_URL", pooler.url(site.postgresUrl()), "POSTROAD_POSTGRES_POOLER", "transaction");
    }

    @Test
    void runsCompleteAndAreReadBehindAPooler() {
        try (Pgbouncer pooler = Pgbouncer.start("extra_float_digits")) {
            List<String> asked =
                    IntStream.range(0, 50).mapToObj(i -> "asked-" + i).toList();
            asked.forEach(runId -> PuppetAgent.play(runId, call -> PuppetAgent.nothing()));
            List<String> limited =
                    IntStream.range(0, 5).mapToObj(i -> "limited-" + i).toList();
            try (Worker worker = site.worker(behind(pooler));
                    Worker _ = site.worker(behind(pooler));
                    Caller caller = new Caller(worker.httpPort())) {
                site.apply(GRAPHS);
                asked.forEach(runId -> site.trigger("asking", runId, "{}"));
                limited.forEach(runId -> site.trigger("one-at-a-time", runId, "{}"));
                asked.forEach(this::checkCompleted);
                limited.forEach(this::checkCompleted);
                assertThat(caller.get("/api/runs?limit=10").status()).isEqualTo(200);
                assertThat(caller.get("/api/runs/asked-0/history").status()).isEqualTo(200);
                assertThat(caller.get("/api/runs/asked-0/timeline").status()).isEqualTo(200);
                assertThat(caller.get("/api/queue").status()).isEqualTo(200);
                Site.await("it is ready", () -> caller.get("/health/ready").status() == 200);
            }
        }
    }

    @Test
    void aWorkerThatIsKilledBehindAPoolerIsTakenOverFrom(@TempDir Path directory) {
        try (Pgbouncer pooler = Pgbouncer.start("extra_float_digits")) {
            Map<String, String> environment = site.mortal(behind(pooler));
            try (WorkerProcess killed = WorkerProcess.start(environment, List.of(), directory.resolve("killed.log"))) {
                killed.awaitReady();
                site.apply("""
                    graph: patient
                    nodes: { nap: { sleep: "'PT3S'" } }
                    edges: [{ from: START, to: nap }, { from: nap, to: END }]
                    """);
                site.trigger("patient", "taken-over", "{}");
                site.journalWith("taken-over", event -> event.type() == EventType.RUN_WAITING);
                killed.kill();
            }
            try (Worker _ = site.worker(behind(pooler))) {
                checkCompleted("taken-over");
            }
        }
    }

    @Test
    void aPoolerThatIsMetWithoutTheSettingIsNamedWithItAtOnce() {
        try (Pgbouncer pooler = Pgbouncer.start("extra_float_digits")) {
            var settings = site.settings(
                    Map.of("POSTROAD_POSTGRES_URL", pooler.url(site.postgresUrl()), "POSTROAD_START_LIMIT", "PT1M"));
            assertThatThrownBy(() -> Worker.start(settings).close())
                    .isInstanceOf(ProvisioningException.class)
                    .hasMessageContaining("set POSTROAD_POSTGRES_POOLER=transaction")
                    .hasMessageContaining("unsupported startup parameter: options");
        }
    }

    /** The pooler drops what would tell it at once, and then sessions meet the statements that others prepared. */
    @Test
    void aPoolerThatForgivesTheOptionsOfSessionsIsNamedAsSoonAsItsSessionsAreMixedUp() {
        try (Pgbouncer pooler = Pgbouncer.start("extra_float_digits,options")) {
            var settings = site.settings(Map.of("POSTROAD_POSTGRES_URL", pooler.url(site.postgresUrl())));
            try (Worker worker = Worker.start(settings);
                    Caller caller = new Caller(worker.httpPort())) {
                Site.await(
                        "health names the setting",
                        () -> caller.get("/health").text().contains("set POSTROAD_POSTGRES_POOLER=transaction"));
            } catch (ProvisioningException notEvenStarted) {
                assertThat(notEvenStarted).hasMessageContaining("set POSTROAD_POSTGRES_POOLER=transaction");
            }
        }
    }

    @Test
    void theSchemaIsMigratedPastThePooler() {
        try (Pgbouncer pooler = Pgbouncer.start("extra_float_digits")) {
            assertThatThrownBy(() -> Provisioning.migrate(site.settings(behind(pooler))))
                    .isInstanceOf(ProvisioningException.class)
                    .hasMessageContaining("set POSTROAD_POSTGRES_SESSION_URL");
            Provisioning.migrate(site.settings(Map.of(
                    "POSTROAD_POSTGRES_URL", pooler.url(site.postgresUrl()),
                    "POSTROAD_POSTGRES_POOLER", "transaction",
                    "POSTROAD_POSTGRES_SESSION_URL", site.postgresUrl())));
        }
    }

    private void checkCompleted(String runId) {
        assertThat(site.ended(runId).getLast().type()).as(runId).isEqualTo(EventType.RUN_COMPLETED);
    }
}
