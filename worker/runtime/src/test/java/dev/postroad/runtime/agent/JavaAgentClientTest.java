package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.JavaAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JavaAgentClientTest {
    private static final AgentReply DONE = AgentReply.completed(Calls.json("{'a':1}"));

    @Test
    void handsTheCallToTheAgentAndItsReplyBack() throws Exception {
        assertThat(reply(call -> AgentReply.completed(call.input())))
                .isEqualTo(AgentReply.completed(Calls.json("{'in':1}")));
        assertThat(reply(call -> AgentReply.permanent("mine", "no"))).isEqualTo(AgentReply.permanent("mine", "no"));
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
    void doesNotHideThatTheVirtualMachineIsInTrouble() {
        assertThatThrownBy(() -> reply(call -> {
                    throw new OutOfMemoryError("simulated");
                }))
                .isInstanceOf(OutOfMemoryError.class);
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
    void saysWhenAnAgentReturnsNothing() throws Exception {
        assertThat(reply(call -> null)).isEqualTo(AgentReply.permanent("java.null-reply", "the agent returned null"));
        assertThat(reply(call -> AgentReply.completed(null)))
                .isEqualTo(AgentReply.permanent("java.bad-answer", "the output is missing"));
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
        try (AgentClient client = new JavaAgentClient(agent)) {
            return client.call(Calls.with("{'in':1}"));
        }
    }

    /** What an agent does. */
    private interface Work {
        @Nullable
        AgentReply on(AgentCall call) throws Exception;
    }
}
