package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.host.AgentHost;
import dev.postroad.contracts.host.HostSettings;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that read their work from Kafka and answer there, in a host of their own and by hand. */
@NullMarked
class KafkaAgentsTest {
    private static final String DEFINITIONS = """
            agent: hosted
            kind: kafka
            retry: { maxAttempts: 3, backoff: PT0.05S }
            ---
            agent: silent
            kind: kafka
            heartbeat: PT1S
            timeout: PT1M
            retry: { maxAttempts: 2, backoff: PT0.05S }
            ---
            agent: beating
            kind: kafka
            heartbeat: PT5S
            timeout: PT10M
            ---
            agent: byhand
            kind: kafka
            timeout: PT10M
            ---
            agent: asked
            kind: kafka
            reconcile: true
            timeout: PT2S
            retry: { maxAttempts: 50, backoff: PT0.05S }
            ---
            agent: metered
            kind: kafka
            rateLimit: { tokens: 1000, per: PT10M, scope: cluster }
            ---
            graph: hosted
            state: { log: { reducer: append }, mode: { reducer: last } }
            nodes: { work: { agent: hosted }, after: { set: "{'log': 'after'}" } }
            edges:
              - { from: START, to: work }
              - { from: work, when: "false", to: after }
              - { from: work, otherwise: true, to: END }
              - { from: after, to: END }
            ---
            graph: silent
            state: { log: { reducer: append } }
            nodes: { work: { agent: silent } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: beating
            state: { log: { reducer: append } }
            nodes: { work: { agent: beating } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: byhand
            state: { log: { reducer: append } }
            nodes: { work: { agent: byhand } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: asked
            state: { log: { reducer: append } }
            nodes: { work: { agent: asked } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: metered
            nodes: { work: { agent: metered } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            """;

    private static final int MANY = 40;
    private static final Site SITE = Site.open();
    private static final Hosted AGENT = new Hosted();
    private static AgentHost host;

    @BeforeAll
    static void start() {
        SITE.worker();
        SITE.apply(DEFINITIONS);
        HostSettings settings = HostSettings.of(
                        Map.of("bootstrap.servers", SITE.kafka(), "metadata.max.age.ms", "200"), SITE.topics())
                .withDrain(Duration.ZERO);
        host = AgentHost.start(settings, List.of(AGENT), InstantSource.system());
    }

    @AfterAll
    static void stop() {
        host.close();
        SITE.close();
    }

    /** What it does is said by its input. */
    private static final class Hosted implements JavaAgent {
        private final Map<String, CountDownLatch> stopped = new ConcurrentHashMap<>();

        @Override
        public String name() {
            return "hosted";
        }

        @Override
        public AgentReply call(AgentCall call) throws Exception {
            switch (call.input().path("mode").asText()) {
                case "fails once" -> {
                    if (call.attempt() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                }
                case "asks" -> {
                    if (call.answers().isEmpty()) {
                        return new AgentReply.Interrupted(Json.read("\"sure?\"".getBytes(StandardCharsets.UTF_8)));
                    }
                }
                case "hangs" -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException cancelled) {
                        latch(call.runId()).countDown();
                        throw cancelled;
                    }
                }
                default -> {
                    call.output().emit("first");
                    call.output().emit("second");
                    call.log().info("at work");
                }
            }
            ObjectNode output = call.input().deepCopy();
            output.removeAll().put("log", "hosted " + call.attempt());
            return new AgentReply.Completed(output, new Usage(3, 4), List.of(Goto.node("after")));
        }

        CountDownLatch latch(String runId) {
            return stopped.computeIfAbsent(runId, id -> new CountDownLatch(1));
        }
    }

    @Test
    void aHostedAgentAnswersWithAllThatAnAgentMaySay() {
        SITE.trigger("hosted", "whole", "{}");
        List<RunEvent> journal = SITE.ended("whole");
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(journal.getLast().data().path("state").path("log").toString())
                .isEqualTo("[\"hosted 1\",\"after\"]");
        RunEvent completed = event(journal, EventType.NODE_COMPLETED);
        assertThat(completed.data().path("usage").path("outputTokens").asInt()).isEqualTo(4);
        assertThat(event(journal, EventType.NODE_WAITING)
                        .data()
                        .path("dispatched")
                        .path("agent")
                        .asText())
                .isEqualTo("hosted");
        Site.await("both chunks are shown", () -> chunks("whole").equals(List.of("first", "second")));
        Site.await(
                "what it logged is kept",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.agent_logs WHERE run_id = 'whole' AND message = 'at work'")
                        == 1);
    }

    private static List<String> chunks(String runId) {
        return SITE.records(SITE.topics().output()).stream()
                .map(record -> json(record))
                .filter(chunk -> chunk.path("runId").asText().equals(runId))
                .map(chunk -> chunk.path("chunk").asText())
                .toList();
    }

    @Test
    void aHostedAgentThatThrowsIsTriedAgain() {
        SITE.trigger("hosted", "again", "{\"mode\": \"fails once\"}");
        List<RunEvent> journal = SITE.ended("again");
        RunEvent retrying = event(journal, EventType.NODE_RETRYING);
        assertThat(retrying.data().path("error").path("type").asText()).isEqualTo("IllegalStateException");
        assertThat(journal.getLast().data().path("state").path("log").get(0).asText())
                .isEqualTo("hosted 2");
    }

    @Test
    void aHostedAgentAsksAndIsCalledWithTheAnswer() {
        SITE.trigger("hosted", "asks", "{\"mode\": \"asks\"}");
        SITE.journalWith("asks", event -> event.type() == EventType.RUN_WAITING);
        SITE.control("asks", new Control.Resume(Map.of(Control.Resume.ONLY, Site.json("'yes'")), null, List.of()));
        assertThat(SITE.ended("asks").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aCancelInterruptsTheHostedAgent() throws InterruptedException {
        SITE.trigger("hosted", "cancelled", "{\"mode\": \"hangs\"}");
        SITE.journalWith("cancelled", event -> event.type() == EventType.NODE_WAITING);
        Site.await("the host has it", () -> host.underWay() > 0);
        SITE.control("cancelled", new Control.Cancel("enough"));
        assertThat(SITE.ended("cancelled").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        Site.await("it is interrupted", () -> AGENT.latch("cancelled").getCount() == 0);
        ConsumerRecord<byte[], byte[]> told = tasks("hosted", "cancelled").getLast();
        assertThat(json(told).toString()).isEqualTo("{\"task\":\"work@1\",\"cancelled\":true}");
    }

    @Test
    void anAgentThatFallsSilentIsGivenUpAndTriedAgain() {
        SITE.trigger("silent", "silent", "{}");
        List<RunEvent> journal = SITE.ended("silent");
        RunEvent retrying = event(journal, EventType.NODE_RETRYING);
        assertThat(retrying.data().path("error").path("type").asText()).isEqualTo("timeout");
        assertThat(retrying.data().path("error").path("message").asText())
                .isEqualTo("agent silent said nothing for PT1S");
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_FAILED);
        assertThat(tasks("silent", "silent").stream().map(KafkaAgentsTest::json).filter(task -> task.has("input")))
                .hasSize(2);
    }

    @Test
    void aJournalDoesNotGrowWithTheHeartbeatsOfAnAgent() {
        SITE.trigger("beating", "beating", "{}");
        task("beating", "beating");
        Set<Long> looks = new HashSet<>();
        Site.await("it was looked at again and again", () -> {
            answer("beating", "{\"task\": \"work@1\", \"attempt\": 1, \"heartbeat\": true}");
            looks.add(SITE.number("SELECT coalesce(extract(epoch FROM wake_at) * 1000, 0)::bigint FROM postroad.runs"
                    + " WHERE run_id = 'beating'"));
            return looks.size() > 3;
        });
        answer("beating", "{\"task\": \"work@1\", \"attempt\": 1, \"output\": {}}");
        assertThat(SITE.ended("beating"))
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_WAITING,
                        EventType.RUN_WAITING,
                        EventType.RUN_RESUMED,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_COMPLETED);
    }

    @Test
    void anAgentThatTookTooLongIsAskedBeforeItsTaskIsSentAgain() {
        SITE.trigger("asked", "asked-done", "{}");
        SITE.trigger("asked", "asked-not-done", "{}");
        List<JsonNode> done = answered("asked-done", task -> isAsked(task) ? List.of("underWay", "output") : List.of());
        assertThat(done.getFirst().has("reconcile")).isFalse();
        assertThat(done.subList(1, done.size())).isNotEmpty().allMatch(KafkaAgentsTest::isAsked);
        assertThat(done.get(1).path("attempt").asInt()).isEqualTo(2);
        assertThat(done.get(1).path("doubtful").asInt()).isEqualTo(1);

        List<JsonNode> again = answered(
                "asked-not-done",
                task -> isAsked(task)
                        ? List.of("notDone")
                        : task.path("attempt").asInt() > 1 ? List.of("output") : List.of());
        assertThat(again).filteredOn(task -> !isAsked(task)).hasSizeGreaterThan(1);
        for (int i = 1; i < again.size(); i++) {
            assertThat(isAsked(again.get(i)) || isAsked(again.get(i - 1)))
                    .as("before each but the first")
                    .isTrue();
        }
    }

    private static boolean isAsked(JsonNode task) {
        return task.path("reconcile").asBoolean();
    }

    /** Answers what comes for a run until it has ended, and gives what came; an answer that is late is not the last. */
    private static List<JsonNode> answered(String run, Function<JsonNode, List<String>> answers) {
        List<JsonNode> came = new ArrayList<>();
        Site.await(run + " ends", () -> {
            List<ConsumerRecord<byte[], byte[]>> all = tasks("asked", run);
            for (ConsumerRecord<byte[], byte[]> record : all.subList(came.size(), all.size())) {
                JsonNode task = json(record);
                came.add(task);
                for (String word : answers.apply(task)) {
                    answer(
                            run,
                            "{\"task\": \"work@1\", \"attempt\": " + task.path("attempt") + ", \"" + word + "\": "
                                    + (word.equals("output") ? "{\"log\": \"done\"}" : "true") + "}");
                }
            }
            return SITE.number("SELECT count(*) FROM postroad.runs WHERE status = 'completed' AND run_id = ?", run)
                    == 1;
        });
        return came;
    }

    @Test
    void answersThatNobodyWaitsForChangeNothing() {
        SITE.trigger("byhand", "strict", "{}");
        ObjectNode task = (ObjectNode) json(task("byhand", "strict"));
        assertThat(task.path("runId").asText()).isEqualTo("strict");
        assertThat(task.path("task").asText()).isEqualTo("work@1");
        answer("strict", "{\"task\": \"work@1\", \"attempt\": 2, \"output\": {\"log\": \"wrong attempt\"}}");
        answer("strict", "{\"task\": \"other@1\", \"attempt\": 1, \"output\": {\"log\": \"wrong task\"}}");
        answer("strict", "{\"task\": \"work@1\", \"attempt\": 1, \"heartbeat\": true}");
        answer("strict", "no json");
        answer("strict", "{\"output\": {}}");
        answer("nobody", "{\"task\": \"work@1\", \"attempt\": 1, \"output\": {}}");
        answer("strict", "{\"task\": \"work@1\", \"attempt\": 1, \"output\": {\"log\": \"right\"}}");
        answer("strict", "{\"task\": \"work@1\", \"attempt\": 1, \"output\": {\"log\": \"doubled\"}}");
        List<RunEvent> journal = SITE.ended("strict");
        assertThat(journal.getLast().data().path("state").path("log").toString())
                .isEqualTo("[\"right\"]");
        Site.await("what can be nobody's is kept", () -> letters().size() == 3);
        assertThat(letters()).anyMatch(reason -> reason.contains("there is no run nobody"));
    }

    private static List<String> letters() {
        return SITE.records(SITE.topics().deadLetters()).stream()
                .filter(letter ->
                        header(letter, "postroad-topic").equals(SITE.topics().agentResults()))
                .map(letter -> header(letter, "postroad-reason"))
                .toList();
    }

    @Test
    void anAnswerOnAnotherPartitionFindsItsRun() {
        SITE.trigger("byhand", "elsewhere", "{}");
        task("byhand", "elsewhere");
        int wrong = (SITE.shardOf("elsewhere") + 1) % 4;
        SITE.send(new ProducerRecord<>(
                SITE.topics().agentResults(),
                wrong,
                bytes("elsewhere"),
                bytes("{\"task\": \"work@1\", \"attempt\": 1, \"output\": {\"log\": \"found\"}}")));
        assertThat(SITE.ended("elsewhere").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void tasksAreHeldToLimitsOverAllWorkersAndChargedWhatTheyUsed() {
        SITE.trigger("metered", "first", "{}");
        task("metered", "first");
        answer(
                "first",
                "{\"task\": \"work@1\", \"attempt\": 1, \"usage\": {\"inputTokens\": 900, \"outputTokens\": 100}}");
        assertThat(SITE.ended("first").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        Site.await(
                "what it used is known to all",
                () -> SITE.number("SELECT coalesce(sum(split_part(part, ':', 2)::bigint), 0) FROM postroad.limits,"
                                + " unnest(string_to_array(used, ' ')) AS part"
                                + " WHERE name = 'agent/metered/rateLimit' AND part LIKE '%:%'")
                        == 1_000);
        SITE.trigger("metered", "second", "{}");
        List<RunEvent> journal = SITE.journalWith("second", event -> event.type() == EventType.NODE_WAITING);
        assertThat(event(journal, EventType.NODE_WAITING).data().path("reason").asText())
                .contains("1000 tokens per PT10M");
        assertThat(tasks("metered", "second")).isEmpty();
    }

    @Test
    void whatAKilledWorkerSentIsNotSentAgainAndItsAnswersCount(@TempDir Path folder) throws Exception {
        ToolTasks tools = null;
        try (Site site = Site.open();
                WorkerProcess first = WorkerProcess.start(
                        site.mortal(Map.of("POSTROAD_LEASE", "PT1S")), List.of(), folder.resolve("first.log"))) {
            first.awaitReady();
            site.apply(DEFINITIONS);
            List<String> runs =
                    IntStream.range(0, MANY).mapToObj(i -> "run-" + i).toList();
            runs.forEach(run -> site.trigger("byhand", run, "{}"));
            Site.await(
                    "all are sent",
                    () -> sent(site) == MANY
                            && site.records(site.topics().agentTasks("byhand")).size() == MANY);
            tools = new ToolTasks(site);
            first.kill();
            runs.subList(0, MANY / 2).forEach(run -> late(site, run));
            int rows = (int) site.number("SELECT count(*) FROM postroad.workflow_events WHERE run_id = 'run-0'");
            site.copyBeginning("run-0", Math.min(rows, 4), "orphan");
            Worker another = site.worker(Map.of("POSTROAD_LEASE", "PT1S"));
            site.journalWith("orphan", event -> event.type() == EventType.RUN_WAITING);
            runs.subList(MANY / 2, MANY).forEach(run -> late(site, run));
            late(site, "orphan");
            assertThat(site.ended("orphan").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            for (String run : runs) {
                List<RunEvent> journal = site.ended(run);
                assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
                assertThat(journal)
                        .filteredOn(event -> event.type() == EventType.NODE_STARTED)
                        .hasSize(1);
            }
            assertThat(site.records(site.topics().agentTasks("byhand"))).hasSize(MANY);
            tools.goOn(another);
        } finally {
            if (tools != null) {
                tools.close();
            }
        }
    }

    private static long sent(Site site) {
        return site.number("SELECT count(DISTINCT run_id) FROM postroad.workflow_events WHERE type = 'node.waiting'");
    }

    private static void late(Site site, String run) {
        site.send(
                site.topics().agentResults(),
                bytes(run),
                bytes("{\"task\": \"work@1\", \"attempt\": 1, \"output\": {\"log\": \"late\"}}"));
    }

    private static ConsumerRecord<byte[], byte[]> task(String agent, String runId) {
        SITE.journalWith(runId, event -> event.type() == EventType.NODE_WAITING);
        return tasks(agent, runId).getFirst();
    }

    private static List<ConsumerRecord<byte[], byte[]>> tasks(String agent, String runId) {
        return SITE.records(SITE.topics().agentTasks(agent)).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(runId))
                .toList();
    }

    private static void answer(String runId, String value) {
        SITE.send(SITE.topics().agentResults(), bytes(runId), bytes(value));
    }

    private static RunEvent event(List<RunEvent> journal, EventType type) {
        return journal.stream()
                .filter(event -> event.type() == type)
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
        return Site.json(new String(record.value(), StandardCharsets.UTF_8));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(
                Objects.requireNonNull(record.headers().lastHeader(name)).value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
