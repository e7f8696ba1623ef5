package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What subscribers see. */
@NullMarked
class PublishingTest {
    private static final String GRAPHS = """
            graph: short
            state: { log: { reducer: append } }
            nodes:
              add: { set: "{'log': ['add']}" }
            edges: [{ from: START, to: add }, { from: add, to: END }]
            ---
            graph: asking
            state: { text: { reducer: append } }
            nodes:
              ask: { agent: test-puppet }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: asking-first
            state: { text: { reducer: append }, log: { reducer: append } }
            nodes:
              ask: { agent: test-puppet }
              add: { set: "{'log': ['add']}" }
            edges: [{ from: START, to: ask }, { from: ask, to: add }, { from: add, to: END }]
            """;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void rowsThatTheirWorkerCommittedAndDidNotPublishArePublishedByTheNext() {
        finishOneRun("seen");
        site.copyBeginning("seen", 4, "cut-off");
        site.copyBeginning("seen", 5, "unseen");
        sql("UPDATE postroad.runs SET status = 'completed' WHERE run_id = 'unseen'");
        forgetWhatIsPublished();

        site.worker();
        site.ended("cut-off");
        for (String runId : List.of("cut-off", "unseen")) {
            List<RunEvent> journal = site.journal(runId);
            Site.await(
                    "all of " + runId + " is published",
                    () -> site.publishedOnce(runId).size() == journal.size());
            assertThat(site.publishedOnce(runId)).isEqualTo(journal);
        }
        assertThat(site.publishedOnce("seen")).isEqualTo(site.journal("seen"));
    }

    /** More than a page of them, and all of the very same time, two hours ago. */
    @Test
    void manyRowsAreReadBackPageByPageWithoutLosingAny() {
        int runs = 400;
        finishOneRun("model");
        for (int i = 0; i < runs; i++) {
            site.copyBeginning("model", 5, "many-" + i);
        }
        sql("UPDATE postroad.runs SET status = 'completed'");
        sql("UPDATE postroad.journal SET at = now() - interval '2 hours'");
        sql("UPDATE postroad.shards SET published_at = now() - interval '1 day'");

        site.worker();
        Map<String, List<RunEvent>> published = new HashMap<>();
        Site.await("everything is published", () -> {
            published.clear();
            eventRecords().stream()
                    .map(Site::event)
                    .filter(event -> event.runId().startsWith("many-"))
                    .forEach(event -> published
                            .computeIfAbsent(event.runId(), id -> new ArrayList<>())
                            .add(event));
            return published.values().stream()
                            .mapToInt(events -> Site.firstOccurrences(events).size())
                            .sum()
                    == runs * 5;
        });
        assertThat(published).hasSize(runs);
        assertThat(published.values())
                .allSatisfy(events -> assertThat(Site.firstOccurrences(events))
                        .extracting(RunEvent::seq)
                        .containsExactly(1, 2, 3, 4, 5));
    }

    @Test
    void aPlannedHandOverPublishesNextToNothingAgain() {
        int runs = 50;
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.sendAll(IntStream.range(0, runs)
                    .mapToObj(i -> new ProducerRecord<>(
                            site.topics().triggers(), Site.bytes("run-" + i), Site.bytes("{'graph': 'short'}")))
                    .toList());
            Site.await("all is published", () -> eventRecords().size() >= runs * 5);
        }
        site.worker();
        site.trigger("short", "last", "{}");
        Site.await("the new worker publishes", () -> site.publishedOnce("last").size() == 5);
        assertThat(eventRecords()).hasSizeLessThan((runs + 1) * 5 + 20);
    }

    @Test
    void aPayloadThatIsTooLargeForARecordIsLeftOutAndNamedByItsVersion() {
        site.worker();
        site.apply(GRAPHS);
        String large = "long, ".repeat(200_000);
        PuppetAgent.play(
                "large",
                call -> AgentReply.completed(
                        JsonNodeFactory.instance.objectNode().put("text", large)));
        site.trigger("asking", "large", "{'text': 'short'}");
        List<RunEvent> journal = site.ended("large");
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(journal.getLast().data().at("/state/text/1").asText()).isEqualTo(large);

        Site.await("all is published", () -> site.publishedOnce("large").size() == journal.size());
        List<RunEvent> published = site.publishedOnce("large");
        assertThat(published)
                .extracting(RunEvent::type)
                .isEqualTo(journal.stream().map(RunEvent::type).toList());
        assertThat(published.subList(0, 3)).isEqualTo(journal.subList(0, 3));
        for (RunEvent event : published.subList(3, 5)) {
            assertThat(event.data().path("omitted").asBoolean()).isTrue();
            assertThat(event.data().path("version").asInt())
                    .isEqualTo(event.version())
                    .isEqualTo(2);
        }
        assertThat(site.history().state("large", 2).orElseThrow().state())
                .isEqualTo(journal.getLast().data().path("state"));
    }

    /** Small ones follow the large one: had they gone out with it, they would be there before it. */
    @Test
    void aPayloadThatTheTopicRefusesAsTooLargeIsLeftOutAndItsRunStaysInOrder() {
        site.configure(site.topics().events(), "max.message.bytes", "300000");
        site.worker();
        site.apply(GRAPHS);
        for (int bytes : List.of(400_000, 300_000, 150_000)) {
            String runId = "refused-" + bytes;
            String text = incompressible(bytes);
            PuppetAgent.play(
                    runId,
                    call -> AgentReply.completed(
                            JsonNodeFactory.instance.objectNode().put("text", text)));
            site.trigger("asking-first", runId, "{}");
            List<RunEvent> journal = site.ended(runId);
            assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            Site.await("all is published", () -> site.publishedOnce(runId).size() == journal.size());
            assertThat(site.publishedOnce(runId))
                    .extracting(RunEvent::seq, event -> event.data().has("omitted"))
                    .isEqualTo(journal.stream()
                            .map(event ->
                                    tuple(event.seq(), event.data().toString().length() > 300_000))
                            .toList());
        }
    }

    /** Of 4 characters for 3 bytes. */
    private static String incompressible(int bytes) {
        byte[] random = new byte[bytes];
        new Random(bytes).nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    @Test
    void eventsAreCloudEventsInBinaryMode() {
        finishOneRun("order-1");
        List<ConsumerRecord<byte[], byte[]>> records = eventRecords();
        List<RunEvent> journal = site.journal("order-1");
        assertThat(records).hasSameSizeAs(journal);
        for (int i = 0; i < records.size(); i++) {
            RunEvent event = journal.get(i);
            assertThat(records.get(i).key()).isEqualTo(Site.bytes("order-1"));
            assertThat(headers(records.get(i)))
                    .isEqualTo(Map.of(
                            "ce_specversion", "1.0",
                            "ce_id", "order-1/" + event.seq(),
                            "ce_type", "dev.postroad." + event.type().publicName(),
                            "ce_source", "postroad",
                            "content-type", "application/json"));
        }
        assertThat(json(records.get(2)))
                .isEqualTo(Site.json(
                        "{'runId': 'order-1', 'graph': 'short', 'graphVersion': 1, 'seq': 3, 'type': 'node.started',"
                                + " 'at': '" + journal.get(2).at() + "', 'node': 'add', 'task': 'add@1', 'attempt': 1,"
                                + " 'superstep': 1, 'version': 1, 'progress': 0.0, 'data': {}}"));
    }

    @Test
    void answersOutsideAnyJournalAreCloudEventsToo() {
        site.worker();
        site.trigger("nowhere", "second", "{}");
        Site.await("the trigger is answered", () -> !site.published("second").isEmpty());
        ConsumerRecord<byte[], byte[]> record = eventRecords().stream()
                .filter(candidate -> Site.event(candidate).runId().equals("second"))
                .findFirst()
                .orElseThrow();
        assertThat(record.key()).isEqualTo(Site.bytes("second"));
        assertThat(headers(record))
                .containsEntry("ce_type", "dev.postroad.trigger.rejected")
                .containsEntry("ce_specversion", "1.0")
                .containsKeys("ce_id", "ce_source", "content-type");
    }

    @Test
    void chunksOfAnAgentAreOnTheOutputTopicWhileItWorks() {
        site.worker();
        site.apply(GRAPHS);
        PuppetAgent.play("talker", call -> {
            call.output().emit("Once upon ");
            call.output().emit("a time “there” was 😀");
            Site.await("the chunks are there", () -> outputOf("talker").size() == 2);
            return PuppetAgent.nothing();
        });
        site.trigger("asking", "talker", "{}");
        assertThat(site.ended("talker").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        List<JsonNode> chunks = outputOf("talker");
        assertThat(chunks)
                .extracting(chunk -> chunk.path("chunk").asText())
                .containsExactly("Once upon ", "a time “there” was 😀");
        assertThat(chunks).extracting(chunk -> chunk.path("index").asInt()).containsExactly(0, 1);
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.path("node").asText()).isEqualTo("ask");
            assertThat(chunk.path("task").asText()).isEqualTo("ask@1");
            assertThat(chunk.path("attempt").asInt()).isEqualTo(1);
            assertThat(Instant.parse(chunk.path("at").asText()))
                    .isCloseTo(Instant.now(), within(Duration.ofMinutes(2)));
        });
    }

    private List<JsonNode> outputOf(String runId) {
        return site.records(site.topics().output()).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(runId))
                .map(PublishingTest::json)
                .toList();
    }

    @Test
    void theTraceOfATriggerGoesOnInItsEventsAndCallsAlsoInTheNextWorker() {
        String given = "00-" + TRACE + "-00f067aa0ba902b7-01";
        PuppetAgent.play("traced", call -> {
            new CountDownLatch(1).await();
            return PuppetAgent.nothing();
        });
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            triggerWithTrace("traced", given);
            Site.await("the agent is called", () -> !PuppetAgent.calls("traced").isEmpty());
        }
        PuppetAgent.play("traced", call -> PuppetAgent.nothing());
        site.worker();
        List<RunEvent> journal = site.ended("traced");
        Site.await("all is published", () -> site.publishedOnce("traced").size() == journal.size());
        assertThat(eventRecords())
                .allSatisfy(record -> assertThat(Site.header(record, EventHeaders.TRACE_PARENT))
                        .isEqualTo(given));
        assertThat(PuppetAgent.calls("traced"))
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.traceParent())
                        .matches("00-" + TRACE + "-[0-9a-f]{16}-01")
                        .isNotEqualTo(given));
    }

    @Test
    void aTraceThatIsMalformedIsReplacedByOneOfTheRun() {
        site.worker();
        site.apply(GRAPHS);
        Map<String, String> malformed = Map.of(
                "nonsense",
                "nonsense",
                "empty",
                "",
                "zeros",
                "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01",
                "capitals",
                "00-" + TRACE.toUpperCase(Locale.ROOT) + "-00f067aa0ba902b7-01");
        malformed.forEach(this::triggerWithTrace);
        for (String runId : malformed.keySet()) {
            List<RunEvent> journal = site.ended(runId);
            Site.await("all is published", () -> site.publishedOnce(runId).size() == journal.size());
            assertThat(PuppetAgent.calls(runId).getLast().traceParent())
                    .as(runId)
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
        }
        assertThat(eventRecords())
                .allSatisfy(record -> assertThat(Site.header(record, EventHeaders.TRACE_PARENT))
                        .isNull());
    }

    @Test
    void aTriggerOverHttpHandsItsTraceOnWithWhetherItIsKept() {
        String given = "00-" + TRACE + "-00f067aa0ba902b7-00";
        Caller caller = site.caller();
        site.apply(GRAPHS);
        String trigger = "{'graph': 'asking', 'runId': 'over-http'}";
        assertThat(caller.send(
                                "POST",
                                "/api/triggers",
                                trigger,
                                "Content-Type",
                                "application/json",
                                "traceparent",
                                given)
                        .status())
                .isEqualTo(202);
        List<RunEvent> journal = site.ended("over-http");
        Site.await("all is published", () -> site.publishedOnce("over-http").size() == journal.size());
        assertThat(eventRecords())
                .allSatisfy(record -> assertThat(Site.header(record, EventHeaders.TRACE_PARENT))
                        .isEqualTo(given));
        assertThat(PuppetAgent.calls("over-http").getLast().traceParent()).matches("00-" + TRACE + "-[0-9a-f]{16}-00");
    }

    private void triggerWithTrace(String runId, String traceParent) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(site.topics().triggers(), Site.bytes(runId), Site.bytes("{'graph': 'asking'}"));
        record.headers().add(EventHeaders.TRACE_PARENT, traceParent.getBytes(StandardCharsets.UTF_8));
        site.send(record);
    }

    /** By a worker that is gone afterwards, everything published. */
    private void finishOneRun(String runId) {
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("short", runId, "{}");
            List<RunEvent> journal = site.ended(runId);
            Site.await("all is published", () -> site.publishedOnce(runId).size() == journal.size());
        }
    }

    private void forgetWhatIsPublished() {
        sql("UPDATE postroad.shards SET published_at = (SELECT min(at) FROM postroad.journal)");
    }

    private void sql(String statement) {
        site.sql().useHandle(handle -> handle.execute(statement));
    }

    private List<ConsumerRecord<byte[], byte[]>> eventRecords() {
        return site.records(site.topics().events());
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> record) {
        Map<String, String> headers = new HashMap<>();
        StreamSupport.stream(record.headers().spliterator(), false)
                .forEach(
                        header -> headers.put(header.key(), Objects.requireNonNull(Site.header(record, header.key()))));
        return headers;
    }

    private static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Json.read(record.value());
        } catch (FaultsException faults) {
            throw new IllegalStateException(faults);
        }
    }
}
