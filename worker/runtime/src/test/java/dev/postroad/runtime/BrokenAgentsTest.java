package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Java agents that break in every way there is: each attempt ends in one answer, and gives its place back. */
@NullMarked
class BrokenAgentsTest {
    private static final Site SITE = Site.open();
    private static final AtomicInteger FAILURES = new AtomicInteger();

    private final String runId = "r" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        SITE.worker();
        SITE.apply("""
            agent: breaks
            kind: java
            provider: test-puppet
            bulkhead: { calls: 1 }
            retry: { maxAttempts: 1 }
            ---
            graph: one-broken
            nodes:
              only: { agent: breaks }
            edges:
              - { from: START, to: only }
              - { from: only, to: END }
            """);
    }

    /** The figures are written now and then, so they are looked at once for all. */
    @AfterAll
    static void stop() {
        try {
            Site.await("each failure is counted, once", () -> failures() == FAILURES.get());
        } finally {
            SITE.close();
        }
    }

    static List<Arguments> breaks() {
        return List.of(
                arguments("OutOfMemoryError", (PuppetAgent.Part) call -> tooLargeAnArray()),
                arguments("StackOverflowError", (PuppetAgent.Part) call -> forEver()),
                arguments("NoClassDefFoundError", throwing(new NoClassDefFoundError("gone"))),
                arguments("ExceptionInInitializerError", (PuppetAgent.Part) call -> Unmade.reply()),
                arguments("InternalError", throwing(new InternalError("the JVM says so"))),
                arguments("Ended", throwing(new Ended())),
                arguments("Sneaky", throwing(new Sneaky())),
                arguments("Mute", throwing(new Mute())),
                arguments("Circular", throwing(new Circular())),
                arguments("Talkative", throwing(new Talkative())),
                arguments("Deep", throwing(new Deep())),
                arguments("interrupted", throwing(new InterruptedException("by nobody"))),
                arguments("UnsupportedOperationException", (PuppetAgent.Part) call -> {
                    throw new UnsupportedOperationException("as stopping a thread is");
                }),
                arguments("java.bad-answer", answering(holdingItself())),
                arguments("java.bad-answer", answering(oneThousandTimesOver())),
                arguments("Refusing", answering(new RefusingNode())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaks")
    void anAttemptThatBreaksFailsLikeAnyOther(String type, PuppetAgent.Part part) {
        PuppetAgent.play(runId, part);
        SITE.trigger("one-broken", runId, "{}");
        List<RunEvent> journal = SITE.ended(runId);
        assertThat(journal)
                .extracting(RunEvent::type)
                .endsWith(EventType.NODE_STARTED, EventType.NODE_FAILED, EventType.RUN_FAILED);
        assertThat(journal.getLast().data().at("/error/type").asText()).isEqualTo(type);
        assertThat(journal.getLast().data().at("/error/message").asText()).hasSizeLessThan(1_000);
        assertTheOnlyPlaceIsFree();
        FAILURES.incrementAndGet();
    }

    @Test
    void anAgentThatLeavesItsThreadInterruptedIsHeardAllTheSame() {
        PuppetAgent.play(runId, call -> {
            Thread.currentThread().interrupt();
            return PuppetAgent.nothing();
        });
        SITE.trigger("one-broken", runId, "{}");
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertTheOnlyPlaceIsFree();
    }

    @Test
    void anErrorWhoseMessageNeverEndsIsGivenUpByItsTime() {
        SITE.apply(
                "agent: breaks-slowly\nkind: java\nprovider: test-puppet\ntimeout: PT0.3S\nretry: { maxAttempts: 1 }");
        CountDownLatch over = new CountDownLatch(1);
        PuppetAgent.play(runId, throwing(new Endless(over)));
        SITE.send(SITE.topics().triggers(), Site.bytes(runId), Site.bytes("{'agent': 'breaks-slowly', 'input': {}}"));
        assertThat(SITE.ended(runId).getLast().data().at("/error/type").asText())
                .isEqualTo("timeout");
        over.countDown();
    }

    @Test
    @SuppressWarnings("NullAway") // What a plug-in can do that was compiled without checks.
    void whatAnAgentLogsAndShowsIsBoundedHoweverOdd() {
        PuppetAgent.play(runId, call -> {
            call.log().info("x".repeat(5_000_000));
            call.log().log(null, null, holdingItself());
            call.output().emit("x".repeat(5_000_000));
            call.output().emit(null);
            Thread.ofVirtual()
                    .start(() -> call.log().warn("from a thread of its own"))
                    .join();
            return PuppetAgent.nothing();
        });
        SITE.trigger("one-broken", runId, "{}");
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertTheOnlyPlaceIsFree();
    }

    /** The next run finds the one place that the agent has. */
    private void assertTheOnlyPlaceIsFree() {
        SITE.trigger("one-broken", runId + "-next", "{}");
        assertThat(SITE.ended(runId + "-next").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    private static long failures() {
        return SITE.number("SELECT coalesce(sum(failures), 0) FROM postroad.agent_metrics WHERE agent = 'breaks'");
    }

    private static PuppetAgent.Part throwing(Throwable thrown) {
        return call -> sneak(thrown);
    }

    private static PuppetAgent.Part answering(JsonNode output) {
        return call -> AgentReply.completed(output);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> AgentReply sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static AgentReply tooLargeAnArray() {
        return AgentReply.permanent("made", "an array of " + new byte[Integer.MAX_VALUE].length);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static AgentReply forEver() {
        return forEver();
    }

    private static ObjectNode holdingItself() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.set("itself", object);
        return object;
    }

    /** Each level holds the one below it a thousand times, so that all of it would never be walked through. */
    private static ObjectNode oneThousandTimesOver() {
        ArrayNode level = JsonNodeFactory.instance.arrayNode();
        for (int depth = 0; depth < 50; depth++) {
            ArrayNode above = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < 1_000; i++) {
                above.add(level);
            }
            level = above;
        }
        return JsonNodeFactory.instance.objectNode().set("much", level);
    }

    /** Cannot be made. */
    private static final class Unmade {
        private static final AgentReply REPLY = made();

        private static AgentReply made() {
            throw new IllegalStateException("never made");
        }

        static AgentReply reply() {
            return REPLY;
        }
    }

    /** As a thread that was stopped was told once. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Neither an exception nor an error. */
    private static final class Sneaky extends Throwable {
        private static final long serialVersionUID = 1L;
    }

    /** Every method fails. */
    private static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("says nothing");
        }

        @Override
        public String toString() {
            throw new StackOverflowError("says nothing");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("says nothing");
        }
    }

    /** Is what caused it. */
    private static final class Circular extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable String getMessage() {
            return null;
        }

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    /** Was caused by another one each time it is asked. */
    private static final class Deep extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable String getMessage() {
            return null;
        }

        @Override
        public synchronized Throwable getCause() {
            return new Deep();
        }
    }

    private static final class Talkative extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Talkative() {
            super("\u001b[31m" + "many words ".repeat(1_000_000));
        }
    }

    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient CountDownLatch over;

        Endless(CountDownLatch over) {
            this.over = over;
        }

        @Override
        public String getMessage() {
            while (over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException ignored) {
                    // That is the point.
                }
            }
            return "over";
        }
    }

    /** A tree that fails whoever looks into it. */
    @SuppressWarnings("unchecked") // Of a method that Jackson narrows.
    private static final class RefusingNode extends ObjectNode {
        private static final long serialVersionUID = 1L;

        RefusingNode() {
            super(JsonNodeFactory.instance);
        }

        @Override
        public Iterator<JsonNode> elements() {
            throw new Refusing();
        }
    }

    private static final class Refusing extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
