package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.LogLines;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker answers whatever some callers do with their connections. */
@NullMarked
final class SlowCallersTest {
    private static final int CONNECTIONS = 100;
    private static final int REQUESTS = CONNECTIONS / 8;
    private static final int SLOW_READERS = 3;

    private static final String HEAVY = """
        graph: heavy
        state: { n: { reducer: sum, default: 0 }, text: {} }
        nodes: { more: { set: "{'n': 1, 'text': state.text}" } }
        edges:
          - { from: START, to: more }
          - { from: more, when: "state.n < 40", to: more }
          - { from: more, otherwise: true, to: END }
        limits: { supersteps: 200 }
        """;

    private static final Site SITE = Site.open(1);
    private static int port;
    private static int patientPort;

    @BeforeAll
    static void start() {
        port = worker("PT2S");
        // Where whoever is closed was displaced rather than late, though the others come slowly.
        patientPort = worker("PT10M");
    }

    private static int worker(String timeout) {
        return SITE.worker(Map.of(
                        "POSTROAD_HTTP_CONNECTIONS", String.valueOf(CONNECTIONS), "POSTROAD_HTTP_TIMEOUT", timeout))
                .httpPort();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static void isWell(int at) {
        try (Caller caller = new Caller(at)) {
            assertThat(caller.get("/health/live").status()).isEqualTo(200);
        }
    }

    private static void awaitNoOthers(int at) {
        Site.await("nobody else has a connection", () -> figure(at, "postroad_http_connections ") == 1);
    }

    private static double figure(int at, String name) {
        try (Caller caller = new Caller(at)) {
            return caller.get("/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
    }

    /** Each whose header is read has its place or its refusal by then. */
    private static void awaitRefusals(List<SlowCaller> callers, int number) {
        Set<SlowCaller> refused = new HashSet<>();
        Site.await("those that find no place are refused", () -> {
            for (SlowCaller caller : callers) {
                if (!refused.contains(caller) && caller.has("HTTP/1.1 503")) {
                    refused.add(caller);
                }
            }
            return refused.size() >= number;
        });
    }

    private static void close(List<SlowCaller> callers) throws IOException {
        for (SlowCaller caller : callers) {
            caller.close();
        }
    }

    @Test
    void answersWhileManyMoreThanFitNeverFinishTheirHeaders() throws IOException {
        List<SlowCaller> callers = new ArrayList<>();
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            callers.add(new SlowCaller(patientPort).send("GET /api/runs HTTP/1.1\r\nX-Slow: "));
            if (i % 20 == 0) {
                callers.forEach(caller -> caller.send("x"));
                isWell(patientPort);
            }
        }
        assertThat(figure(patientPort, "postroad_http_connections ")).isLessThanOrEqualTo(CONNECTIONS + 1);
        assertThat(figure(patientPort, "postroad_http_connections_closed_total{why=\"displaced\"}"))
                .isGreaterThanOrEqualTo(2 * CONNECTIONS);
        close(callers);
        awaitNoOthers(patientPort);
    }

    /** However many come within the time that waiting is counted in. */
    @Test
    void letsTheNewestInWhereAllTheOthersCameAtOnce() throws IOException {
        List<SlowCaller> callers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS + 10; i++) {
            callers.add(new SlowCaller(patientPort));
            if (i >= CONNECTIONS - 1) {
                isWell(patientPort);
            }
        }
        close(callers);
        awaitNoOthers(patientPort);
    }

    @Test
    void endsAConnectionWhoseHeaderComesByteByByte() throws IOException {
        try (SlowCaller caller = new SlowCaller(port).send("GET /api/runs HTTP/1.1\r\nX-Slow: ")) {
            Site.await("the connection is closed", () -> caller.send("x").isClosed());
        }
    }

    @Test
    void endsAConnectionWhoseNextHeaderComesByteByByte() throws IOException {
        String first = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (SlowCaller caller = new SlowCaller(port).send(first + "GET /health/live HTTP/1.1\r\nX-Slow: ")) {
            Site.await("the connection is closed", () -> caller.send("x").isClosed());
        }
    }

    @Test
    void endsAConnectionOnWhichNothingIsSent() throws IOException {
        try (SlowCaller caller = new SlowCaller(port)) {
            Site.await("the connection is closed", caller::isClosed);
        }
    }

    @Test
    void endsRequestsWhoseBodiesComeByteByByteAndLetsOthersInMeanwhile() throws IOException {
        String header = "POST /api/triggers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1000\r\n\r\n{";
        List<SlowCaller> callers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            callers.add(new SlowCaller(port).send(header));
        }
        awaitRefusals(callers, CONNECTIONS - REQUESTS);
        isWell(port);
        for (SlowCaller caller : callers) {
            Site.await("the connection is closed", () -> caller.send(" ").isClosed());
        }
        close(callers);
        try (Caller caller = new Caller(port)) {
            for (int i = 0; i < 2 * REQUESTS; i++) {
                assertThat(caller.get("/api/runs").status()).as("request " + i).isEqualTo(200);
            }
        }
    }

    @Test
    void endsAConnectionWhoseAnswersNobodyReads() throws IOException {
        String request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
        double before = figure(port, "postroad_http_connections_closed_total{why=\"late\"}");
        try (LogLines ofServer = LogLines.listen("io.javalin");
                SlowCaller caller = new SlowCaller(port).send(request.repeat(200))) {
            Site.await(
                    "the connection is closed",
                    () -> figure(port, "postroad_http_connections_closed_total{why=\"late\"}") > before);
            awaitNoOthers(port);
            Site.await("the reader sees it", caller::isClosed);
            assertThat(ofServer.all()).as("it is no defect of the worker").isEmpty();
        }
    }

    @Test
    void endsStreamsThatNobodyReadsAndKeepsThoseThatAreRead() throws IOException {
        SITE.apply(HEAVY);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        SITE.trigger("heavy", "heavy-1", "{\"text\": \"" + "x".repeat(300_000) + "\"}");
        SITE.ended("heavy-1");
        List<SlowCaller> callers = new ArrayList<>();
        try (Caller caller = new Caller(port);
                var stream = caller.follow("/api/runs/heavy-1/events")) {
            stream.awaitEvent("run.completed");
            for (int i = 0; i < SLOW_READERS; i++) {
                callers.add(new SlowCaller(port)
                        .send(String.join(
                                "\r\n",
                                "GET /api/runs/heavy-1/events HTTP/1.1",
                                "Host: localhost",
                                "Accept: text/event-stream",
                                "",
                                "")));
            }
            isWell(port);
            Site.await("one stream is left", () -> figure(port, "postroad_http_streams ") == 1);
            int heartbeats = stream.comments().size();
            Site.await("that one goes on", () -> stream.comments().size() > heartbeats);
        }
        close(callers);
        // That its reader is gone is noticed by what is next written to it.
        Site.await("no stream is left", () -> {
            SITE.control("heavy-1", new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
            return figure(port, "postroad_http_streams ") == 0;
        });
    }
}
