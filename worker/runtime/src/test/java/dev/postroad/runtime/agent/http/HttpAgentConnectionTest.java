package dev.postroad.runtime.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.RawServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class HttpAgentConnectionTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    private final AgentClients clients = new AgentClients(Calls.environment());
    private RawServer server;

    @BeforeEach
    void start() throws IOException {
        server = RawServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        clients.close();
        server.close();
    }

    @Test
    void retriesWhereNobodyListens() throws Exception {
        AgentClient client = client();
        server.close();

        assertConnectionFault(client.call(Calls.with("{}")), "could not be reached");
    }

    @Test
    void retriesWhereTheConnectionIsResetBeforeTheAnswer() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        RawServer.reset(server.accept());

        assertConnectionFault(call.reply(), "broke the connection");
    }

    @Test
    void sendsAgainAtOnceWhereTheServerHungUpOnAConnectionAtRest() throws Exception {
        AgentClient client = client();
        BackgroundCall second = hungUpOn(client);
        try (Socket other = server.accept()) {
            RawServer.send(other, ANSWER);
            assertThat(second.reply()).isInstanceOf(AgentReply.Completed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reconcile: http://127.0.0.1:9/asked", "retry: { maxAttempts: 1 }"})
    void doesNotSendAgainByItselfToAnAgentThatIsToBeAskedFirstOrTriedOnce(String setting) throws Exception {
        AgentClient client = clients.open(Calls.agent("http", "url: " + server.url() + "\n" + setting));

        assertConnectionFault(hungUpOn(client).reply(), "broke the connection");
    }

    /** It may be what is sent that has the server break down. */
    @Test
    void doesNotTryAllConnectionsAtRestOneAfterTheOther() throws Exception {
        AgentClient client = client();
        AtomicInteger sent = new AtomicInteger();
        List<Socket> sockets = atRest(client);
        sockets.forEach(socket -> Thread.ofVirtual().start(() -> hangUpOnRequest(socket, sent)));
        assertConnectionFault(new BackgroundCall(client, Calls.with("{}")).reply(), "broke the connection");
        assertThat(sent.get()).isEqualTo(5);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void findsAllConnectionsThatTheServerHungUpOnAtOnce() throws Exception {
        AgentClient client = client();
        for (Socket socket : atRest(client)) {
            socket.close();
        }
        BackgroundCall call = new BackgroundCall(client, Calls.with("{}"));
        try (Socket other = server.accept()) {
            RawServer.send(other, ANSWER);
            assertThat(call.reply()).isInstanceOf(AgentReply.Completed.class);
        }
    }

    /** More connections than a call is sent by. */
    private List<Socket> atRest(AgentClient client) throws Exception {
        List<BackgroundCall> calls = new ArrayList<>();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(new BackgroundCall(client, Calls.with("{}")));
            sockets.add(server.accept());
        }
        for (Socket socket : sockets) {
            RawServer.send(socket, ANSWER);
        }
        for (BackgroundCall call : calls) {
            assertThat(call.reply()).isInstanceOf(AgentReply.Completed.class);
        }
        return sockets;
    }

    private static void hangUpOnRequest(Socket socket, AtomicInteger requests) {
        try (socket) {
            RawServer.awaitRequest(socket);
            requests.incrementAndGet();
        } catch (IOException over) {
            // Nothing came before the end of the test.
        }
    }

    /** The second call of two on one connection, of which the server has read the first of the request. */
    private BackgroundCall hungUpOn(AgentClient client) throws Exception {
        BackgroundCall first = new BackgroundCall(client, Calls.with("{}"));
        try (Socket socket = server.accept()) {
            RawServer.send(socket, ANSWER);
            assertThat(first.reply()).isInstanceOf(AgentReply.Completed.class);
            BackgroundCall second = new BackgroundCall(client, Calls.with("{}"));
            RawServer.awaitRequest(socket);
            return second;
        }
    }

    @Test
    void retriesWhereTheAnswerBreaksOff() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"output\":");
        }

        assertConnectionFault(call.reply(), "broke the connection");
    }

    @Test
    void retriesWhereTheServerIsSilentUntilTheDeadline() throws Exception {
        Instant soon = Calls.NOW.plusMillis(200);
        BackgroundCall call = new BackgroundCall(client(), Calls.dueAt(soon));
        try (Socket socket = server.accept()) {
            assertFault(call.reply(), "timeout", "did not answer in time");
            RawServer.awaitHangUp(socket);
        }
    }

    @Test
    void anInterruptHangsUpOnASilentServer() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            call.interrupt();

            assertThat(call.thrown()).isInstanceOf(InterruptedException.class);
            RawServer.awaitHangUp(socket);
        }
    }

    /** Often, as the interrupt may come just when the headers do: of 4,000 connections 11 stayed. */
    @RepeatedTest(300)
    void anInterruptHangsUpInTheMiddleOfAnAnswer() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"output\":");
            call.interrupt();

            assertThat(call.thrown()).isInstanceOf(InterruptedException.class);
            RawServer.awaitHangUp(socket);
        }
    }

    @Test
    void hangsUpOnAnAnswerWithoutEnd() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            RawServer.send(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + "x".repeat(1 << 16) + "\r\n";
            for (int i = 0; i <= AgentEnvironment.DEFAULT_MAX_ANSWER_BYTES >> 16; i++) {
                RawServer.send(socket, chunk);
            }

            assertThat(call.reply())
                    .isEqualTo(AgentReply.permanent("http.answer-too-large", "answered more than 1048576 bytes"));
            RawServer.awaitHangUp(socket);
        }
    }

    @Test
    void closingTheWorkerAbortsCalls() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            clients.close();

            assertConnectionFault(call.reply(), "broke the connection");
            RawServer.awaitHangUp(socket);
        }
    }

    private AgentClient client() throws Exception {
        return clients.open(Calls.agent("http", "url: " + server.url()));
    }

    private static void assertConnectionFault(AgentReply reply, String what) {
        assertFault(reply, "http.connection", what);
    }

    private static void assertFault(AgentReply reply, String type, String what) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo(type);
            assertThat(fault.retryable()).isTrue();
            assertThat(fault.message()).startsWith("127.0.0.1:").contains(what);
        });
    }
}
