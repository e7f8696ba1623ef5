package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP agents that are asked what came of a call before it is made again. */
@NullMarked
class ReconcileTest {
    private static final String PAID = "{'output': {'receipt': 'r-1'}}";
    private static final String UNDER_WAY = "{'underWay': true}";
    private static final String NOT_DONE = "{'notDone': true}";

    private final Site site = Site.open();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch over = new CountDownLatch(1);
    /** What each run has it say when it is asked, one after the other; the last from then on. */
    private final Map<String, List<String>> says = new ConcurrentHashMap<>();

    private final Map<String, List<String>> received = new ConcurrentHashMap<>();

    @SuppressWarnings("NullAway.Init") // JUnit starts it.
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/pay", this::serve);
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.close();
        site.close();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = Json.read(exchange.getRequestBody().readAllBytes());
            String runId = body.path("runId").asText();
            boolean asks = body.path("reconcile").asBoolean();
            List<String> before = received.computeIfAbsent(runId, fresh -> new CopyOnWriteArrayList<>());
            long asked =
                    before.stream().filter(line -> line.startsWith("asked")).count();
            before.add(
                    asks
                            ? "asked " + body.path("attempt") + " about " + body.path("doubtful")
                            : "called " + body.path("attempt"));
            if (!asks && asked == 0) {
                // The first call: its answer never comes.
                over.await();
                return;
            }
            String said = asks ? said(runId, (int) asked) : PAID;
            byte[] answer = Site.bytes(said);
            exchange.sendResponseHeaders(said.equals("broken") ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (FaultsException | InterruptedException broken) {
            throw new IOException(broken);
        }
    }

    private String said(String runId, int asked) {
        List<String> answers = Objects.requireNonNull(says.get(runId));
        return answers.get(Math.min(asked, answers.size() - 1));
    }

    /** @param timeout of each attempt */
    private void publish(String timeout) {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/pay";
        site.apply("""
                agent: payer
                kind: http
                url: %s
                reconcile: %s/reconcile
                timeout: %s
                retry: { maxAttempts: 20, backoff: PT0.01S, maxBackoff: PT0.01S }
                ---
                graph: paying
                state: { receipt: {} }
                nodes: { pay: { agent: payer } }
                edges: [{ from: START, to: pay }, { from: pay, to: END }]
                """.formatted(url, url, timeout));
    }

    private void run(String runId, String... answers) {
        says.put(runId, List.of(answers));
        site.trigger("paying", runId, "{}");
    }

    private List<String> received(String runId) {
        return received.getOrDefault(runId, List.of());
    }

    private void isPaid(String runId) {
        assertThat(site.ended(runId).getLast().type()).as(runId).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.history()
                        .state(runId, null)
                        .orElseThrow()
                        .state()
                        .path("receipt")
                        .asText())
                .isEqualTo("r-1");
    }

    @Test
    void anAgentThatTookTooLongIsAskedBeforeItIsCalledAgain() {
        site.worker();
        publish("PT1S");
        run("done", PAID);
        run("under-way", UNDER_WAY, UNDER_WAY, PAID);
        run("broken", "broken", "{}", PAID);
        run("not-done", UNDER_WAY, NOT_DONE);

        for (String runId : List.of("done", "under-way", "broken")) {
            isPaid(runId);
            assertThat(received(runId).subList(0, 2)).as(runId).containsExactly("called 1", "asked 2 about 1");
            assertThat(received(runId))
                    .as(runId)
                    .filteredOn(line -> line.startsWith("called"))
                    .hasSize(1);
            assertThat(received(runId))
                    .as(runId)
                    .hasSizeGreaterThanOrEqualTo(
                            1 + Objects.requireNonNull(says.get(runId)).size());
        }
        isPaid("not-done");
        List<String> received = received("not-done");
        assertThat(received.subList(0, 2)).containsExactly("called 1", "asked 2 about 1");
        assertThat(received.getLast()).startsWith("called ");
        for (int i = 1; i < received.size(); i++) {
            if (received.get(i).startsWith("called")) {
                assertThat(received.get(i - 1)).as("before each call").startsWith("asked");
            }
        }
    }

    @Test
    void whoeverTakesARunOverAsksWhetherTheCallHappened() {
        try (Worker _ = site.worker()) {
            publish("PT10M");
            run("left", UNDER_WAY, PAID);
            Site.await("the agent is called", () -> received("left").equals(List.of("called 1")));
        }
        says.put("killed", List.of(NOT_DONE));
        site.copyBeginning("left", 3, "killed");
        site.worker();
        isPaid("left");
        assertThat(received("left")).containsExactly("called 1", "asked 1 about 1", "asked 1 about 1");
        isPaid("killed");
        assertThat(received("killed")).containsExactly("asked 1 about 1", "called 1");
        assertThat(site.ended("killed"))
                .extracting(event -> event.type())
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_COMPLETED);
    }
}
