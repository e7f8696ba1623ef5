package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import org.jspecify.annotations.NullMarked;
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

    private static JsonNode handed(String input) throws FaultsException {
        EventBody body = new EventBody.NodeStarted(null, new EventBody.Handed("asker", TextNode.valueOf(input)));
        return Json.read(EventCodec.encode(body));
    }
}
