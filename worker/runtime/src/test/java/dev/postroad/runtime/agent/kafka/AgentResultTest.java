package dev.postroad.runtime.agent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class AgentResultTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"\"output\": {}", "\"interrupt\": 1", "\"sleep\": \"PT1S\"", "\"error\": {}", "\"outptu\": 1"})
    void whatAnAttemptUsedCountsWhateverItCameTo(String answer) throws FaultsException {
        String value = "{\"task\": \"a@1\", \"attempt\": 1, \"usage\": {\"inputTokens\": 3, \"outputTokens\": 4}, "
                + answer + "}";

        AgentResult result = AgentResult.read(value.getBytes(StandardCharsets.UTF_8), InstantSource.system());

        assertThat(result.said())
                .isInstanceOfSatisfying(
                        AgentResult.Answered.class,
                        answered -> assertThat(answered.reply()).returns(new Usage(3, 4), AgentReply::usage));
    }
}
