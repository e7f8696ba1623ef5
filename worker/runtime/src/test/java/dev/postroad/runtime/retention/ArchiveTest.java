package dev.postroad.runtime.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class ArchiveTest {
    private static final Site SITE = Site.open();
    private static final RequestedRuns REQUESTS =
            new RequestedRuns(Jdbi.create(SITE.database()).installPlugin(new PostgresPlugin()));

    @TempDir
    static Path folder = Path.of("");

    /** Null while there is none. */
    private static @Nullable Working working;

    private record Working(Map<String, String> settings, Worker worker) {}

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static Map<String, String> toFolder() {
        return Map.of("POSTROAD_ARCHIVE", "files", "POSTROAD_ARCHIVE_DIR", folder.toString());
    }

    /** A worker with such settings: the one that is there, or another in its place. */
    private static Worker work(Map<String, String> settings) {
        if (working != null && working.settings().equals(settings)) {
            return working.worker();
        }
        stopWorker();
        Worker worker = SITE.worker(settings);
        working = new Working(settings, worker);
        SITE.apply("""
                agent: test-puppet
                kind: java
                ---
                graph: asking
                state: { answer: { default: '' } }
                nodes: { ask: { agent: test-puppet, output: "{'answer': result}" } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        return worker;
    }

    private static void stopWorker() {
        SITE.stopWorkers();
        working = null;
    }

    private static List<RunEvent> run(String runId) {
        SITE.trigger("asking", runId, "{}");
        return SITE.ended(runId);
    }

    private static boolean isThere(String runId) {
        return SITE.history().find(runId).isPresent();
    }

    private static void prune(String... runIds) {
        REQUESTS.ask(List.of(runIds));
        awaitGone(runIds);
    }

    private static void awaitGone(String... runIds) {
        Site.await(
                "gone are " + List.of(runIds),
                () -> Arrays.stream(runIds).noneMatch(ArchiveTest::isThere)
                        && SITE.number("SELECT count(*) FROM postroad.rows_to_prune") == 0);
    }

    private static void bringBack(byte[] archive) {
        try {
            new RunImport(SITE.database()).read(new ByteArrayInputStream(archive));
        } catch (ImportException | SQLException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The archives of the runs whose ids begin so. */
    private static List<Path> files(String beginning) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".gz")
                        && file.getFileName().toString().startsWith(beginning)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    @Test
    void aRunIsInTheFolderBeforeItGoesAndComesBackFromThere() throws IOException {
        work(toFolder());
        List<RunEvent> journal = run("filed");
        prune("filed");
        assertThat(files("filed")).singleElement().satisfies(file -> {
            assertThat(file.getFileName().toString()).matches("filed\\.\\d+\\." + journal.size() + "\\.jsonl\\.gz");
            assertLinesFitTheirSchema(Files.readAllBytes(file));
            bringBack(Files.readAllBytes(file));
        });
        assertThat(SITE.journal("filed")).isEqualTo(journal);
    }

    @Test
    void aFileIsWholeThoughSeveralWorkersArchiveItsRunAtOnce() throws Exception {
        work(toFolder());
        List<RunEvent> journal = run("shared");
        EndedRun run = stored("shared");
        Path apart = folder.resolve("apart");
        FileArchive archive = new FileArchive(apart, new RunExport(SITE.database()), InstantSource.system());
        try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
            Callable<List<ArchivedRun>> writer = () -> archive.store(List.of(run));
            for (Future<List<ArchivedRun>> stored : workers.invokeAll(Collections.nCopies(40, writer))) {
                assertThat(stored.get()).hasSize(1);
            }
        }
        prune("shared");
        assertThat(files("shared"))
                .filteredOn(file -> file.startsWith(apart))
                .singleElement()
                .satisfies(file -> bringBack(Files.readAllBytes(file)));
        assertThat(SITE.journal("shared")).isEqualTo(journal);
    }

    private static EndedRun stored(String runId) {
        long number = SITE.number("SELECT id FROM postroad.runs WHERE run_id = ?", runId);
        return new EndedRun(number, runId, SITE.shardOf(runId));
    }

    /** Whoever is slow may store an earlier one after the last. */
    @Test
    void anArchiveDoesNotReplaceOneOfTheSameRunWithMoreEvents() throws SQLException, IOException {
        work(toFolder());
        run("longer");
        FileArchive archive = new FileArchive(folder, new RunExport(SITE.database()), InstantSource.system());
        EndedRun run = stored("longer");
        archive.store(List.of(run));
        SITE.control("longer", new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
        Site.await(
                "it went on",
                () -> SITE.journal("longer").stream()
                                .filter(event -> event.type() == EventType.RUN_COMPLETED)
                                .count()
                        == 2);
        archive.store(List.of(run));
        assertThat(files("longer.")).hasSize(2);
    }

    private static void assertLinesFitTheirSchema(byte[] packed) throws IOException {
        try (InputStream schema =
                Objects.requireNonNull(ArchiveTest.class.getResourceAsStream("/postroad/schemas/archive-line.json"))) {
            Schema lines = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
            String text = new String(
                    new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text.lines().map(ArchiveTest::kind))
                    .startsWith("run", "graph", "event")
                    .endsWith("end");
            assertThat(text.lines())
                    .allSatisfy(line -> assertThat(lines.validate(line, InputFormat.JSON))
                            .as(line)
                            .isEmpty());
        }
    }

    private static String kind(String line) {
        try {
            return Json.readOwn(line).path("line").asText();
        } catch (FaultsException noJson) {
            throw new IllegalStateException(noJson);
        }
    }

    @Test
    void aRunGoesOnceTheRetentionOfAllRunsIsOverWhereItsGraphSaysNothing() throws IOException {
        Map<String, String> brief = new HashMap<>(toFolder());
        brief.put("POSTROAD_RETENTION", "PT1S");
        work(brief);
        SITE.trigger("asking", "aged", "{}");
        Site.await(
                "it is gone",
                () -> !isThere("aged") && SITE.history().pruned("aged").isPresent());
        assertThat(files("aged")).hasSize(1);
    }

    @Test
    void aRunThatCannotBeArchivedStaysUntilItCan() throws IOException {
        Path away = folder.resolve("away");
        Files.createDirectory(away);
        Worker worker = work(Map.of("POSTROAD_ARCHIVE", "files", "POSTROAD_ARCHIVE_DIR", away.toString()));
        run("stays");
        run("stays-too");
        Files.delete(away);
        Files.writeString(away, "no folder");
        REQUESTS.ask(List.of("stays", "stays-too"));
        Site.await("it was tried again", () -> failures(worker) > 2);
        assertThat(isThere("stays") && isThere("stays-too")).isTrue();
        Files.delete(away);
        Files.createDirectory(away);
        awaitGone("stays", "stays-too");
        assertThat(files("stays")).hasSize(2);
    }

    private static double failures(Worker worker) {
        try (Caller caller = new Caller(worker.httpPort())) {
            return caller.get("/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("postroad_prune_failures_total "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .sum();
        }
    }

    @Test
    void aRunIsOnTheTopicBeforeItGoesAndComesBackFromThereHoweverLargeItIs() throws IOException {
        work(Map.of("POSTROAD_ARCHIVE", "kafka"));
        Random random = new Random(7);
        byte[] noise = new byte[2_000_000];
        random.nextBytes(noise);
        String answer = Base64.getEncoder().encodeToString(noise);
        PuppetAgent.play("large", call -> AgentReply.completed(TextNode.valueOf(answer)));
        List<RunEvent> large = run("large");
        List<RunEvent> small = run("small");
        prune("large", "small");
        assertThat(parts("small")).hasSize(1);
        assertThat(parts("large")).hasSizeGreaterThan(1);
        for (String run : List.of("large", "small")) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            List<ConsumerRecord<byte[], byte[]>> parts = parts(run);
            for (int i = 0; i < parts.size(); i++) {
                assertThat(Site.header(parts.get(i), EventHeaders.ARCHIVE_PART)).isEqualTo(Integer.toString(i + 1));
                assertThat(Site.header(parts.get(i), EventHeaders.ARCHIVE_LAST))
                        .isEqualTo(Boolean.toString(i == parts.size() - 1));
                whole.write(parts.get(i).value());
            }
            bringBack(whole.toByteArray());
        }
        assertThat(SITE.journal("large")).isEqualTo(large);
        assertThat(SITE.journal("small")).isEqualTo(small);
    }

    private static List<ConsumerRecord<byte[], byte[]>> parts(String runId) {
        return SITE.records(SITE.topics().archive()).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(runId))
                .toList();
    }

    /** Statements are cut off at random moments: what is gone is archived, and what is not archived is there. */
    @Test
    void noRunIsLostWhateverStatementFailsWhileItIsPruned() throws IOException {
        work(toFolder());
        long seed = Long.getLong("postroad.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            runs.add("cut-" + i);
            SITE.trigger("asking", "cut-" + i, "{}");
        }
        Site.await(
                "all have ended",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'cut-%' AND status = 'completed'")
                        == 30);
        SITE.sql().useTransaction(handle -> {
            handle.execute("LOCK TABLE postroad.rows_to_prune IN SHARE MODE");
            REQUESTS.ask(runs);
            Site.await("one is cut off that deletes runs", () -> cut("wait_event_type = 'Lock'") > 0);
        });
        int[] cuts = {6};
        Site.await("all are gone", () -> {
            if (cuts[0] > 0 && random.nextInt(3) == 0) {
                cuts[0]--;
                cut("true");
            }
            return SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'cut-%'")
                            + SITE.number("SELECT count(*) FROM postroad.rows_to_prune")
                    == 0;
        });
        assertAllComeBack("cut-", runs, "seed " + seed);
    }

    /** Ends the sessions of whoever prunes, as far as they are as wanted; says how many those were. */
    private static long cut(String wanted) {
        return SITE.number("""
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND query ~ 'rows_to_prune|pruned_runs|prune_requests|''line'', ''event''' AND (%s)""".formatted(wanted));
    }

    private static void assertAllComeBack(String beginning, List<String> runs, String why) throws IOException {
        for (Path file : files(beginning)) {
            bringBack(Files.readAllBytes(file));
        }
        for (String run : runs) {
            assertThat(isThere(run)).as("%s, run %s", why, run).isTrue();
        }
    }

    @Test
    void noRunIsLostWhenTheWorkerIsKilledThatPrunesIt(@TempDir Path logs) throws IOException {
        work(toFolder());
        List<String> runs = IntStream.range(0, 60).mapToObj(i -> "killed-" + i).toList();
        runs.forEach(run -> SITE.trigger("asking", run, "{}"));
        String there = "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'killed-%'";
        Site.await("all have ended", () -> SITE.number(there + " AND status = 'completed'") == runs.size());
        stopWorker();
        REQUESTS.ask(runs);
        try (WorkerProcess killed =
                WorkerProcess.start(SITE.mortal(toFolder()), List.of(), logs.resolve("worker.log"))) {
            Site.await("some are gone", () -> SITE.number(there) < runs.size());
            killed.kill();
        }
        work(toFolder());
        Site.await(
                "all are gone",
                () -> SITE.number(there) + SITE.number("SELECT count(*) FROM postroad.rows_to_prune") == 0);
        assertAllComeBack("killed-", runs, "after a kill");
    }
}
