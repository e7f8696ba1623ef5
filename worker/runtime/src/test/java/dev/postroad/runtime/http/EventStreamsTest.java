package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Sse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Follows runs by another worker than the one that has them. */
@NullMarked
final class EventStreamsTest {
    private static final String GRAPHS = """
            graph: calls
            state: { answer: { reducer: last } }
            nodes: { call: { agent: test-puppet } }
            edges: [{ from: START, to: call }, { from: call, to: END }]
            ---
            graph: long
            state: { n: { reducer: sum, default: 0 } }
            nodes: { more: { set: "{'n': 1}" } }
            edges:
              - { from: START, to: more }
              - { from: more, when: "state.n < 100", to: more }
              - { from: more, otherwise: true, to: END }
            limits: { supersteps: 200 }
            """;

    private static final Site SITE = Site.open(1);
    private static Caller other = new Caller(0);

    private final String runId = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        SITE.worker();
        other = SITE.caller();
        SITE.apply(GRAPHS);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private String events() {
        return "/api/runs/" + runId + "/events";
    }

    private static List<Integer> ids(List<Sse.Message> messages) {
        return messages.stream().map(message -> Integer.valueOf(message.id())).toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void sendsWhatHasHappenedAndThenWhatHappens() throws IOException {
        CountDownLatch answer = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            answer.await();
            return PuppetAgent.nothing();
        });
        SITE.trigger("calls", runId, "{}");
        SITE.journalWith(runId, event -> event.node() != null);
        try (Sse stream = other.follow(events())) {
            assertThat(stream.status()).isEqualTo(200);
            stream.awaitEvent("node.started");
            answer.countDown();
            stream.awaitEvent("run.completed");

            // The stream goes on with the run.
            SITE.control(runId, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
            Site.await(
                    "the run has ended twice",
                    () -> stream.messages().stream()
                                    .filter(message -> message.event().equals("run.completed"))
                                    .count()
                            == 2);
            List<RunEvent> journal = SITE.journal(runId);
            assertThat(ids(stream.messages())).isEqualTo(numbers(1, journal.size()));
            assertThat(stream.messages())
                    .extracting(Sse.Message::json)
                    .containsExactlyElementsOf(
                            journal.stream().map(PastJson::tree).toList());
        }
    }

    @Test
    void startsAfterTheLastEventThatTheReaderHas() throws IOException {
        SITE.trigger("calls", runId, "{}");
        int last = SITE.ended(runId).getLast().seq();
        try (Sse stream = other.follow(events(), "Last-Event-ID", "2");
                Sse same = other.follow(events() + "?after=3");
                Sse both = other.follow(events() + "?after=1", "Last-Event-ID", "4")) {
            assertThat(ids(stream.awaitEvent("run.completed"))).isEqualTo(numbers(3, last));
            assertThat(ids(same.awaitEvent("run.completed"))).isEqualTo(numbers(4, last));
            assertThat(ids(both.awaitEvent("run.completed"))).isEqualTo(numbers(5, last));
        }
    }

    @Test
    void missesNothingOfManyRunsThatManyReadersFollow() throws IOException {
        List<Sse> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String id = runId + "." + i;
            SITE.trigger("long", id, "{'n': 1}");
            SITE.journalWith(id, event -> true);
            for (int j = 0; j < 3; j++) {
                streams.add(other.follow("/api/runs/" + id + "/events"));
            }
        }
        for (Sse stream : streams) {
            List<Sse.Message> messages = stream.awaitEvent("run.completed");
            assertThat(ids(messages)).isEqualTo(numbers(1, messages.size()));
            assertThat(messages).hasSizeGreaterThan(200);
            stream.close();
        }
    }

    @Test
    void sendsOnlyWhatIsAskedFor() throws IOException {
        SITE.trigger("calls", runId, "{}");
        SITE.ended(runId);
        try (Sse stream = other.follow(events() + "?type=node.completed,run.completed")) {
            stream.awaitEvent("run.completed");
            assertThat(stream.messages())
                    .extracting(Sse.Message::event)
                    .containsExactly("node.completed", "run.completed");
        }
    }

    @Test
    void refusesWhatItCannotFollow() throws IOException {
        try (Sse nobody = other.follow("/api/runs/nobody/events")) {
            assertThat(nobody.status()).isEqualTo(404);
        }
        SITE.trigger("calls", runId, "{}");
        SITE.ended(runId);
        try (Sse stream = other.follow(events() + "?limit=3");
                Sse last = other.follow(events(), "Last-Event-ID", "x")) {
            assertThat(stream.status()).isEqualTo(400);
            assertThat(last.status()).isEqualTo(400);
        }
    }

    @Test
    void givesThePlacesOfReadersThatAreGoneToOthers() throws IOException {
        SITE.trigger("calls", runId, "{}");
        SITE.ended(runId);
        // One without the readers that other tests have left.
        try (Worker passing = SITE.worker();
                Caller caller = new Caller(passing.httpPort())) {
            List<Sse> streams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                streams.add(caller.follow(events()));
            }
            streams.forEach(stream -> stream.awaitEvent("run.completed"));
            assertThat(open(caller)).isEqualTo(20);
            for (Sse stream : streams) {
                stream.close();
            }
            // They are noticed by what is next written to them.
            Site.await("their places are free", () -> {
                SITE.control(runId, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
                return open(caller) == 0;
            });
        }
    }

    private static int open(Caller caller) {
        String metrics = caller.get("/metrics").text();
        return metrics.lines()
                .filter(line -> line.startsWith("postroad_http_streams"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void endsWithTheWorkerThatSendsIt() throws IOException {
        SITE.trigger("calls", runId, "{}");
        SITE.ended(runId);
        Worker passing = SITE.worker();
        try (Caller caller = new Caller(passing.httpPort());
                Sse stream = caller.follow(events())) {
            stream.awaitEvent("run.completed");
            passing.close();
            stream.awaitEnd();
        }
    }
}
