package dev.postroad.runtime.agent.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class JavaAgentClientTest {
    private static final JsonNode DONE_INPUT = Calls.json("{'a':1}");
    private static final AgentReply DONE = AgentReply.completed(Calls.json("{'a':1}"));

    @Test
    void handsTheCallToTheAgentAndItsReplyBack() throws Exception {
        assertThat(reply(call -> AgentReply.completed(call.input())))
                .isEqualTo(AgentReply.completed(Calls.json("{'in':1}")));
        assertThat(reply(call -> AgentReply.permanent("mine", "no"))).isEqualTo(AgentReply.permanent("mine", "no"));
    }

    @Test
    void letsAnAgentAskSleepAndChooseTheWay() throws Exception {
        AgentReply ask = new Interrupted(Calls.json("{'question':'Publish?'}"));
        AgentReply sleep = new Sleeping(Duration.ofDays(36_500));
        AgentReply go = new Completed(
                Calls.json("[{'a':1},{'a':2}]"), Usage.NONE, List.of(Goto.node("b"), new Goto("c", DONE_INPUT, true)));
        assertThat(reply(call -> ask)).isEqualTo(ask);
        assertThat(reply(call -> sleep)).isEqualTo(sleep);
        assertThat(reply(call -> go)).isEqualTo(go);
    }

    @Test
    void handsTheAgentWhatPeopleAnswered() throws Exception {
        JavaAgent agent = new EchoAnswers();
        try (AgentClient client = Calls.client(agent)) {
            assertThat(client.call(Calls.answered(Calls.json("'yes'"), Calls.json("null"))))
                    .isEqualTo(AgentReply.completed(Calls.json("['yes',null]")));
        }
    }

    private record EchoAnswers() implements JavaAgent {
        @Override
        public String name() {
            return "echo-answers";
        }

        @Override
        public AgentReply call(AgentCall call) {
            return AgentReply.completed(JsonNodeFactory.instance.arrayNode().addAll(call.answers()));
        }
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void saysWhatIsWrongWithAReply(AgentReply unfit, String problem) throws Exception {
        assertThat(reply(call -> unfit)).isEqualTo(AgentReply.permanent("java.bad-answer", problem));
    }

    @SuppressWarnings("NullAway") // What a plug-in can do that was compiled without checks.
    static List<Arguments> unfit() {
        JsonNode bad = TextNode.valueOf("\u0000");
        return List.of(
                arguments(new Interrupted(null), "the question is missing"),
                arguments(new Interrupted(MissingNode.getInstance()), "the question holds , which is not JSON"),
                arguments(
                        new Sleeping(Duration.ZERO), "the sleep is PT0S; use more than nothing, and at most PT876000H"),
                arguments(
                        new Sleeping(Duration.ofDays(36_501)),
                        "the sleep is PT876024H; use more than nothing, and at most PT876000H"),
                arguments(new Sleeping(null), "the sleep is null; use more than nothing, and at most PT876000H"),
                arguments(
                        calling(new ToolCall("1", "t", new ToolCall.OfAgent(null), DONE_INPUT)),
                        "a call of a tool has no id or no whole target, or the id of another"),
                arguments(
                        calling(new ToolCall("1", "t", new ToolCall.Refused("no", null), DONE_INPUT)),
                        "a call of a tool has no id or no whole target, or the id of another"),
                arguments(
                        calling(new ToolCall("1", "t", new ToolCall.OfAgent("a"), null)),
                        "the input of tool t is missing"),
                arguments(
                        calling(new ToolCall("1", "t", new ToolCall.OfAgent("a"), bad)),
                        "the input of tool t " + Json.unstorableText(bad)),
                arguments(
                        calling(new ToolCall("1", "t", new ToolCall.OfAgent("a"), MissingNode.getInstance())),
                        "the input of tool t holds , which is not JSON"),
                arguments(going(new Goto(null, null, false)), "a goto names no node"),
                arguments(going(Goto.node("")), "a goto names no node"),
                arguments(going(new Goto("b", bad, false)), "the input of the goto to b " + Json.unstorableText(bad)));
    }

    private static AgentReply calling(ToolCall call) {
        return new AgentReply.CallingTools(NullNode.instance, List.of(call), Usage.NONE);
    }

    private static AgentReply going(Goto next) {
        return new Completed(DONE_INPUT, Usage.NONE, List.of(next));
    }

    @Test
    void retriesWhatAnAgentThrows() throws Exception {
        assertThat(reply(call -> {
                    throw new IOException("disk\u0000full");
                }))
                .isEqualTo(AgentReply.retryable("IOException", "disk full"));
        assertThat(reply(call -> {
                    throw new IllegalStateException();
                }))
                .isEqualTo(AgentReply.retryable("IllegalStateException", "java.lang.IllegalStateException"));
    }

    @Test
    void givesUpOnAnAgentThatIsBroken() throws Exception {
        assertThat(reply(JavaAgentClientTest::forever)).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("StackOverflowError");
            assertThat(fault.retryable()).isFalse();
        });
        assertThat(reply(call -> {
                    throw new NoClassDefFoundError("gone");
                }))
                .isEqualTo(AgentReply.permanent("NoClassDefFoundError", "gone"));
    }

    @Test
    void anAttemptThatRunsOutOfMemoryFailsLikeAnyOther() throws Exception {
        assertThat(reply(call -> {
                    throw new OutOfMemoryError("simulated");
                }))
                .isEqualTo(AgentReply.retryable("OutOfMemoryError", "simulated"));
    }

    @Test
    void aCancelIsNoFailureOfTheAgent() {
        assertThatThrownBy(() -> reply(call -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> reply(call -> {
                    Thread.currentThread().interrupt();
                    throw new UncheckedIOException(new IOException("wrapped"));
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    @SuppressWarnings("NullAway") // What a plug-in can do that was compiled without checks.
    void anAgentThatReturnsNothingHasNothingToWrite() throws Exception {
        assertThat(reply(call -> null)).isEqualTo(AgentReply.completed(NullNode.instance));
        assertThat(reply(call -> AgentReply.completed(null))).isEqualTo(AgentReply.completed(NullNode.instance));
    }

    @Test
    @SuppressWarnings("NullAway") // As above.
    void saysWhenAPartOfAReplyIsMissing() throws Exception {
        assertThat(reply(call -> new AgentReply.Completed(TextNode.valueOf("x"), null)))
                .isEqualTo(AgentReply.permanent("java.bad-answer", "the output has no usage"));
        assertThat(reply(call -> new Faulted(null, null, true, null)))
                .isEqualTo(AgentReply.retryable("java.fault", ""));
    }

    @ParameterizedTest
    @MethodSource("unstorable")
    void refusesOutputThatTheJournalCannotHold(JsonNode output) throws Exception {
        JsonNode nested = JsonNodeFactory.instance.objectNode().set("a", output);

        assertThat(reply(call -> AgentReply.completed(nested))).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("java.bad-answer");
            assertThat(fault.retryable()).isFalse();
        });
    }

    static List<JsonNode> unstorable() {
        return List.of(
                TextNode.valueOf("\u0000"),
                TextNode.valueOf("\ud800"),
                DoubleNode.valueOf(Double.NaN),
                new POJONode(DONE),
                BinaryNode.valueOf(new byte[] {1}),
                MissingNode.getInstance(),
                nested(101));
    }

    private static JsonNode nested(int depth) {
        JsonNode node = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < depth; i++) {
            node = JsonNodeFactory.instance.arrayNode().add(node);
        }
        return node;
    }

    @SuppressWarnings("InfiniteRecursion")
    private static AgentReply forever(AgentCall call) {
        return forever(call);
    }

    private static AgentReply reply(Work work) throws InterruptedException {
        JavaAgent agent = new JavaAgent() {
            @Override
            public String name() {
                return "tested";
            }

            @Override
            @SuppressWarnings("NullAway")
            public AgentReply call(AgentCall call) throws Exception {
                return work.on(call);
            }
        };
        try (AgentClient client = Calls.client(agent)) {
            return client.call(Calls.with("{'in':1}"));
        }
    }

    /** What an agent does. */
    private interface Work {
        @Nullable
        AgentReply on(AgentCall call) throws Exception;
    }
}
