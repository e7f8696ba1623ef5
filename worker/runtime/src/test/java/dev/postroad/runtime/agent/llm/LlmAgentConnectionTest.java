package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Events;
import dev.postroad.runtime.agent.attempt.RawServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LlmAgentConnectionTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private RawServer server;
    private AgentClients clients;

    @BeforeEach
    void start() throws IOException {
        server = RawServer.start();
        clients = new AgentClients(Calls.environment().withLlm(server.url(), null, "m"));
    }

    @AfterEach
    void stop() throws IOException {
        clients.close();
        server.close();
    }

    @Test
    void retriesWhereNobodyListens() throws Exception {
        server.close();

        assertConnectionFault(client().call(Calls.with("{}")));
    }

    @Test
    void retriesWhereTheConnectionIsResetInTheMiddleOfAStream() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        BackgroundCall call = new BackgroundCall(client(), Calls.with(Calls.json("{}"), piece -> heard.countDown()));
        Socket socket = server.accept();
        RawServer.send(socket, HEAD + Events.piece("Hel"));
        heard.await();
        RawServer.reset(socket);

        assertConnectionFault(call.reply());
    }

    @Test
    void retriesWhereTheModelIsSilentUntilTheDeadline() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.dueAt(Calls.NOW.plusMillis(200)));
        try (Socket socket = server.accept()) {
            assertFault(call.reply(), "timeout");
            RawServer.awaitHangUp(socket);
        }
    }

    @Test
    void aModelThatTalksBeyondTheDeadlineIsLateToo() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Calls.NOW);
        try (AgentClients timed =
                new AgentClients(AgentEnvironment.of(Map.of(), now::get).withLlm(server.url(), null, "m"))) {
            CountDownLatch heard = new CountDownLatch(1);
            BackgroundCall call = new BackgroundCall(
                    timed.open(Calls.agent("llm")), Calls.with(Calls.json("{}"), piece -> heard.countDown()));
            try (Socket socket = server.accept()) {
                RawServer.send(socket, HEAD + Events.piece("Hel"));
                heard.await();
                now.set(Calls.DEADLINE.plusMillis(1));
                RawServer.send(socket, Events.piece("lo"));

                assertFault(call.reply(), "timeout");
                RawServer.awaitHangUp(socket);
            }
        }
    }

    @Test
    void anInterruptHangsUpOnASilentModel() throws Exception {
        BackgroundCall call = new BackgroundCall(client(), Calls.with("{}"));
        try (Socket socket = server.accept()) {
            call.interrupt();

            assertThat(call.thrown()).isInstanceOf(InterruptedException.class);
            RawServer.awaitHangUp(socket);
        }
    }

    @Test
    void anInterruptHangsUpOnATalkingModel() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        BackgroundCall call = new BackgroundCall(client(), Calls.with(Calls.json("{}"), piece -> heard.countDown()));
        try (Socket socket = server.accept()) {
            RawServer.send(socket, HEAD + Events.piece("Hel"));
            heard.await();
            call.interrupt();

            assertThat(call.thrown()).isInstanceOf(InterruptedException.class);
            RawServer.awaitHangUp(socket);
        }
    }

    private AgentClient client() throws Exception {
        return clients.open(Calls.agent("llm"));
    }

    private static void assertConnectionFault(AgentReply reply) {
        assertFault(reply, "llm.connection");
    }

    private static void assertFault(AgentReply reply, String type) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo(type);
            assertThat(fault.retryable()).isTrue();
        });
    }
}
