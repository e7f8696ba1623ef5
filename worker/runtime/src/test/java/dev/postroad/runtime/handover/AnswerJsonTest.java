package dev.postroad.runtime.handover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.testing.Site;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
final class AnswerJsonTest {
    private static final Usage USED = new Usage(3, 4, "m-1", new BigDecimal("0.25"), "length");

    static List<AgentReply> replies() {
        return List.of(
                AgentReply.completed(NullNode.instance),
                new AgentReply.Completed(
                        Site.json("{'a': [1, 'ü', null]}"),
                        USED,
                        List.of(Goto.node("next"), new Goto("up", Site.json("[1]"), true))),
                new AgentReply.Interrupted(Site.json("'sure?'")),
                new AgentReply.Interrupted(
                        Site.json("{'ask': 1}"),
                        new Asking(
                                (ObjectNode) Site.json("{'type': 'string'}"),
                                "ann",
                                Duration.ofDays(2),
                                NullNode.instance,
                                Duration.ofHours(1))),
                new AgentReply.Sleeping(Duration.ofMillis(1_500)),
                AgentReply.permanent("odd", "why"),
                new AgentReply.Faulted("http.503", "later", true, Duration.ofSeconds(9)),
                AgentReply.permanent("odd", "why").using(USED),
                new AgentReply.Interrupted(Site.json("'sure?'")).using(USED),
                new AgentReply.Interrupted(Site.json("'sure?'"), Asking.ANYBODY, USED, Site.json("{'place': 7}")),
                new AgentReply.CallingTools(
                        Site.json("'let me see'"),
                        List.of(
                                new ToolCall("1", "a", new ToolCall.OfAgent("x"), Site.json("{'a': 1}")),
                                new ToolCall("2", "b", new ToolCall.OfGraph("g", 3), Site.json("{}")),
                                new ToolCall("3", "c", new ToolCall.Refused("odd", "why"), Site.json("'{'"))),
                        USED),
                new AgentReply.Sleeping(Duration.ofMillis(1_500), USED));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void everyAnswerIsTheSameOnTheOtherSide(AgentReply reply) throws Exception {
        assertThat(AnswerJson.read(Json.read(Json.bytes(AnswerJson.written(reply)))))
                .isEqualTo(reply);
    }
}
