package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import okhttp3.internal.http2.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WebTest {
    private static final char[] PASSWORD = "none".toCharArray();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-29T09:00:00Z"));
    private final MockWebServer server = new MockWebServer();
    private Web.Trust trust;
    private Web web;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        TestCertificate own = TestCertificate.of(TestCertificate.Kind.EC, "localhost");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("own", own.certificate());
        trust = new Web.Trust(context(own, Web.manager(trusted)), Web.manager(trusted));
        server.useHttps(trust.context().getSocketFactory());
        web = within(Reach.DEFAULT);
    }

    private Web within(Reach reach) {
        return new Web(Duration.ofSeconds(10), now::get, reach, trust, Duration.ofSeconds(1));
    }

    private static SSLContext context(TestCertificate own, X509TrustManager trust)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        store.setKeyEntry("own", own.keys().getPrivate(), PASSWORD, new Certificate[] {own.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {trust}, null);
        return context;
    }

    @AfterEach
    void stop() {
        web.close();
        server.close();
    }

    private ServerAnswer call() throws Exception {
        return call("{}");
    }

    private ServerAnswer call(String body) throws Exception {
        return call(body, server.getPort());
    }

    private ServerAnswer call(Web bounded) throws Exception {
        return call(bounded, "{}", server.getPort());
    }

    private ServerAnswer call(String body, int port) throws Exception {
        return call(web, body, port);
    }

    private static ServerAnswer call(Web by, String body, int port) throws Exception {
        URI address = URI.create("https://localhost:" + port + "/v1");
        return by.send(new Post(address, body.getBytes(StandardCharsets.UTF_8)), Duration.ofSeconds(30));
    }

    private static String text(ServerAnswer answer) throws IOException {
        try (var body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void speaksHttp2WithWhoOffersIt() throws Exception {
        server.start();
        server.enqueue(new MockResponse.Builder().body("one").build());
        assertThat(text(call())).isEqualTo("one");
        assertThat(server.takeRequest().getVersion()).isEqualTo("HTTP/2");
    }

    @Test
    void speaksHttp1WithWhoDoesNot() throws Exception {
        server.setProtocols(List.of(Protocol.HTTP_1_1));
        server.start();
        server.enqueue(new MockResponse.Builder().body("one").build());
        assertThat(text(call())).isEqualTo("one");
        assertThat(server.takeRequest().getVersion()).isEqualTo("HTTP/1.1");
    }

    /** As where a name is looked up anew between the look at it and the connection. */
    @Test
    void sendsNothingWhereAConnectionLeadsOutOfReach() throws Exception {
        server.start();
        for (String listed : List.of("10.0.0.0/8", "localhost:1", "*.internal")) {
            try (Web bounded = within(Reach.of(listed))) {
                assertThatThrownBy(() -> call(bounded)).isInstanceOf(OutOfReachException.class);
            }
        }
        for (String listed : List.of("127.0.0.0/8,::1", "localhost")) {
            try (Web bounded = within(Reach.of(listed))) {
                server.enqueue(new MockResponse.Builder().body("one").build());
                assertThat(text(call(bounded))).isEqualTo("one");
            }
        }
        assertThat(server.getRequestCount()).isEqualTo(2);
    }

    /** As servers do after some seconds; who sends on such a connection hears nothing but that it is broken. */
    @Test
    void sendsNothingOnAConnectionThatTheServerHungUpOn() throws Exception {
        server.setProtocols(List.of(Protocol.HTTP_1_1));
        server.start();
        server.enqueue(new MockResponse.Builder()
                .body("one")
                .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
        server.enqueue(new MockResponse.Builder().body("two").build());
        server.enqueue(new MockResponse.Builder().body("three").build());
        assertThat(text(call())).isEqualTo("one");
        now.set(now.get().plusSeconds(5));
        assertThat(text(call())).isEqualTo("two");
        now.set(now.get().plusSeconds(5));
        assertThat(text(call())).isEqualTo("three");
        assertThat(List.of(exchange(), exchange(), exchange())).containsExactly(0, 0, 1);
    }

    /** How many were made before on the connection of the next request. */
    private int exchange() throws InterruptedException {
        return server.takeRequest().getExchangeIndex();
    }

    /** A server's system acknowledges what it waits for more of after 40 ms. */
    @Test
    void holdsNoEndOfARequestBackUntilItsBeginningIsAcknowledged() throws Exception {
        server.setProtocols(List.of(Protocol.HTTP_1_1));
        server.start();
        List<Duration> ofLong = new ArrayList<>();
        List<Duration> ofShort = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ofLong.add(timeOf("x".repeat(20_000)));
            ofShort.add(timeOf("x"));
        }
        assertThat(quick(ofLong)).isLessThan(quick(ofShort).multipliedBy(20));
    }

    private Duration timeOf(String body) throws Exception {
        // In one piece, as the server holds ends back too.
        server.enqueue(new MockResponse.Builder().code(204).build());
        Instant begun = Instant.now();
        assertThat(text(call(body))).isEmpty();
        return Duration.between(begun, Instant.now());
    }

    /** What a quarter of them took at most; of those after the first, to which a system acknowledges all at once. */
    private static Duration quick(List<Duration> times) {
        return times.subList(20, 40).stream().sorted().toList().get(5);
    }

    /** Whether and when to call again is not for OkHttp to decide, which has a mind of its own on this one. */
    @Test
    void callsOnceThoughTheServerWantsToBeCalledAgainAtOnce() throws Exception {
        server.start();
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .setHeader("Retry-After", "0")
                .body("later")
                .build());
        server.enqueue(new MockResponse.Builder().body("again").build());
        ServerAnswer answer = call();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(text(answer)).isEqualTo("later");
        assertThat(server.getRequestCount()).isOne();
    }

    /** As where a balancer or a firewall forgets a connection: its end never comes. */
    @Test
    void leavesAConnectionThatManyCallsShareOnceNothingComesOverIt() throws Exception {
        server.start();
        server.enqueue(new MockResponse.Builder().body("one").build());
        server.enqueue(new MockResponse.Builder().body("two").build());
        try (Relay relay = Relay.to(server.getPort(), Integer.MAX_VALUE)) {
            assertThat(text(call("{}", relay.port()))).isEqualTo("one");
            relay.fallSilent();
            assertThatThrownBy(() -> call("{}", relay.port()))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(HttpTimeoutException.class);
            assertThat(text(call("{}", relay.port()))).isEqualTo("two");
        }
    }

    /** Model providers take a hundred calls on a connection, and a worker may have thousands under way. */
    @Test
    void makesMoreCallsAtOnceThanAConnectionTakes() throws Exception {
        Settings few = new Settings();
        few.set(Settings.MAX_CONCURRENT_STREAMS, 4);
        int calls = 40;
        CountDownLatch come = new CountDownLatch(5);
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                if (request.getExchangeIndex() > 0 || request.getConnectionIndex() > 0) {
                    come.countDown();
                    boolean _ = come.await(20, TimeUnit.SECONDS);
                }
                return new MockResponse.Builder().settings(few).body("done").build();
            }
        });
        server.start();
        assertThat(text(call())).isEqualTo("done");
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            answers.add(answer);
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(text(call()));
                } catch (Exception failed) {
                    answer.completeExceptionally(failed);
                }
            });
        }
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("done");
        }
    }
}
