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

    @Test
    void trustsTheCertificatesThatAreSetWhereAWorkerEncrypts(@TempDir Path data) throws Exception {
        Path keys = data.resolve("keys.p12");
        HttpsServer worker = TestKeys.worker(keys, "/health", "{\"status\":\"ok\",\"parts\":{}}");
        try {
            String port = String.valueOf(worker.getAddress().getPort());
            String url = "https://127.0.0.1:" + port;
            Path pem = TestKeys.certificate(keys, data.resolve("ca.pem"));
            TestShell stranger = new TestShell(data);
            assertThat(stranger.run("health", "--url", url)).isEqualTo(1);
            assertThat(stranger.err())
                    .contains("no worker answers at " + url, "its CA by POSTROAD_HTTP_TLS_CA, and the worker as its");
            TestShell plain = new TestShell(data);
            assertThat(plain.run("health", "--url", "http://127.0.0.1:" + port)).isEqualTo(1);
            assertThat(plain.err())
                    .contains("does not speak HTTP", "begin the address with https://")
                    .doesNotContain("Exception");
            TestShell trusting = new TestShell(data).set("POSTROAD_HTTP_TLS_CA", pem.toString());
            assertThat(trusting.run("health", "--url", url)).as(trusting.err()).isZero();
            TestShell here = new TestShell(data)
                    .set("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
                    .set("POSTROAD_HTTP_PORT", port)
                    .set("POSTROAD_HTTP_TLS_CERT", pem.toString());
            assertThat(here.run("health")).as(here.err()).isZero();
            TestShell wrong = new TestShell(data).set("POSTROAD_HTTP_TLS_CA", "/no/such/ca.pem");
            assertThat(wrong.run("health", "--url", url)).isEqualTo(2);
            assertThat(wrong.err())
                    .contains("POSTROAD_HTTP_TLS_CA", "/no/such/ca.pem cannot be read (NoSuchFileException)");
        } finally {
            worker.stop(0);
        }
    }
}
