package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a worker answers. */
@NullMarked
final class HttpGuardTest {
    private static final String TOKEN = "0123456789-abcdef";

    private static final Site SITE = Site.open();
    private static Caller here = new Caller(0);
    private static Caller anywhere = new Caller(0);

    @BeforeAll
    static void start() {
        here = new Caller(SITE.worker().httpPort());
        anywhere = new Caller(SITE.worker(Map.of("POSTROAD_HTTP_HOST", "0.0.0.0", "POSTROAD_HTTP_TOKEN", TOKEN))
                .httpPort());
    }

    @AfterAll
    static void stop() {
        here.close();
        anywhere.close();
        SITE.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/runs",
                "/api/runs/x",
                "/api/queue",
                "/api/workers",
                "/api/graphs",
                "/api/agents",
                "/api/nothing",
                "/metrics",
                "/openapi.json",
                "/health/live/../../api/runs"
            })
    void tellsNothingWithoutTheToken(String path) {
        assertThat(anywhere.get(path, "Authorization", "Bearer " + TOKEN).status())
                .isNotEqualTo(401);
        for (String authorization :
                List.of("Bearer " + TOKEN + "x", "Bearer 0123456789-abcdeF", "Bearer", "Basic x", TOKEN)) {
            assertThat(anywhere.get(path, "Authorization", authorization).status())
                    .as(authorization)
                    .isEqualTo(401);
        }
        Caller.Reply reply = anywhere.get(path);
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.json().at("/error/code").asText()).isEqualTo("unauthorized");
    }

    /** What proxies are told by, and what has servers take one request for another. */
    private static final List<List<String>> TRICKS = List.of(
            List.of("Host: worker"),
            List.of("Host: localhost", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost", "X-Real-IP: ::1"),
            List.of("Host: worker", "X-Original-URL: /health", "X-Rewrite-URL: /health", "Accept: text/event-stream"),
            List.of("Host: worker", "Cookie: postroad-token=", "Authorization: Bearer ", "X-Postroad: 1"),
            List.of("Host: worker", "X-HTTP-Method-Override: GET"),
            List.of(
                    "Host: worker",
                    "Connection: close, Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="));

    private static final List<String> ODD_PATHS = List.of(
            "/mcp",
            "/api",
            "/api/",
            "//api/runs",
            "/api//runs",
            "/API/runs",
            "/api/runs/",
            "/api/runs;x=/health",
            "/%61pi/runs",
            "/health;x",
            "/health/",
            "/health/live/%2e%2e/%2e%2e/api/runs",
            "/favicon.ico",
            "/.well-known/oauth-protected-resource");

    @Test
    void nobodyLearnsMoreThanWhatItIsWhateverTheyTry() {
        SITE.apply("graph: hidden\nnodes: { a: { set: '{}' } }\nedges: [{ from: START, to: a }, { from: a, to: END }]");
        Site.await("the graph is there", () -> here.get("/api/graphs").text().contains("hidden"));
        List<String> paths = new ArrayList<>(ODD_PATHS);
        OpenApi.document().get("paths").fieldNames().forEachRemaining(paths::add);
        assertThat(paths).hasSizeGreaterThan(60);
        int tried = 0;
        for (String described : paths) {
            String path = described.replaceAll("\\{[a-z]+}", "hidden");
            boolean isForAnybody = List.of("/health", "/health/live", "/health/ready", "/api/session")
                    .contains(path);
            for (String method :
                    List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")) {
                List<String> lines = new ArrayList<>(List.of(method + " " + path + " HTTP/1.1"));
                lines.addAll(TRICKS.get(tried++ % TRICKS.size()));
                lines.addAll(List.of("Content-Type: application/json", "Content-Length: 0"));
                lines.addAll(lines.contains("Connection: close, Upgrade") ? List.of() : List.of("Connection: close"));
                String answer = anywhere.raw(lines.toArray(String[]::new));
                assertThat(answer)
                        .as(lines.toString())
                        .matches(Pattern.compile(
                                isForAnybody ? "HTTP/1.1 [24].*" : "HTTP/1.1 40[014] .*", Pattern.DOTALL))
                        .doesNotContainPattern(
                                "(?s)\r\n\r\n.*(hidden\"|Jetty|Javalin|dev\\.postroad|[0-9]+\\.[0-9]+\\.[0-9]+)");
            }
        }
        for (String page : List.of("/", "/runs", "/console/other/app.js")) {
            assertThat(anywhere.raw("HEAD " + page + " HTTP/1.1", "Host: worker", "Connection: close"))
                    .matches(answer -> answer.startsWith("HTTP/1.1 200") || answer.startsWith("HTTP/1.1 404"));
        }
    }

    @Test
    void takesNoMessageWithoutTheToken() {
        String trigger = "{'graph': 'any'}";
        assertThat(anywhere.post("/api/triggers", trigger).status()).isEqualTo(401);
        assertThat(anywhere.send(
                                "POST",
                                "/api/triggers",
                                trigger,
                                "Content-Type",
                                "application/json",
                                "Authorization",
                                "bearer " + TOKEN)
                        .status())
                .isEqualTo(202);
    }

    @Test
    void keepsATokenInACookieThatNoPageOfAStrangerCanUse() {
        String json = "Content-Type";
        Caller.Reply refused =
                anywhere.send("POST", "/api/session", "{'token': 'x'}", json, "application/json", "X-Postroad", "1");
        assertThat(refused.status()).isEqualTo(401);
        Caller.Reply unmarked =
                anywhere.send("POST", "/api/session", "{'token': '" + TOKEN + "'}", json, "application/json");
        assertThat(unmarked.status()).isEqualTo(403);
        String answer = anywhere.raw(
                "POST /api/session HTTP/1.1",
                "Host: worker:8080",
                "X-Postroad: console",
                "Content-Type: application/json",
                "Content-Length: 29",
                "Connection: close",
                "",
                "{\"token\":\"" + TOKEN + "\"}");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain(TOKEN);
        String cookie = "postroad-token=" + new Credentials(TOKEN).encoded();
        assertThat(answer).contains(cookie);
        assertThat(anywhere.get("/api/me", "Cookie", cookie).status()).isEqualTo(200);
        assertThat(anywhere.get("/api/me", "Cookie", "postroad-token=%").status())
                .isEqualTo(401);
        // With the cookie alone, as a form of another port of this host would send it.
        assertThat(posted("Cookie", cookie)).isEqualTo(401);
        assertThat(posted("Cookie", cookie, "X-Postroad", "1", "Origin", "http://evil.example"))
                .isEqualTo(401);
        assertThat(posted("Cookie", cookie, "X-Postroad", "1", "Origin", "null"))
                .isEqualTo(401);
        assertThat(posted("Cookie", cookie, "X-Postroad", "1", "Origin", "http://127.0.0.1:" + anywhere.port()))
                .isEqualTo(202);
        assertThat(posted("Cookie", cookie, "X-Postroad", "1")).isEqualTo(202);
    }

    private static int posted(String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return anywhere.send("POST", "/api/triggers", "{'graph': 'any'}", all.toArray(String[]::new))
                .status();
    }

    @Test
    void handsItsPagesToAnybodyAsTheyTellNothing() {
        for (String page : List.of("/", "/runs", "/runs/some-run", "/sign-in")) {
            assertThat(anywhere.raw("GET " + page + " HTTP/1.1", "Host: worker", "Connection: close"))
                    .startsWith("HTTP/1.1 200")
                    .contains("Content-Security-Policy: default-src 'none'; script-src 'self'", "<div id=\"app\">");
        }
        assertThat(anywhere.get("/console/other/app.js").status()).isEqualTo(404);
    }

    @Test
    void showsWhoeverLooksWithABrowserAPageWhereThereIsNone() {
        assertThat(here.raw(
                        "GET /nowhere HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Accept: text/html,*/*;q=0.8"))
                .startsWith("HTTP/1.1 404")
                .contains("Content-Security-Policy: default-src 'none'; script-src 'self'", "<a href=\"/\">");
        for (String path : List.of("/nowhere", "/console/other/app.js")) {
            assertThat(here.get(path, "Accept", "*/*").json().at("/error/code").asText())
                    .isEqualTo("not-found");
        }
        assertThat(here.get("/api/nowhere", "Accept", "text/html,*/*")
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("not-found");
    }

    @Test
    void tellsAnybodyWhetherTheWorkerIsThere() {
        Site.await("it lives", () -> anywhere.get("/health/live").status() == 200);
        Site.await("it is ready", () -> anywhere.get("/health/ready").status() == 200);
    }

    @Test
    void tellsWhyAWorkerIsNotWellOnlyToThoseWhoKnowTheToken() {
        SITE.apply("agent: secretive\nkind: java\nprovider: test-puppet");
        Site.await("the agent is there", () -> here.get("/api/agents/secretive").status() == 200);
        here.post("/api/agents/secretive/disable", "{'why': 'the supplier went bankrupt'}");
        for (String path : List.of("/health", "/health/ready")) {
            Site.await(
                    "those who know the token are told",
                    () -> anywhere.get(path, "Authorization", "Bearer " + TOKEN)
                            .text()
                            .contains("secretive: a person disabled it: the supplier went bankrupt"));
            for (Caller.Reply reply : List.of(anywhere.get(path), anywhere.get(path, "Authorization", "Bearer x"))) {
                assertThat(reply.json().at("/parts/agents")).isEqualTo(Site.json("{'state': 'degraded'}"));
                assertThat(reply.text()).doesNotContain("secretive", "why");
            }
            Site.await("this machine is told", () -> here.get(path).text().contains("bankrupt"));
            assertThat(here.raw("GET " + path + " HTTP/1.1", "Host: evil.example", "Connection: close"))
                    .startsWith("HTTP/1.1 200")
                    .contains("degraded")
                    .doesNotContain("secretive");
        }
        here.post("/api/agents/secretive/enable", "{}");
    }

    @Test
    void nobodyGuessesTokensAtItsHealthWithoutAPause() {
        String[] right = {"Authorization", "Bearer " + TOKEN};
        SITE.apply("agent: guarded\nkind: java\nprovider: test-puppet");
        Site.await("the agent is there", () -> here.get("/api/agents/guarded").status() == 200);
        here.post("/api/agents/guarded/disable", "{'why': 'for the test'}");
        Site.await("it is told", () -> anywhere.get("/health", right).text().contains("guarded"));
        for (int guess = 0; guess < 5; guess++) {
            assertThat(anywhere.get("/health/ready", "Authorization", "Bearer guess-" + guess)
                            .text())
                    .doesNotContain("guarded");
        }
        assertThat(anywhere.get("/health/ready", right).text())
                .as("whoever guesses does not learn there that it was right")
                .doesNotContain("guarded");
        long begun = System.nanoTime();
        anywhere.get("/health", "Authorization", "Bearer guess-5");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(90));
        for (String path : List.of("/health", "/health/ready")) {
            assertThat(anywhere.get(path, right).text())
                    .as("who knows one is told, and forgiven")
                    .contains("guarded");
        }
        here.post("/api/agents/guarded/enable", "{}");
    }

    /** A page of a stranger's can have its name point to this machine; the browser then takes it for its own server. */
    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "10.0.0.1", "0.0.0.0"})
    void answersNoPageThatCallsThisMachineByAnotherName(String host) {
        assertThat(here.raw("GET /api/runs HTTP/1.1", "Host: " + host, "Connection: close"))
                .startsWith("HTTP/1.1 403")
                .contains("\"code\":\"forbidden\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:8080", "postroad.localhost"})
    void answersWhoeverKnowsItAsThisMachine(String host) {
        assertThat(here.raw("GET /api/runs HTTP/1.1", "Host: " + host, "Connection: close"))
                .startsWith("HTTP/1.1 200");
    }

    /** What a page may post across origins without asking first. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain; application/json"
            })
    void takesNoMessageThatAPageOfAStrangerCanSend(String type) {
        Caller.Reply reply = here.send("POST", "/api/triggers", "{'graph': 'any'}", "Content-Type", type);
        assertThat(reply.status()).isEqualTo(415);
    }

    @Test
    void makesOneShapeOfWhatTheServerItselfRefuses() {
        assertThat(here.raw("GET /api/runs?x=%zz HTTP/1.1", "Host: localhost", "Connection: close"))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":{\"code\":\"bad-request\"");
        assertThat(here.raw("GET /api/../../etc/passwd HTTP/1.1", "Host: localhost", "Connection: close"))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":{\"code\":\"bad-request\"");
        assertThat(here.raw(
                        "GET /api/runs HTTP/1.1", "Host: localhost", "X: " + "x".repeat(20_000), "Connection: close"))
                .startsWith("HTTP/1.1 431")
                .contains("\"error\":{\"code\":\"bad-request\"");
    }
}
