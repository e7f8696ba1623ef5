package dev.postroad.runtime.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.run.RandomDefinition;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.retention.RunExport.Found;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@NullMarked
class RunExportTest {
    private static final int GRAPHS = 5;
    private static final int RUNS = 40;
    private static final String ENDED = "('completed', 'failed', 'cancelled')";

    private static final Site SITE = Site.open();
    private static final RunExport EXPORT = new RunExport(SITE.database());
    private static final RunImport IMPORT = new RunImport(SITE.database());
    private static final RequestedRuns REQUESTS =
            new RequestedRuns(Jdbi.create(SITE.database()).installPlugin(new PostgresPlugin()));

    @BeforeAll
    static void start() {
        SITE.apply("""
                agent: test-puppet
                kind: java
                ---
                graph: plain
                state: { n: { reducer: sum, default: 0 } }
                nodes: { first: { set: "{'n': 1}" }, second: { set: "{'n': 1}" } }
                edges: [ { from: START, to: first }, { from: first, to: second }, { from: second, to: END } ]
                """);
        SITE.worker();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static byte[] exported(String runId) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(EXPORT.write(runId, out)).isEqualTo(Found.WRITTEN);
            return out.toByteArray();
        } catch (SQLException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static RunImport.Imported imported(byte[] archive) throws ImportException {
        try {
            return IMPORT.read(new ByteArrayInputStream(archive));
        } catch (SQLException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void prune(List<String> runs) {
        REQUESTS.ask(runs);
        Site.await(
                "they are gone",
                () -> SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = ANY (?)", (Object)
                                        runs.toArray(String[]::new))
                                + SITE.number("SELECT count(*) FROM postroad.rows_to_prune")
                        == 0);
    }

    /** What users can see of a run. */
    private record Sight(
            Object summary,
            Object state,
            List<RunEvent> events,
            Object versions,
            Object timeline,
            Object logs,
            Object rows) {
        static Sight of(String runId) {
            return new Sight(
                    SITE.history().find(runId).orElseThrow(),
                    SITE.history().state(runId, null),
                    SITE.journal(runId),
                    SITE.history().versions(runId, VersionFilter.ALL, 1_000, misfit -> {}),
                    SITE.history().timeline(runId),
                    SITE.sql()
                            .withHandle(handle -> handle.select(
                                            "SELECT at, level, message, task, attempt, fields::text FROM postroad.agent_logs"
                                                    + " WHERE run_id = ? ORDER BY id",
                                            runId)
                                    .mapToMap()
                                    .list()),
                    stored(runId));
        }
    }

    @Test
    void anyEndedRunThatIsExportedPrunedAndImportedIsSeenAsBefore() throws ImportException, IOException {
        long seed = Long.getLong("postroad.seed", System.nanoTime());
        try {
            exportPruneAndImport(new Random(seed));
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }

    private void exportPruneAndImport(Random random) throws ImportException, IOException {
        SITE.apply(RandomDefinition.inside("test-puppet"));
        for (int i = 0; i < GRAPHS; i++) {
            SITE.apply(RandomDefinition.of(random, "random-" + i, "test-puppet").toString());
        }
        Site.await(
                "the graphs are there",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name LIKE 'random-%'") == GRAPHS);
        List<String> runs = IntStream.range(0, RUNS).mapToObj(i -> "any-" + i).toList();
        runs.forEach(run -> {
            Random ofRun = new Random(random.nextLong());
            PuppetAgent.play(run, call -> {
                call.log().warn("was called\nfor " + call.runId());
                return ofRun.nextInt(8) == 0 ? AgentReply.permanent("odd", "by chance") : PuppetAgent.nothing();
            });
            SITE.trigger("random-" + random.nextInt(GRAPHS), run, "{'total': " + random.nextInt(5) + "}");
            steer(run, random);
        });
        Site.await("commands are dealt with", SITE::controlIsCommitted);
        Site.await(
                "all that can end by itself has",
                () -> SITE.number("SELECT count(*) FROM postroad.runs WHERE status IN ('queued', 'running')") == 0);
        ids("run_id LIKE 'any-%' AND status NOT IN " + ENDED)
                .forEach(run -> SITE.control(run, new Control.Cancel("it is enough")));
        Site.await(
                "all have ended",
                () -> ids("run_id LIKE 'any-%' AND status NOT IN " + ENDED).isEmpty());
        List<String> all = ids("run_id LIKE 'any-%'");
        assertThat(all).hasSizeGreaterThan(RUNS);
        // Then all is written that was logged.
        SITE.stopWorkers();
        List<Sight> before = all.stream().map(Sight::of).toList();
        List<byte[]> archives = new ArrayList<>();
        for (String run : all) {
            archives.add(random.nextBoolean() ? exported(run) : zipped(exported(run)));
        }
        SITE.worker();
        prune(all);
        for (byte[] archive : archives) {
            imported(archive);
        }
        for (int i = 0; i < all.size(); i++) {
            Sight as = before.get(i);
            String run = all.get(i);
            // What a failed run asks is listed by the worker, a little later.
            Site.await(
                    "run " + run + " is listed", () -> SITE.history().find(run).equals(Optional.of(as.summary())));
            assertThat(Sight.of(run)).as("run %s", run).isEqualTo(as);
        }
    }

    private static List<String> ids(String condition) {
        return SITE.sql()
                .withHandle(
                        handle -> handle.select("SELECT run_id FROM postroad.runs WHERE " + condition + " ORDER BY id")
                                .mapTo(String.class)
                                .list());
    }

    private static void steer(String run, Random random) {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        switch (random.nextInt(6)) {
            case 0 -> SITE.control(run, new Control.Fork(null, run + "-fork", null, null, null));
            case 1 -> SITE.control(run, new Control.Rollback(1, true));
            case 2 -> SITE.control(run, new Control.Continue(nothing, WhenBusy.ENQUEUE));
            case 3 -> SITE.control(run, new Control.UpdateState(nothing, null, null));
            case 4 -> SITE.control(run, new Control.Retry());
            default -> SITE.control(run, new Control.Pause());
        }
        if (random.nextInt(3) == 0) {
            SITE.control(run, new Control.Fork(null, run + "-more", null, null, null));
        }
    }

    private static byte[] zipped(byte[] archive) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(archive);
        }
        return out.toByteArray();
    }

    /** What another release wrote is kept as it is, whoever can read it. */
    @Test
    void aRunThatThisReleaseCannotReadComesBackRowByRow() throws ImportException {
        SITE.trigger("plain", "strange", "{}");
        SITE.ended("strange");
        SITE.sql().useHandle(handle -> handle.execute("""
                UPDATE postroad.journal SET type = 'run.dreamt', data = '{ "of":\t[1.50, 1e3],\n "at":  "sheep" }'
                WHERE seq = 2 AND run = (SELECT id FROM postroad.runs WHERE run_id = 'strange')"""));
        List<Map<String, Object>> rows = stored("strange");
        byte[] archive = exported("strange");
        prune(List.of("strange"));
        imported(archive);
        rows.get(1).put("data", "{ \"of\":\t[1.50, 1e3],  \"at\":  \"sheep\" }");
        assertThat(stored("strange")).isEqualTo(rows);
    }

    private static List<Map<String, Object>> stored(String runId) {
        return SITE.sql()
                .withHandle(handle -> handle.select("""
                        SELECT seq, type, node, task, attempt, superstep, j.version, at, duration::text, progress,
                               data::text AS data
                        FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run WHERE run_id = ? ORDER BY seq""", runId).mapToMap().list());
    }

    @Test
    void whatARunSpentComesBackWithIt() throws ImportException {
        SITE.apply("""
                graph: paid
                nodes: { one: { agent: test-puppet } }
                edges: [ { from: START, to: one }, { from: one, to: END } ]
                """);
        PuppetAgent.play(
                "paid",
                call -> new AgentReply.Completed(
                        JsonNodeFactory.instance.objectNode(), new Usage(3, 4, null, new BigDecimal("0.125"), null)));
        SITE.trigger("paid", "paid", "{}");
        SITE.ended("paid");
        byte[] archive = exported("paid");
        prune(List.of("paid"));
        imported(archive);
        assertThat(SITE.history().find("paid"))
                .map(RunSummary::spent)
                .contains(new RunSummary.Spent(7, new BigDecimal("0.125")));
    }

    @Test
    void anImportedRunCanBeForked() throws ImportException {
        SITE.trigger("plain", "origin", "{}");
        SITE.ended("origin");
        byte[] archive = exported("origin");
        prune(List.of("origin"));
        assertThat(imported(archive))
                .isEqualTo(new RunImport.Imported(
                        "origin", "completed", SITE.journal("origin").size()));
        SITE.control("origin", new Control.Fork(1, "offshoot", null, null, null));
        SITE.ended("offshoot");
        assertThat(SITE.history().state("offshoot", null))
                .map(state -> state.state().path("n").asInt())
                .contains(2);
        assertThat(SITE.journalWith("origin", event -> event.type() == EventType.RUN_FORKED))
                .isNotEmpty();
    }

    @Test
    void aRunThatIsThereIsNotImportedOver() {
        SITE.trigger("plain", "there", "{}");
        List<RunEvent> journal = SITE.ended("there");
        byte[] archive = exported("there");
        assertThatThrownBy(() -> imported(archive))
                .hasMessage("there is a run there already, and it is left as it is; prune it before, or go on with what"
                        + " there is");
        assertThat(SITE.journal("there")).isEqualTo(journal);
    }

    @Test
    void aDamagedFileChangesNothingAndTheMessageSaysWhere() throws IOException {
        SITE.trigger("plain", "fragile", "{}");
        SITE.ended("fragile");
        byte[] whole = exported("fragile");
        byte[] packed = zipped(whole);
        prune(List.of("fragile"));
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            byte[] damaged = i % 3 == 0
                    ? Arrays.copyOf(whole, random.nextInt(whole.length - 1))
                    : i % 3 == 1 ? changed(whole, random) : Arrays.copyOf(packed, random.nextInt(2, packed.length - 1));
            assertThatThrownBy(() -> imported(damaged))
                    .isInstanceOf(ImportException.class)
                    .hasMessageStartingWith("line ");
        }
        String newer = new String(whole, StandardCharsets.UTF_8).replaceFirst("\"format\" : 1", "\"format\" : 9");
        assertThatThrownBy(() -> imported(newer.getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("line 1: the format is 9, and this release reads 1 alone");
        assertThat(SITE.history().find("fragile")).isEmpty();
        assertThat(SITE.number("SELECT count(*) FROM postroad.imported_runs i WHERE NOT EXISTS ("
                        + "SELECT FROM postroad.runs r WHERE r.id = i.run)"))
                .isZero();
    }

    private static byte[] changed(byte[] whole, Random random) {
        byte[] changed = whole.clone();
        changed[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(7));
        return changed;
    }

    @Test
    void aRunUnderWayIsNotExported() throws SQLException, IOException {
        SITE.apply("""
                graph: slow
                nodes: { ask: { interrupt: "'Go on?'" } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """);
        Site.await(
                "the graph is there",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'slow'") == 1);
        SITE.trigger("slow", "open", "{}");
        SITE.journalWith("open", event -> event.type() == EventType.RUN_WAITING);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(EXPORT.write("open", out)).isEqualTo(Found.UNDER_WAY);
        assertThat(EXPORT.write("nobody", out)).isEqualTo(Found.NONE);
        assertThat(out.size()).isZero();
        SITE.control("open", new Control.Cancel(null));
        SITE.ended("open");
    }

    @Test
    void aGraphThatIsAnotherOneHereIsNotMixedUpWithThatOfTheRun() {
        SITE.trigger("plain", "pinned", "{}");
        SITE.ended("pinned");
        String archive = new String(exported("pinned"), StandardCharsets.UTF_8);
        prune(List.of("pinned"));
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("UPDATE postroad.graphs SET inside = '{\"other\": 1}' WHERE name = 'plain'"));
        try {
            assertThatThrownBy(() -> imported(archive.getBytes(StandardCharsets.UTF_8)))
                    .hasMessageStartingWith("version 1 of graph plain is another one here than the run went by");
        } finally {
            SITE.sql()
                    .useHandle(
                            handle -> handle.execute("UPDATE postroad.graphs SET inside = NULL WHERE name = 'plain'"));
        }
    }
}
