package dev.postroad.runtime;

import static dev.postroad.runtime.testing.TraceReceiver.attribute;
import static dev.postroad.runtime.testing.TraceReceiver.id;
import static dev.postroad.runtime.testing.TraceReceiver.parent;
import static dev.postroad.runtime.testing.TraceReceiver.trace;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TraceReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Spans as a receiver of OTLP has them. */
@NullMarked
final class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SENDER = "00f067aa0ba902b7";
    private static final String GRAPHS = """
        graph: traced
        state: { n: { reducer: last } }
        nodes:
          work: { agent: test-puppet, retry: { maxAttempts: 2, backoff: PT0.01S } }
        edges:
          - { from: START, to: work }
          - { from: work, to: END }
        ---
        agent: traced-remote
        kind: kafka
        timeout: PT10M
        ---
        graph: traced-remotely
        nodes: { work: { agent: traced-remote } }
        edges: [ { from: START, to: work }, { from: work, to: END } ]
        ---
        graph: traced-asking
        nodes:
          work: { agent: test-puppet }
          approve: { interrupt: "'may it?'" }
        edges:
          - { from: START, to: work }
          - { from: work, to: approve }
          - { from: approve, to: END }
        """;

    private static Site site;
    private static TraceReceiver receiver;
    private static Worker worker;

    @BeforeAll
    static void open() {
        site = Site.open();
        receiver = TraceReceiver.open();
        worker = site.worker(settings());
        site.apply(GRAPHS);
    }

    @AfterAll
    static void close() {
        site.close();
        receiver.close();
    }

    /** Whose runs are traced where their trigger says so, and none else. */
    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(receiver.settings());
        settings.put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
        settings.put("OTEL_TRACES_SAMPLER_ARG", "0");
        return settings;
    }

    private static void trigger(String graph, String runId, String traceParent) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                site.topics().triggers(), Site.bytes(runId), Site.bytes("{'graph': '" + graph + "'}"));
        record.headers().add(EventHeaders.TRACE_PARENT, Site.bytes(traceParent));
        site.send(record);
    }

    @Test
    void aRunIsPartOfItsTriggersTraceWithItsTasksAndAttempts() {
        PuppetAgent.play(
                "tried-twice",
                call -> call.attempt() == 1
                        ? AgentReply.retryable("busy", "not now")
                        : AgentReply.completed(Site.json("{'n': 1}")));
        trigger("traced", "tried-twice", "00-" + TRACE + "-" + SENDER + "-01");
        site.ended("tried-twice");

        Span run = receiver.await("tried-twice", "invoke_workflow traced", 1).getFirst();
        Span task = receiver.await("tried-twice", "task work", 1).getFirst();
        List<Span> attempts = receiver.await("tried-twice", "invoke_agent test-puppet", 2);
        List<Span> commits = receiver.await("tried-twice", "commit ", 2);

        assertThat(receiver.spans("tried-twice"))
                .allSatisfy(span -> assertThat(trace(span)).isEqualTo(TRACE));
        assertThat(parent(run)).isEqualTo(SENDER);
        assertThat(parent(task)).isEqualTo(id(run));
        assertThat(attempts).allSatisfy(attempt -> assertThat(parent(attempt)).isEqualTo(id(task)));
        assertThat(attempts.getFirst().getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(attribute(attempts.getFirst(), "error.type")).isEqualTo("busy");
        assertThat(commits)
                .extracting(Span::getName)
                .containsExactlyInAnyOrder("commit run.queued", "commit run.completed");
        assertThat(commits).allSatisfy(commit -> assertThat(parent(commit)).isEqualTo(id(run)));
        assertThat(receiver.resource("service.name")).isEqualTo("postroad");
        assertThat(receiver.spans("tried-twice"))
                .as("nothing of what is handed on is shown unless it is asked for")
                .noneMatch(span -> span.toString().contains("not now")
                        || !attribute(span, "postroad.output").isEmpty());
    }

    @Test
    void agentsAndSubscribersGoOnFromTheSpansOfTheRun() {
        trigger("traced", "handed-on", "00-" + TRACE + "-" + SENDER + "-01");
        List<RunEvent> journal = site.ended("handed-on");
        Span run = receiver.await("handed-on", "invoke_workflow traced", 1).getFirst();
        Span attempt = receiver.await("handed-on", "invoke_agent", 1).getFirst();

        assertThat(PuppetAgent.calls("handed-on").getFirst().traceParent())
                .isEqualTo("00-" + TRACE + "-" + id(attempt) + "-01");
        Site.await("all is published", () -> site.publishedOnce("handed-on").size() == journal.size());
        assertThat(site.records(site.topics().events()))
                .filteredOn(record -> Site.event(record).runId().equals("handed-on"))
                .allSatisfy(record -> assertThat(Site.header(record, EventHeaders.TRACE_PARENT))
                        .isEqualTo("00-" + TRACE + "-" + id(run) + "-01"));
    }

    @Test
    void anAgentOnKafkaGoesOnFromItsAttemptWhichLastsUntilItsAnswer() {
        trigger("traced-remotely", "remote", "00-" + TRACE + "-" + SENDER + "-01");
        site.journalWith("remote", event -> event.type() == EventType.NODE_WAITING);
        ConsumerRecord<byte[], byte[]> asked =
                site.records(site.topics().agentTasks("traced-remote")).getFirst();
        site.send(
                site.topics().agentResults(),
                Site.bytes("remote"),
                Site.bytes("{'task': 'work@1', 'attempt': 1, 'output': {}}"));
        site.ended("remote");

        Span run = receiver.await("remote", "invoke_workflow", 1).getFirst();
        Span task = receiver.await("remote", "task work", 1).getFirst();
        Span attempt = receiver.await("remote", "invoke_agent traced-remote", 1).getFirst();
        assertThat(Site.header(asked, EventHeaders.TRACE_PARENT)).isEqualTo("00-" + TRACE + "-" + id(attempt) + "-01");
        assertThat(parent(attempt)).isEqualTo(id(task));
        assertThat(parent(task)).isEqualTo(id(run));
        assertThat(attempt.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(attribute(task, "postroad.outcome")).isEqualTo("completed");
        assertThat(receiver.spans("remote"))
                .filteredOn(span -> span.getName().startsWith("invoke_workflow"))
                .hasSize(1);
    }

    @Test
    void aCallThatIsStoppedHasASpanUntilItHasLeft() {
        CountDownLatch called = new CountDownLatch(1);
        PuppetAgent.play("stopped-and-traced", call -> {
            called.countDown();
            new CountDownLatch(1).await();
            return PuppetAgent.nothing();
        });
        trigger("traced", "stopped-and-traced", "00-" + TRACE + "-" + SENDER + "-01");
        Site.await("the agent is called", () -> called.getCount() == 0);
        site.control("stopped-and-traced", new Control.Cancel("of no use any more"));
        site.ended("stopped-and-traced");

        Span attempt = receiver.await("stopped-and-traced", "invoke_agent test-puppet", 1)
                .getFirst();
        Span task = receiver.await("stopped-and-traced", "task work", 1).getFirst();
        assertThat(attribute(attempt, "postroad.outcome")).isEqualTo("cancelled");
        assertThat(parent(attempt)).isEqualTo(id(task));
        assertThat(attribute(task, "postroad.outcome")).isEqualTo("cancelled");
        assertThat(PuppetAgent.calls("stopped-and-traced").getFirst().traceParent())
                .contains(id(attempt));
    }

    @Test
    void aTriggerThatIsACloudEventNamesItsTraceByTheExtensionForThat() {
        String other = "0af7651916cd43dd8448eb211c80319c";
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(
                site.topics().triggers(), Site.bytes("by-extension"), Site.bytes("{'graph': 'traced'}"));
        event.headers().add("ce_traceparent", Site.bytes("00-" + TRACE + "-" + SENDER + "-01"));
        ProducerRecord<byte[], byte[]> both = new ProducerRecord<>(
                site.topics().triggers(), Site.bytes("by-both"), Site.bytes("{'graph': 'traced'}"));
        both.headers()
                .add("ce_traceparent", Site.bytes("00-" + TRACE + "-" + SENDER + "-01"))
                .add("traceparent", Site.bytes("00-" + other + "-" + SENDER + "-01"));
        site.send(event);
        site.send(both);
        try (Caller caller = new Caller(worker.httpPort())) {
            assertThat(caller.send(
                                    "POST",
                                    "/api/triggers",
                                    "{'graph': 'traced', 'runId': 'by-http'}",
                                    "Content-Type",
                                    "application/json",
                                    "ce-traceparent",
                                    "00-" + TRACE + "-" + SENDER + "-01")
                            .status())
                    .isEqualTo(202);
        }

        for (String run : List.of("by-extension", "by-http")) {
            Span span = receiver.await(run, "invoke_workflow", 1).getFirst();
            assertThat(trace(span)).isEqualTo(TRACE);
            assertThat(parent(span)).isEqualTo(SENDER);
        }
        assertThat(trace(receiver.await("by-both", "invoke_workflow", 1).getFirst()))
                .as("what is nearest")
                .isEqualTo(other);
    }

    @Test
    void aMeasuredCallNamesItsSpanAsAnExample() {
        trigger("traced", "measured", "00-" + TRACE + "-" + SENDER + "-01");
        site.ended("measured");
        try (Caller caller = new Caller(worker.httpPort())) {
            String metrics = caller.get("/metrics", "Accept", "application/openmetrics-text")
                    .text();
            assertThat(metrics.lines().filter(line -> line.startsWith("postroad_agent_call_seconds_bucket")))
                    .anyMatch(line -> line.contains("trace_id=\"" + TRACE + "\""));
        }
    }

    @Test
    void aRunThatIsNotSampledHasNoSpansAndTellsAgentsSo() {
        site.trigger("traced", "unsampled", "{}");
        trigger("traced", "unsampled-by-trigger", "00-" + TRACE + "-" + SENDER + "-00");
        site.ended("unsampled");
        site.ended("unsampled-by-trigger");
        trigger("traced", "sampled-after", "00-" + TRACE + "-" + SENDER + "-01");
        receiver.await("sampled-after", "invoke_workflow", 1);

        assertThat(receiver.spans("unsampled")).isEmpty();
        assertThat(receiver.spans("unsampled-by-trigger")).isEmpty();
        assertThat(PuppetAgent.calls("unsampled").getFirst().traceParent()).endsWith("-00");
        assertThat(PuppetAgent.calls("unsampled-by-trigger").getFirst().traceParent())
                .startsWith("00-" + TRACE)
                .endsWith("-00");
    }

    @Test
    void aRunThatMovesToAnotherWorkerGoesOnInItsTrace() {
        CountDownLatch called = new CountDownLatch(1);
        PuppetAgent.play("moved", call -> {
            called.countDown();
            new CountDownLatch(1).await();
            return PuppetAgent.nothing();
        });
        trigger("traced-asking", "moved", "00-" + TRACE + "-" + SENDER + "-01");
        Site.await("the agent is called", () -> called.getCount() == 0);
        PuppetAgent.play("moved", call -> PuppetAgent.nothing());
        site.stopWorkers();
        worker = site.worker(settings());
        site.journalWith("moved", event -> event.type() == EventType.RUN_WAITING);
        site.control("moved", Control.Resume.with(Site.json("true")));
        List<RunEvent> journal = site.ended("moved");

        List<Span> stretches = receiver.await("moved", "invoke_workflow", 2);
        List<Span> work = receiver.await("moved", "task work", 1);
        List<Span> approve = receiver.await("moved", "task approve", 2);
        Span first = stretches.getFirst();
        Span second = stretches.getLast();
        assertThat(receiver.spans("moved"))
                .allSatisfy(span -> assertThat(trace(span)).isEqualTo(TRACE));
        assertThat(stretches).allSatisfy(stretch -> assertThat(parent(stretch)).isEqualTo(SENDER));
        assertThat(attribute(first, "postroad.outcome")).isEqualTo("waiting");
        assertThat(work).hasSize(1);
        assertThat(parent(work.getFirst())).isEqualTo(id(first));
        assertThat(work.getFirst().getStartTimeUnixNano() / 1_000)
                .as("from when the worker before began it")
                .isEqualTo(micros(journal, EventType.NODE_STARTED));
        List<Span> attempts = receiver.await("moved", "invoke_agent", 2);
        assertThat(attempts)
                .as("the one that was stopped with its worker, and the one that was made anew")
                .extracting(span -> attribute(span, "postroad.outcome"))
                .containsExactly("left-behind", "");
        assertThat(PuppetAgent.calls("moved"))
                .extracting(AgentCall::traceParent)
                .allSatisfy(told -> assertThat(told).contains(id(attempts.getLast())));
        assertThat(links(second)).containsExactly(id(first));
        assertThat(links(approve.getLast())).containsExactly(id(approve.getFirst()));
        assertThat(parent(approve.getLast())).isEqualTo(id(second));
    }

    private static long micros(List<RunEvent> journal, EventType type) {
        return journal.stream()
                .filter(event -> event.type() == type)
                .mapToLong(event -> ChronoUnit.MICROS.between(Instant.EPOCH, event.at()))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> links(Span span) {
        return span.getLinksList().stream()
                .map(link -> HexFormat.of().formatHex(link.getSpanId().toByteArray()))
                .toList();
    }

    @Test
    void aReceiverThatIsAwayCostsSpansAndNothingElse() {
        receiver.beAway(true);
        Caller caller = new Caller(worker.httpPort());
        trigger("traced", "lost", "00-" + TRACE + "-" + SENDER + "-01");
        site.ended("lost");
        Site.await(
                "the lost spans are counted",
                () -> caller.get("/metrics")
                        .text()
                        .lines()
                        .filter(line -> line.startsWith("postroad_trace_spans_total{outcome=\"dropped\"}"))
                        .anyMatch(line -> !line.endsWith(" 0.0") && !line.endsWith(" 0")));
        receiver.beAway(false);
        trigger("traced", "found", "00-" + TRACE + "-" + SENDER + "-01");
        receiver.await("found", "invoke_workflow", 1);
        caller.close();
    }
}
