package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
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
final class HealthCommandTest {
    private static final String TOKEN = "0123456789-abcdef";

    @Test
    void sendsTheTokenSoThatItIsToldWhyAWorkerIsNotWell(@TempDir Path data) throws IOException {
        List<String> sent = new CopyOnWriteArrayList<>();
        HttpServer worker = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        worker.createContext("/health", exchange -> {
            sent.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] report = "{\"status\":\"bad\",\"parts\":{\"kafka\":{\"state\":\"bad\",\"why\":\"it is away\"}}}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(503, report.length);
            exchange.getResponseBody().write(report);
            exchange.close();
        });
        worker.start();
        try {
            String url = "http://127.0.0.1:" + worker.getAddress().getPort();
            TestShell shell = new TestShell(data).set("POSTROAD_HTTP_TOKEN", TOKEN);
            assertThat(shell.run("health", "--url", url)).isEqualTo(1);
            assertThat(shell.out()).matches("kafka +bad +it is away\n");
            TestShell unfit = new TestShell(data).set("POSTROAD_HTTP_TOKEN", "a line\nand another");
            assertThat(unfit.run("health", "--url", url)).isEqualTo(1);
            assertThat(unfit.err()).doesNotContain("another");
            assertThat(new TestShell(data).run("health", "--url", url)).isEqualTo(1);
        } finally {
            worker.stop(0);
        }
        assertThat(sent).containsExactly("Bearer " + TOKEN, "null", "null");
    }
}
