package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class McpCommandTest {
    private static final String TOKEN = "0123456789-abcdef";
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";

    @Test
    void handsMessagesToAWorkerAndAnswersBack(@TempDir Path data) throws IOException {
        List<String> sent = new CopyOnWriteArrayList<>();
        HttpServer worker = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        worker.createContext("/mcp", exchange -> {
            String message = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            sent.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + message);
            int status = message.contains("ping") ? 200 : message.contains("notifications") ? 202 : 403;
            byte[] answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        worker.start();
        String url = "http://127.0.0.1:" + worker.getAddress().getPort();
        TestShell shell = new TestShell(data).set("POSTROAD_HTTP_TOKEN", TOKEN).in("""
                {"jsonrpc":"2.0","id":1,"method":"ping"}

                {"jsonrpc":"2.0","method":"notifications/initialized"}
                {"jsonrpc":"2.0","id":"b","method":"tools/call"}
                """);
        try {
            assertThat(shell.run("mcp", "--url", url)).isZero();
        } finally {
            worker.stop(0);
        }
        assertThat(sent).hasSize(3).allMatch(message -> message.startsWith("Bearer " + TOKEN + " {"));
        assertThat(shell.out().lines().toList())
                .hasSize(2)
                .first()
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        assertThat(shell.out())
                .contains("\"id\":\"b\"", "the worker answered 403")
                .doesNotContain(TOKEN);
        assertThat(new TestShell(data).in("{\"id\": 7}\n").run("mcp", "--url", url))
                .isZero();
    }

    @Test
    void speaksToAWorkerThatEncryptsWhereItsCertificateIsTrusted(@TempDir Path data) throws Exception {
        Path keys = data.resolve("keys.p12");
        HttpsServer worker = TestKeys.worker(keys, "/mcp", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        String url = "https://127.0.0.1:" + worker.getAddress().getPort();
        String pem = TestKeys.certificate(keys, data.resolve("ca.pem")).toString();
        try {
            TestShell trusting =
                    new TestShell(data).set("POSTROAD_HTTP_TLS_CA", pem).in(PING);
            assertThat(trusting.run("mcp", "--url", url)).as(trusting.err()).isZero();
            assertThat(trusting.out()).contains("\"result\":{}");
            TestShell stranger =
                    new TestShell(data).set("POSTROAD_HTTP_TOKEN", TOKEN).in(PING);
            assertThat(stranger.run("mcp", "--url", url)).isZero();
            assertThat(stranger.out())
                    .contains("\"id\":1", "no worker answers at " + url, "its CA by POSTROAD_HTTP_TLS_CA")
                    .doesNotContain(TOKEN);
        } finally {
            worker.stop(0);
        }
    }
}
