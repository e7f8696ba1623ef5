package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no sound request is refused, or its connection closed; and nothing else notices. */
@NullMarked
final class HttpNonsenseTest {
    private static final String POST = String.join(
            "\r\n",
            "POST /api/triggers HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Content-Type: application/json",
            "");
    private static final String LAST = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String GET = "GET /api/runs HTTP/1.1\r\nConnection: close\r\n";

    private static final Site SITE = Site.open(1);
    private static Caller here = new Caller(0);

    @BeforeAll
    static void start() {
        here = new Caller(SITE.worker(Map.of("POSTROAD_HTTP_TIMEOUT", "PT2S")).httpPort());
    }

    @AfterAll
    static void stop() {
        here.close();
        SITE.close();
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                Arguments.of("a chunk of no size", POST + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n"),
                Arguments.of(
                        "a chunk of any size", POST + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n"),
                Arguments.of("a chunk without its end", POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}{}\r\n"),
                Arguments.of("an unknown coding", POST + "Transfer-Encoding: odd\r\n\r\n{}"),
                Arguments.of(
                        "two lengths",
                        POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"),
                Arguments.of("two other lengths", POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                Arguments.of("a length below nothing", POST + "Content-Length: -1\r\n\r\n{}"),
                Arguments.of("a length without end", POST + "Content-Length: 99999999999999999999\r\n\r\n{}"),
                Arguments.of("an expectation", POST + "Content-Length: 2\r\nExpect: the-unexpected\r\n\r\n{}"),
                Arguments.of(
                        "a body that is too long", POST + "Content-Length: 3000000\r\n\r\n" + "[".repeat(2_000_000)),
                Arguments.of("JSON that is too deep", POST + "Content-Length: 2000\r\n\r\n" + "[".repeat(2_000)),
                Arguments.of("no JSON", POST + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008b\b"),
                Arguments.of("no host", GET),
                Arguments.of("two hosts", GET + "Host: localhost\r\nHost: localhost\r\n"),
                Arguments.of("no name of a host", GET + "Host: local host\r\n"),
                Arguments.of("a port that is none", GET + "Host: localhost:99999999\r\n"),
                Arguments.of("an old request", "GET /api/runs HTTP/1.0\r\n"),
                Arguments.of("another host", "GET http://evil.example/api/runs HTTP/1.1\r\nHost: localhost\r\n"),
                Arguments.of(
                        "another host twice", "GET http://evil.example/api/runs HTTP/1.1\r\nHost: evil.example\r\n"),
                Arguments.of("a version to come", "GET /api/runs HTTP/9.9\r\nHost: localhost\r\n"),
                Arguments.of("another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n"),
                Arguments.of(
                        "a tunnel", "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\nConnection: close\r\n"),
                Arguments.of("a trace", "TRACE /api/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"),
                Arguments.of(
                        "a method of its own", "BREW /api/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"),
                Arguments.of("no method", " /api/runs HTTP/1.1\r\nHost: localhost\r\n"),
                Arguments.of("no header but a blank", GET + "Host : localhost\r\n"),
                Arguments.of("a NUL", GET + "Host: localhost\r\nX: a\0b\r\n"),
                Arguments.of("a header that is too long", GET + "Host: localhost\r\nX: " + "x".repeat(20_000) + "\r\n"),
                Arguments.of("too many headers", GET + "Host: localhost\r\n" + "X: x\r\n".repeat(5_000)),
                Arguments.of("an address that is too long", "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n"),
                Arguments.of("encryption", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"),
                Arguments.of("anything", "\u0000\u0001\u0002\u0003\u007f\r\n\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void refusesOrCloses(String what, String request) throws Exception {
        String answer;
        try (SlowCaller caller = new SlowCaller(port()).send(request + "\r\n")) {
            answer = caller.readAll(Site.LIMIT);
        }
        assertThat(answer).as(what).matches("(?s)|HTTP/1\\.1 (4|505).*");
        assertThat(here.get("/health/live").status()).isEqualTo(200);
    }

    private static int port() {
        return here.port();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /api/runs HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET /api/runs HTTR/1.1\r\n\r\n"})
    void saysThatAnotherVersionOfHttpIsTheCallersMistake(String request) throws Exception {
        try (SlowCaller caller = new SlowCaller(port()).send(request)) {
            assertThat(caller.readAll(Site.LIMIT)).startsWith("HTTP/1.1 505").contains("\"bad-request\"");
        }
    }

    @Test
    void answersRequestsThatAreSentAtOnceInTheirOrder() throws Exception {
        String requests = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50)
                + "GET /api/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        try (SlowCaller caller = new SlowCaller(port()).send(requests)) {
            String answers = caller.readAll(Site.LIMIT);
            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(51);
            assertThat(answers.split("HTTP/1.1 404", -1)).hasSize(2);
        }
    }

    /** A body on the way when its request is refused closes the connection on whoever sends it unless it is taken. */
    @Test
    void answersTheNextRequestThoughTheBodyOfARefusedOneComesAfterIt() throws Exception {
        try (SlowCaller caller = new SlowCaller(port()).send(header("text/plain", 10))) {
            Site.await("its refusal", () -> caller.has("HTTP/1.1 415"));
            assertThat(caller.send("[".repeat(10) + LAST).readAll(Site.LIMIT)).contains("HTTP/1.1 200");
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @CsvSource({"10, 400", "3000000, 413"})
    void answersTheNextRequestThoughABodyIsNone(int length, int status) throws Exception {
        try (SlowCaller caller = new SlowCaller(port()).send(header("application/json", length))) {
            assertThat(caller.isClosed()).isFalse();
            assertThat(caller.send("[".repeat(length) + LAST).readAll(Site.LIMIT))
                    .startsWith("HTTP/1.1 " + status)
                    .contains("HTTP/1.1 200");
        }
    }

    private static String header(String type, int length) {
        return "POST /api/triggers HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + length + "\r\n\r\n";
    }

    /** The worker waits for it no longer than for any request, and the caller has its answer before. */
    @Test
    void answersARefusedRequestWhoseBodyNeverComes() throws Exception {
        try (SlowCaller caller = new SlowCaller(port()).send(header("text/plain", 1000))) {
            assertThat(caller.readAll(Site.LIMIT))
                    .startsWith("HTTP/1.1 415")
                    .contains("\"code\"")
                    .contains("Content-Type: application/json");
        }
    }

    @Test
    void refusesAtOnceWhoAsksBeforeSendingABody() throws Exception {
        String header = String.join(
                "\r\n",
                "POST /api/triggers HTTP/1.1",
                "Host: localhost",
                "Content-Type: text/plain",
                "Content-Length: 1000000",
                "Expect: 100-continue",
                "",
                "");
        try (SlowCaller caller = new SlowCaller(port()).send(header)) {
            assertThat(caller.readAll(Site.LIMIT)).startsWith("HTTP/1.1 415").contains("Connection: close");
        }
    }
}
