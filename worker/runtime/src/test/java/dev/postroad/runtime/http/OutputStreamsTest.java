package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.client.LiveWatch;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.live.Live;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Sse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Follows what nodes show, by the worker that runs them and by another one. */
@NullMarked
final class OutputStreamsTest {
    private static final String GRAPHS = """
            graph: one
            nodes: { talk: { agent: test-puppet } }
            edges: [{ from: START, to: talk }, { from: talk, to: END }]
            ---
            graph: several
            nodes:
              a: { agent: test-puppet, retry: { maxAttempts: 3, backoff: PT0.05S } }
              b: { agent: test-puppet }
              c: { agent: test-puppet }
              d: { agent: test-puppet }
            edges:
              - { from: START, to: [a, b, c] }
              - { from: [a, b, c], to: d }
              - { from: d, to: END }
            """;

    private static final Site SITE = Site.open(2);
    private static Caller one = new Caller(0);
    private static Caller other = new Caller(0);

    private final String runId = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        one = new Caller(SITE.worker().httpPort());
        other = new Caller(SITE.worker().httpPort());
        SITE.apply(GRAPHS);
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
        SITE.close();
    }

    private String events() {
        return "/api/runs/" + runId + "/events";
    }

    /** Each attempt shows some chunks at a slow pace, and the first node fails twice, and waits once. */
    private static AgentReply talk(AgentCall call) {
        int chunks = 1 + Math.floorMod((call.task() + call.attempt()).hashCode(), 6);
        for (int i = 0; i < chunks; i++) {
            call.output().emit(call.node() + call.attempt() + "." + i);
            LockSupport.parkNanos(3_000_000);
        }
        if (call.node().equals("a") && call.attempt() < 3) {
            return AgentReply.retryable("busy", "again");
        }
        return call.node().equals("b") && call.answers().isEmpty()
                ? new AgentReply.Interrupted(Site.json("'go on?'"))
                : PuppetAgent.nothing();
    }

    private void runSeveral() {
        PuppetAgent.play(runId, OutputStreamsTest::talk);
        SITE.trigger("several", runId, "{}");
        SITE.journalWith(runId, event -> event.type().publicName().equals("run.waiting"));
        SITE.control(runId, Control.Resume.with(Site.json("true")));
    }

    @Test
    void everyReaderSeesAllThatEachAttemptShowsBetweenItsStartAndItsEnd() throws IOException {
        List<Sse> streams = new ArrayList<>();
        PuppetAgent.play(runId, OutputStreamsTest::talk);
        SITE.trigger("several", runId, "{}");
        SITE.journalWith(runId, event -> true);
        for (Caller caller : List.of(one, other, other)) {
            streams.add(caller.follow(events()));
        }
        SITE.journalWith(runId, event -> event.type().publicName().equals("run.waiting"));
        SITE.control(runId, Control.Resume.with(Site.json("true")));
        SITE.ended(runId);
        // One that comes when all is over sees the same.
        streams.add(one.follow(events()));
        for (Sse stream : streams) {
            List<Sse.Message> messages = stream.awaitEvent("run.completed");
            assertThat(chunks(messages)).containsExactlyInAnyOrderElementsOf(stored());
            assertInOrder(messages);
            stream.close();
        }
    }

    @Test
    void aReaderThatIsCutOffAnywhereGoesOnWithNothingMissingAndNothingTwice() throws IOException {
        runSeveral();
        SITE.ended(runId);
        List<Sse.Message> whole;
        try (Sse stream = one.follow(events())) {
            whole = stream.awaitEvent("run.completed");
        }
        Random random = new Random(7);
        for (int i = 0; i < 12; i++) {
            int cut = 1 + random.nextInt(whole.size() - 1);
            Caller caller = random.nextBoolean() ? one : other;
            try (Sse rest =
                    caller.follow(events(), "Last-Event-ID", whole.get(cut - 1).id())) {
                List<Sse.Message> messages = rest.awaitEvent("run.completed");
                // What one task shows and what another one does are told in either order, and ids say how far both are.
                assertThat(messages)
                        .extracting(Sse.Message::event, Sse.Message::data)
                        .containsExactlyInAnyOrderElementsOf(whole.subList(cut, whole.size()).stream()
                                .map(message -> tuple(message.event(), message.data()))
                                .toList());
                List<Sse.Message> both = new ArrayList<>(whole.subList(0, cut));
                both.addAll(messages);
                assertInOrder(both);
            }
        }
    }

    @Test
    void aReaderThatIsCutOffWhileTheRunGoesOnMissesNothing() throws IOException {
        PuppetAgent.play(runId, OutputStreamsTest::talk);
        SITE.trigger("several", runId, "{}");
        SITE.journalWith(runId, event -> true);
        List<Sse.Message> read = new ArrayList<>();
        boolean resumed = false;
        for (int i = 0; i < 200 && !isOver(read); i++) {
            String[] last = read.isEmpty()
                    ? new String[0]
                    : new String[] {"Last-Event-ID", read.getLast().id()};
            try (Sse stream = (i % 2 == 0 ? one : other).follow(events(), last)) {
                int few = 1 + i % 4;
                Site.await(
                        "some come",
                        () -> stream.messages().size() >= few
                                || isOver(stream.messages())
                                || isWaiting(stream.messages()));
                read.addAll(stream.messages());
            }
            if (isWaiting(read) && !resumed) {
                resumed = true;
                SITE.control(runId, Control.Resume.with(Site.json("true")));
            }
        }
        assertThat(chunks(read)).containsExactlyInAnyOrderElementsOf(stored());
        assertInOrder(read);
    }

    private static boolean isOver(List<Sse.Message> messages) {
        return messages.stream().anyMatch(message -> message.event().equals("run.completed"));
    }

    private static boolean isWaiting(List<Sse.Message> messages) {
        return messages.stream().anyMatch(message -> message.event().equals("run.waiting"));
    }

    @Test
    void aClientSeesTheSameFromTheBeginAndFromTheMiddle() {
        try (LiveWatch whole = SITE.client().watchWithOutput(runId)) {
            PuppetAgent.play(runId, OutputStreamsTest::talk);
            SITE.trigger("several", runId, "{}");
            List<Live> begin = seen(whole, "run.waiting");
            RunWatch watch = SITE.client().watch(runId);
            try (LiveWatch rest = SITE.client().withOutput(watch, SITE.journal(runId))) {
                SITE.control(runId, Control.Resume.with(Site.json("true")));
                List<Live> end = seen(whole, "run.completed");
                assertThat(seen(rest, "run.completed")).isEqualTo(end);
                begin.addAll(end);
            }
            List<Sse.Message> messages =
                    begin.stream().map(OutputStreamsTest::message).toList();
            assertThat(chunks(messages)).containsExactlyInAnyOrderElementsOf(stored());
            assertInOrder(messages);
        }
    }

    private static Sse.Message message(Live live) {
        return switch (live) {
            case Live.Happened(RunEvent event) ->
                new Sse.Message(
                        "", event.type().publicName(), PastJson.tree(event).toString());
            case Live.Shown(OutputChunk chunk) ->
                new Sse.Message("", "output", chunk.toJson().toString());
        };
    }

    private static List<Live> seen(LiveWatch watch, String last) {
        List<Live> seen = new ArrayList<>();
        Site.await(last, () -> {
            Optional<Live> next = watch.poll(Duration.ofMillis(100));
            next.ifPresent(seen::add);
            return next.isPresent()
                    && next.get() instanceof Live.Happened(RunEvent event)
                    && event.type().publicName().equals(last);
        });
        return seen;
    }

    @Test
    void chunksCanBeLeftOutAndAskedFor() throws IOException {
        PuppetAgent.play(runId, call -> {
            call.output().emit("hello");
            return PuppetAgent.nothing();
        });
        SITE.trigger("one", runId, "{}");
        SITE.ended(runId);
        try (Sse without = other.follow(events() + "?output=false");
                Sse types = other.follow(events() + "?type=run.completed");
                Sse both = other.follow(events() + "?type=run.completed&output=true");
                Sse nodes = other.follow(events() + "?node=talk");
                Sse others = other.follow(events() + "?node=b,START&output=true");
                Sse wrong = other.follow(events() + "?output=maybe")) {
            assertThat(chunks(without.awaitEvent("run.completed"))).isEmpty();
            assertThat(chunks(types.awaitEvent("run.completed"))).isEmpty();
            assertThat(both.awaitEvent("run.completed"))
                    .extracting(Sse.Message::event)
                    .containsExactly("output", "run.completed");
            assertThat(nodes.awaitEvent("node.completed"))
                    .extracting(Sse.Message::event)
                    .containsExactly("node.started", "output", "node.completed");
            assertThat(others.messages()).isEmpty();
            assertThat(wrong.status()).isEqualTo(400);
        }
        assertThat(other.get(events() + "?output=true").status()).isEqualTo(400);
    }

    @Test
    void chunksAreShownWhileTheAgentWorks() throws IOException {
        CountDownLatch seen = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            call.output().emit("first");
            seen.await();
            call.output().emit("second");
            return PuppetAgent.nothing();
        });
        SITE.trigger("one", runId, "{}");
        SITE.journalWith(runId, event -> true);
        try (Sse stream = other.follow(events())) {
            stream.awaitEvent("output");
            seen.countDown();
            assertThat(chunks(stream.awaitEvent("run.completed")))
                    .extracting(OutputChunk::chunk)
                    .containsExactly("first", "second");
        }
    }

    @Test
    void anAgentThatFloodsItsOutputHoldsUpNobodyAndWhatIsDroppedIsCounted() {
        double before = counted("stored") + counted("dropped");
        AtomicBoolean calledOther = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            for (int i = 0; i < 100_000; i++) {
                call.output().emit("chunk " + i);
            }
            done.await();
            return PuppetAgent.nothing();
        });
        String quick = "quick-" + runId;
        PuppetAgent.play(quick, call -> {
            calledOther.set(true);
            return PuppetAgent.nothing();
        });
        SITE.trigger("one", runId, "{}");
        Site.await("it shows", () -> !PuppetAgent.calls(runId).isEmpty());
        SITE.trigger("one", quick, "{}");
        SITE.ended(quick);
        assertThat(calledOther).isTrue();
        done.countDown();
        SITE.ended(runId);
        Site.await("all are counted", () -> counted("stored") + counted("dropped") == before + 100_000);
        assertThat(counted("stored")).isGreaterThanOrEqualTo(stored().size());
        assertThat(stored()).extracting(OutputChunk::index).isSorted().doesNotHaveDuplicates();
    }

    private static double counted(String outcome) {
        return List.of(one, other).stream()
                .flatMap(caller -> caller.get("/metrics").text().lines())
                .filter(line -> line.startsWith("postroad_output_chunks_total{outcome=\"" + outcome + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private List<OutputChunk> stored() {
        return SITE.records(SITE.topics().output()).stream()
                .map(record -> chunk(record.value()))
                .filter(chunk -> chunk.runId().equals(runId))
                .toList();
    }

    private static OutputChunk chunk(byte[] value) {
        try {
            return OutputChunk.read(value);
        } catch (FaultsException faults) {
            throw new IllegalStateException(faults);
        }
    }

    private static List<OutputChunk> chunks(List<Sse.Message> messages) {
        return messages.stream()
                .filter(message -> message.event().equals("output"))
                .map(message -> chunk(message.data().getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static void assertInOrder(List<Sse.Message> messages) {
        Set<String> open = new HashSet<>();
        Map<String, Integer> next = new HashMap<>();
        int seq = 0;
        for (Sse.Message message : messages) {
            String attempt =
                    message.json().path("task").asText() + message.json().path("attempt");
            switch (message.event()) {
                case "output" -> {
                    assertThat(open).contains(attempt);
                    assertThat(message.json().path("index").asInt())
                            .isEqualTo(next.merge(attempt, 1, Integer::sum) - 1);
                }
                case "node.started" -> {
                    assertThat(open.add(attempt)).isTrue();
                    next.put(attempt, 0);
                }
                case "node.completed", "node.retrying", "node.failed", "node.waiting" ->
                    assertThat(open.remove(attempt)).isTrue();
                default -> {}
            }
            if (!message.event().equals("output")) {
                assertThat(message.json().path("seq").asInt()).isEqualTo(++seq);
            }
        }
    }
}
