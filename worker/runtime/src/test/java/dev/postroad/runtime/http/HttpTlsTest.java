package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TestCertificate;
import dev.postroad.runtime.testing.TestCertificate.Kind;
import dev.postroad.runtime.tls.PemException;
import dev.postroad.runtime.tls.Trust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose callers are encrypted. */
@NullMarked
final class HttpTlsTest {
    private static final String TOKEN = "a-token-of-this-test";
    private static final TestCertificate FIRST = TestCertificate.of(Kind.EC, "first");
    private static final Site SITE = Site.open(1);

    @TempDir
    private static Path folder = Path.of("");

    private static Path certificate = Path.of("");
    private static Path key = Path.of("");
    private static int port;

    @BeforeAll
    static void start() {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        FIRST.write(certificate, key);
        port = SITE.worker(Map.of(
                        "POSTROAD_HTTP_TLS_CERT",
                        certificate.toString(),
                        "POSTROAD_HTTP_TLS_KEY",
                        key.toString(),
                        "POSTROAD_HTTP_TIMEOUT",
                        "PT2S",
                        "POSTROAD_HTTP_TOKEN",
                        TOKEN))
                .httpPort();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    /** Trusts what stands in the file now. */
    private static HttpClient client() {
        try {
            return HttpClient.newBuilder()
                    .sslContext(Trust.inAlso(List.of(certificate)))
                    .build();
        } catch (PemException unsound) {
            throw new IllegalStateException(unsound);
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                .timeout(Site.LIMIT)
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .header(Credentials.MARK, "test");
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static JsonNode health(HttpClient client) {
        try {
            return Json.readOwn(send(client, request("/health")).body()).at("/parts/tls");
        } catch (FaultsException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Whether a client that begins anew gets an answer. */
    private static boolean isAnswered() {
        try (HttpClient client = client()) {
            return send(client, request("/health/live")).statusCode() == 200;
        } catch (SSLException untrusted) {
            return false;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void keepsTheCookieToEncryptedConnections() throws IOException {
        try (HttpClient client = client()) {
            HttpResponse<String> session = send(
                    client, request("/api/session").POST(BodyPublishers.ofString("{\"token\":\"" + TOKEN + "\"}")));
            assertThat(session.statusCode()).as(session.body()).isEqualTo(200);
            assertThat(session.headers().firstValue("Set-Cookie").orElse(""))
                    .contains("Secure", "HttpOnly", "SameSite=Strict");
        }
    }

    @Test
    void answersNobodyWhoDoesNotEncrypt() {
        try (Caller plain = new Caller(port)) {
            assertThatThrownBy(() -> plain.get("/health/live")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void countsEachConnectionOnceAndEndsThoseThatNeverBegin() throws IOException {
        try (SlowCaller silent = new SlowCaller(port);
                HttpClient client = client()) {
            Site.await("the silent one is closed, and who asks is the only one left", () -> {
                try {
                    return silent.isClosed()
                            && send(client, request("/metrics")).body().contains("postroad_http_connections 1.0\n");
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        }
    }

    @Test
    void showsANewCertificateWithoutARestart() {
        TestCertificate.of(Kind.RSA, "second").write(certificate, key);
        Site.await("the new certificate is shown", HttpTlsTest::isAnswered);
    }

    @Test
    void keepsTheCertificateOfBeforeAndSaysSoWhereTheNewOneIsBad() throws IOException {
        TestCertificate sound = TestCertificate.of(Kind.EC, "sound");
        sound.write(certificate, key);
        Site.await("the new certificate is shown", HttpTlsTest::isAnswered);
        try (HttpClient client = client()) {
            Files.writeString(key, "no key");
            Site.await("it is told", () -> health(client).path("state").asText().equals("degraded"));
            assertThat(health(client).path("why").asText())
                    .isEqualTo("the certificate of before stays: " + key
                            + " has no private key; name a PEM file with a block -----BEGIN PRIVATE KEY-----");
            assertThat(isAnswered()).isTrue();
            sound.write(certificate, key);
            Site.await("it is over", () -> health(client).path("state").asText().equals("ok"));
        }
    }
}
