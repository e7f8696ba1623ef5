package dev.postroad.runtime.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.RawServer;
import dev.postroad.runtime.agent.attempt.StubServer;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpAgentStreamTest {
    private static final int MOST_BYTES = 1_000;

    private final AgentClients clients = new AgentClients(Calls.environment().withMaxAnswerBytes(MOST_BYTES));
    private final List<String> shown = new CopyOnWriteArrayList<>();
    private StubServer server;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
    }

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-ndjson",
                "application/jsonl",
                "Application/X-NDJSON; charset=utf-8",
                "application/ndjson"
            })
    void showsTheChunksOfLinesAndTakesTheLastLineForTheAnswer(String type) throws Exception {
        server.answers(
                200,
                "{\"chunk\": \"Äh, \"}\n\n{\"chunk\": \"well\"}\r\n"
                        + "{\"output\": {\"draft\": 1}, \"usage\": {\"outputTokens\": 2}}",
                "Content-Type",
                type);

        assertThat(call()).isEqualTo(new Completed(Calls.json("{'draft':1}"), new Usage(0, 2)));
        assertThat(shown).containsExactly("Äh, ", "well");
        assertThat(server.request().header("Accept"))
                .isEqualTo("application/json, application/x-ndjson, text/event-stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void showsTheChunksOfServerSentEvents(String end) throws Exception {
        server.answersEvents(String.join(
                end,
                "\uFEFFdata: {\"chunk\": \"Äh, \"}",
                "",
                ": still there",
                "",
                "id: 7",
                "event: piece",
                "data: {\"chunk\":",
                "data: \"well\"}",
                "",
                "data: [DONE]",
                "",
                "data: {\"interrupt\": \"Publish?\"}",
                "",
                ""));

        assertThat(call()).isEqualTo(new Interrupted(Calls.json("'Publish?'")));
        assertThat(shown).containsExactly("Äh, ", "well");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/x-ndjson | ``",
                "application/x-ndjson | {\"chunk\":\"a\"}~",
                "application/x-ndjson | {\"chunk\":\"a\"}~{\"outp",
                "text/event-stream | ``",
                "text/event-stream | data: {\"chunk\":\"a\"}~~data: [DONE]~~",
                "text/event-stream | data: {\"chunk\":\"a\"}~~data: {\"outp",
            })
    void letsAStreamThatEndsWithoutAnAnswerBeRetried(String type, String body) throws Exception {
        server.answers(200, body.replace('~', '\n'), "Content-Type", type);

        assertThat(call()).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("http.cut-off");
            assertThat(fault.retryable()).isTrue();
            assertThat(fault.message()).contains("ended without an answer");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-ndjson | <html>~</html>~ | is not JSON",
                "application/x-ndjson | <html>~ | is not JSON",
                "application/x-ndjson | [] | must be an object",
                "application/x-ndjson | {\"answer\":42} | output: is missing",
                "application/x-ndjson | {\"chunk\":7}~ | chunk is no text",
                "application/x-ndjson | {\"chunk\":\"a\",\"output\":1}~ | chunk stands beside the answer",
                "text/event-stream | data: hello~~data: {\"output\":1}~~ | is not JSON",
                "text/event-stream | data: {\"chunk\":{}}~~ | chunk is no text",
            })
    void saysWhatIsWrongWithAMessage(String type, String body, String problem) throws Exception {
        server.answers(200, body.replace('~', '\n'), "Content-Type", type);

        assertThat(call()).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("http.bad-answer");
            assertThat(fault.retryable()).isFalse();
            assertThat(fault.message()).contains(problem);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-ndjson | {\"chunk\":null}~{\"chunk\":\"a\"}~{}~",
                "application/x-ndjson | {\"chunk\":\"a\"}~null~",
                "text/event-stream | data: {\"chunk\":\"a\"}~~data: {\"output\":null}~~",
            })
    void aStreamMayEndWithNothingToWrite(String type, String body) throws Exception {
        server.answers(200, body.replace('~', '\n'), "Content-Type", type);
        assertThat(call()).isEqualTo(AgentReply.completed(NullNode.instance));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "data: "})
    void stopsReadingAMessageThatIsTooLong(String prefix) throws Exception {
        String text = "x".repeat(MOST_BYTES);
        String gap = prefix.isEmpty() ? "\n" : "\n\n";
        server.answers(
                200,
                prefix + "{\"chunk\": \"a\"}" + gap + prefix + "{\"output\": \"" + text + "\"}" + gap,
                "Content-Type",
                prefix.isEmpty() ? "application/jsonl" : "text/event-stream");

        assertThat(call())
                .isEqualTo(AgentReply.permanent(
                        "http.answer-too-large", "answered with a message of more than 1000 bytes"));
    }

    @Test
    void stopsReadingWhatDoesNotEnd() throws Exception {
        server.answers(200, "{\"chunk\":\"x\"}\n".repeat(10_000), "Content-Type", "application/x-ndjson");

        assertThat(call()).isEqualTo(AgentReply.permanent("http.answer-too-large", "answered more than 64000 bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "text/event-stream"})
    void isCutOffByAnInterruptAndByABreakOfTheConnection(String type) throws Exception {
        try (RawServer raw = RawServer.start();
                AgentClient client = clients.open(Calls.agent("http", "url: " + raw.url()))) {
            BackgroundCall stopped = new BackgroundCall(client, chunksGoTo(shown));
            try (Socket socket = beginStream(raw, type)) {
                Site.await("the chunk is shown while the agent works", () -> !shown.isEmpty());
                stopped.interrupt();
                assertThat(stopped.thrown()).isInstanceOf(InterruptedException.class);
                RawServer.awaitHangUp(socket);
            }
            BackgroundCall broken = new BackgroundCall(client, chunksGoTo(shown));
            try (Socket socket = beginStream(raw, type)) {
                Site.await("the chunk is shown again", () -> shown.size() == 2);
                RawServer.reset(socket);
                assertThat(broken.reply()).isInstanceOfSatisfying(Faulted.class, fault -> {
                    assertThat(fault.type()).isEqualTo("http.connection");
                    assertThat(fault.retryable()).isTrue();
                });
            }
        }
    }

    private static Socket beginStream(RawServer raw, String type) throws IOException {
        Socket socket = raw.accept();
        String message = (type.startsWith("text") ? "data: " : "") + "{\"chunk\": \"a\"}\n\n";
        RawServer.send(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(message.length()) + "\r\n" + message + "\r\n");
        return socket;
    }

    private static AgentCall chunksGoTo(List<String> target) {
        return Calls.with(Calls.json("{}"), target::add);
    }

    private AgentReply call() throws Exception {
        try (AgentClient client = clients.open(Calls.agent("http", "url: " + server.url()))) {
            return client.call(chunksGoTo(shown));
        }
    }
}
