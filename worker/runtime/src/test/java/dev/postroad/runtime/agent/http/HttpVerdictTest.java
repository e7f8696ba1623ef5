package dev.postroad.runtime.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpVerdictTest {
    private static final HttpAnswer ANSWER =
            new HttpAnswer(new RemoteFaults("http", Excerpt.PLAIN, InstantSource.fixed(Calls.NOW)));

    @Test
    void whateverAnAgentMayAnswerIsTheEndOfTheWork() {
        assertThat(over("{'output': {'draft': 1}, 'usage': {'inputTokens': 3}, 'goto': 'b'}"))
                .isEqualTo(new Completed(Calls.json("{'draft': 1}"), new Usage(3, 0), List.of(Goto.node("b"))));
        assertThat(over("{'output': null}")).isEqualTo(AgentReply.completed(NullNode.instance));
        assertThat(over("{'goto': 'b'}")).isInstanceOf(Completed.class);
        assertThat(over("{'interrupt': 'sure?'}")).isInstanceOf(Interrupted.class);
        assertThat(over("{'sleep': 'PT1M'}")).isEqualTo(new Sleeping(Duration.ofMinutes(1), Usage.NONE));
        assertThat(over("{'notDone': false, 'underWay': null, 'output': {}}")).isInstanceOf(Completed.class);
    }

    @Test
    void soIsItsError() {
        assertThat(over("{'error': {'type': 'card-declined', 'message': 'no money', 'retryable': false},"
                        + " 'usage': {'outputTokens': 4}}"))
                .isEqualTo(new Faulted("card-declined", "no money", false, null, new Usage(0, 4)));
        assertThat(over("{'error': {'retryAfter': 'PT5S'}}"))
                .isEqualTo(new Faulted("http.error", "the agent gave no reason", true, Duration.ofSeconds(5)));
    }

    @Test
    void nothingWasDoneOrTheWorkIsUnderWay() {
        assertThat(read("{'notDone': true, 'why': 'no such charge'}")).isEqualTo(new HttpVerdict.NotDone());
        assertThat(read("{'underWay': true}")).isEqualTo(new HttpVerdict.UnderWay(Duration.ofSeconds(9)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                   | malformed
            null                                 | must be an object
            []                                   | must be an object
            {}                                   | does not say what came of the call; answer {"output": …} where it is done, {"notDone": true} or {"underWay": true}
            {'draft': 1}                         | does not say what came of the call
            {'notDone': false}                   | does not say what came of the call
            {'notDone': 'yes'}                   | notDone: must be true or false
            {'notDone': true, 'output': {}}      | output: stands beside notDone; keep one of the two
            {'notDone': true, 'underWay': true}  | underWay: stands beside notDone; keep one of the two
            {'underWay': true, 'error': {}}      | error: stands beside underWay; keep one of the two
            {'error': 'broke'}                   | error: must be an object
            {'error': {'retryAfter': 'soon'}}    | error.retryAfter: is the text "soon"
            {'interrupt': 1, 'output': 2}        | output: stands beside interrupt
            """)
    void anAnswerThatDoesNotSayIsNone(String body, String problem) {
        assertThat(read(body)).isInstanceOfSatisfying(HttpVerdict.Unknown.class, unknown -> {
            assertThat(unknown.why().type()).isEqualTo("http.bad-answer");
            if (!problem.equals("malformed")) {
                assertThat(unknown.why().message()).contains(problem);
            }
        });
    }

    @Test
    void whatTheAgentLoggedIsWritten() {
        List<String> written = new ArrayList<>();
        HttpVerdict.read(
                bytes("{'notDone': true, 'logs': ['looked']}"),
                Calls.logged((level, message, fields) -> written.add(message)),
                ANSWER,
                null);
        assertThat(written).containsExactly("looked");
    }

    private static AgentReply over(String body) {
        return ((HttpVerdict.Over) read(body)).reply();
    }

    private static HttpVerdict read(String body) {
        return HttpVerdict.read(bytes(body), Calls.with("{}"), ANSWER, Duration.ofSeconds(9));
    }

    private static byte[] bytes(String body) {
        return body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
