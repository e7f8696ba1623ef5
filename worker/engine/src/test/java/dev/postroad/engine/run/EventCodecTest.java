package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class EventCodecTest {
    private static final int MOST = 16 << 10;

    /** What is written of a character is one byte, two, or six for a control character. */
    @ParameterizedTest
    @CsvSource({"97, 1", "228, 2", "1, 6"})
    void whatAnAgentWasHandedIsTheEventsUpToSixteenKilobytesAndItsLengthFromThereOn(int character, int bytes)
            throws FaultsException {
        String most = Character.toString(character).repeat((MOST - 2) / bytes);
        assertThat(handed(most).path("input").asText()).isEqualTo(most);
        String more = most + Character.toString(character);
        JsonNode data = handed(more);
        assertThat(data.has("input")).isFalse();
        assertThat(data.path("omittedInputBytes").asInt()).isEqualTo(2 + more.length() * bytes);
    }

    @Test
    void whatAModelUsedAndWhyItEndedIsInTheEvent() throws FaultsException {
        Usage usage = new Usage(3, 4, "m-1", new BigDecimal("0.25"), "length");
        EventBody body = new EventBody.NodeCompleted(List.of(), null, usage, false);

        JsonNode data = Json.read(EventCodec.encode(body));

        assertThat(data.path("usage"))
                .isEqualTo(Json.read("{\"inputTokens\":3,\"outputTokens\":4,\"model\":\"m-1\",\"cost\":0.25,"
                        + "\"finishReason\":\"length\"}"));
        assertThat(EventCodec.decode(EventType.NODE_COMPLETED, data)).isEqualTo(body);
    }

    @Test
    void whatAFailedAttemptUsedIsInTheEvent() throws FaultsException {
        Usage usage = new Usage(3, 4, "m-1", new BigDecimal("0.25"), "length");
        RunError error = new RunError("llm.length", "cut off", null);
        for (EventBody body : List.of(
                new EventBody.NodeRetrying(error, Instant.EPOCH, usage),
                new EventBody.NodeFailed(error, null, false, usage))) {
            JsonNode data = Json.read(EventCodec.encode(body));
            assertThat(data.path("usage").path("outputTokens").asInt()).isEqualTo(4);
            assertThat(EventCodec.decode(body.type(), data)).isEqualTo(body);
        }
    }

    private static JsonNode handed(String input) throws FaultsException {
        EventBody body = new EventBody.NodeStarted(null, new EventBody.Handed("asker", TextNode.valueOf(input)));
        return Json.read(EventCodec.encode(body));
    }
}
