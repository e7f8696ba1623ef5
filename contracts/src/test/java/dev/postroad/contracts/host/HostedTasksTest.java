package dev.postroad.contracts.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Topics;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over a producer that Kafka's clients bring along, which is told when to fail. */
@Timeout(60)
final class HostedTasksTest {
    private static final Instant NOW = Instant.parse("2026-11-29T09:00:00Z");

    private final MockProducer<byte[], byte[]> kafka =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final HostedTasks tasks = new HostedTasks(
            HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad.")),
            kafka,
            InstantSource.fixed(NOW));
    private final CountDownLatch done = new CountDownLatch(1);

    private interface Work {
        AgentReply call(AgentCall call) throws Exception;
    }

    private record Hosted(Work work) implements JavaAgent {
        @Override
        public String name() {
            return "hosted";
        }

        @Override
        public AgentReply call(AgentCall call) throws Exception {
            return work.call(call);
        }
    }

    private void begin(Work work) {
        AgentCall call = new AgentCall(
                "run",
                "graph",
                "node",
                "node@1",
                1,
                NullNode.instance,
                NOW.plusSeconds(60),
                "",
                List.of(),
                OutputSink.NONE,
                AgentLogger.NONE);
        tasks.begin(new Hosted(work), new TaskRecord.Work(call, 0), done::countDown);
    }

    /** Waits for the sending of a record, and has it end so; null for well. */
    private JsonNode sent(int number, @Nullable RuntimeException failure) throws Exception {
        while (kafka.history().size() < number) {
            boolean _ = done.await(5, TimeUnit.MILLISECONDS);
        }
        while (!(failure == null ? kafka.completeNext() : kafka.errorNext(failure))) {
            Thread.onSpinWait();
        }
        return Json.read(kafka.history().get(number - 1).value());
    }

    @Test
    void anAnswerThatKafkaHasEndsItsTask() throws Exception {
        begin(call -> AgentReply.completed(call.input()));
        assertThat(sent(1, null).toString()).startsWith("{\"task\":\"node@1\",\"attempt\":1,\"output\":null");
        done.await();
    }

    @Test
    void allThatWasConsumedIsSaid() throws Exception {
        Usage usage = new Usage(3, 4, "some-model", new BigDecimal("0.25"), "stop");
        begin(call -> new AgentReply.Completed(call.input(), usage, List.of()));
        assertThat(sent(1, null).path("usage"))
                .isEqualTo(Json.read(("{\"inputTokens\":3,\"outputTokens\":4,\"model\":\"some-model\",\"cost\":0.25,"
                                + "\"finishReason\":\"stop\"}")
                        .getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aTaskThatIsLeftBecauseTheHostClosesIsNotDone() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        begin(call -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return AgentReply.completed(call.input());
        });
        begun.await();
        tasks.leaveAll();
        while (tasks.underWay() > 0) {
            Thread.onSpinWait();
        }
        assertThat(done.getCount()).isOne();
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void anAgentThatBreaksIsAnsweredFor() throws Exception {
        begin(call -> {
            throw new NoClassDefFoundError("some/Class");
        });
        assertThat(sent(1, null).path("error").path("type").asText()).isEqualTo("NoClassDefFoundError");
        done.await();
    }

    @Test
    void anAnswerThatIsTooLargeForKafkaIsAnErrorThatSaysSo() throws Exception {
        begin(call -> AgentReply.completed(call.input()));
        sent(1, new RecordTooLargeException("2 MiB"));
        JsonNode error = sent(2, null).path("error");
        assertThat(error.path("type").asText()).isEqualTo("kafka.answer-too-large");
        assertThat(error.path("retryable").asBoolean()).isFalse();
        done.await();
    }

    @Test
    void whatAnAnswerCostThatIsTooLargeIsToldAllTheSame() throws Exception {
        begin(call -> new AgentReply.Completed(call.input(), new Usage(3, 4), List.of()));
        sent(1, new RecordTooLargeException("2 MiB"));
        assertThat(sent(2, null).path("usage").path("outputTokens").asInt()).isEqualTo(4);
    }

    @Test
    void aTopicThatTakesNotEvenTheErrorIsNotTriedForEver() throws Exception {
        begin(call -> AgentReply.completed(call.input()));
        sent(1, new RecordTooLargeException("2 MiB"));
        sent(2, new RecordTooLargeException("10 B"));
        done.await();
        assertThat(kafka.history()).hasSize(2);
        assertThat(tasks.isFull()).isFalse();
    }

    @Test
    void noMoreTasksAreTakenWhileKafkaRefusesTheAnswersOfSoMany() throws Exception {
        int many = 1_000;
        CountDownLatch all = new CountDownLatch(many);
        for (int i = 0; i < many; i++) {
            assertThat(tasks.isFull()).isFalse();
            tasks.begin(new Hosted(call -> AgentReply.completed(call.input())), work("run-" + i), all::countDown);
            sent(i + 1, new TopicAuthorizationException("not for you"));
            while (tasks.underWay() > 0) {
                Thread.onSpinWait();
            }
        }
        // The last answer may be on its way yet, for what was refused a second ago has been sent again meanwhile.
        while (!tasks.isFull()) {
            Thread.onSpinWait();
        }
        assertThat(tasks.problem()).isEqualTo("not for you");
        while (all.getCount() > 0) {
            kafka.completeNext();
        }
        assertThat(tasks.isFull()).isFalse();
    }

    @Test
    void anAnswerThatKafkaRefusesIsKeptAsLongAsSomebodyWaitsForIt() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        HostedTasks timed = new HostedTasks(
                HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad.")), kafka, now::get);
        timed.begin(new Hosted(call -> AgentReply.completed(call.input())), work("run"), done::countDown);
        sent(1, new TopicAuthorizationException("not for you"));
        while (kafka.history().size() < 2) {
            boolean _ = done.await(5, TimeUnit.MILLISECONDS);
        }
        assertThat(done.getCount()).isOne();
        now.set(NOW.plusSeconds(61));
        sent(2, new TopicAuthorizationException("not for you"));
        done.await();
        assertThat(kafka.history()).hasSize(2);
    }

    private static TaskRecord.Work work(String run) {
        return new TaskRecord.Work(
                new AgentCall(
                        run,
                        "g",
                        "n",
                        "n@1",
                        1,
                        NullNode.instance,
                        NOW.plusSeconds(60),
                        "",
                        List.of(),
                        OutputSink.NONE,
                        AgentLogger.NONE),
                0);
    }

    @Test
    void anAnswerThatKafkaDidNotTakeIsSentAgain() throws Exception {
        begin(call -> AgentReply.completed(call.input()));
        JsonNode first = sent(1, new TimeoutException("away"));
        assertThat(sent(2, null)).isEqualTo(first);
        done.await();
        assertThat(tasks.underWay()).isZero();
    }

    @Test
    void aTaskThatIsLateIsNotBegun() throws Exception {
        HostedTasks late = new HostedTasks(
                HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad.")),
                kafka,
                InstantSource.offset(InstantSource.fixed(NOW), Duration.ofMinutes(2)));
        AgentCall call = new AgentCall(
                "run", "g", "n", "n@1", 1, NullNode.instance, NOW, "", List.of(), OutputSink.NONE, AgentLogger.NONE);
        late.begin(
                new Hosted(any -> {
                    throw new AssertionError("nobody waits for it");
                }),
                new TaskRecord.Work(call, 0),
                done::countDown);
        done.await();
        assertThat(kafka.history()).isEmpty();
    }

    private static TaskRecord.Work work(int attempt, Instant deadline) {
        return new TaskRecord.Work(
                new AgentCall(
                        "run",
                        "g",
                        "n",
                        "n@1",
                        attempt,
                        NullNode.instance,
                        deadline,
                        "",
                        List.of(),
                        OutputSink.NONE,
                        AgentLogger.NONE),
                attempt - 1);
    }

    @Test
    void aTaskThatANewerAttemptAskedForHasItsTimeAndNoMore() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        HostedTasks timed = new HostedTasks(
                HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad.")), kafka, now::get);
        CountDownLatch begun = new CountDownLatch(1);
        Hosted hangs = new Hosted(call -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return AgentReply.completed(call.input());
        });
        timed.begin(hangs, work(1, NOW.plusSeconds(60)), () -> {});
        begun.await();
        timed.begin(hangs, work(2, NOW.plusSeconds(120)), done::countDown);
        assertThat(sent(1, null).path("underWay").asBoolean()).isTrue();
        now.set(NOW.plusSeconds(90));
        timed.beat();
        JsonNode heartbeat = sent(2, null);
        assertThat(heartbeat.path("heartbeat").asBoolean()).isTrue();
        assertThat(heartbeat.path("attempt").asInt()).isEqualTo(2);
        now.set(NOW.plusSeconds(130));
        timed.beat();
        done.await();
        assertThat(timed.underWay()).isZero();
    }

    @Test
    void thatNothingWasDoneIsSaidUntilKafkaHasIt() throws Exception {
        tasks.begin(
                new Hosted(call -> {
                    throw new AssertionError("it is asked, and not called");
                }),
                work(2, NOW.plusSeconds(60)),
                done::countDown);
        JsonNode first = sent(1, new TimeoutException("away"));
        assertThat(first.path("notDone").asBoolean()).isTrue();
        assertThat(done.getCount()).isOne();
        assertThat(sent(2, null)).isEqualTo(first);
        done.await();
    }

    @Test
    void aHeartbeatThatKafkaDoesNotTakeHoldsUpNobody() throws Exception {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch away = new CountDownLatch(1);
        MockProducer<byte[], byte[]> slow =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte[], byte[]> record, Callback callback) {
                        sending.countDown();
                        while (away.getCount() > 0) {
                            Thread.onSpinWait();
                        }
                        return super.send(record, callback);
                    }
                };
        HostedTasks held = new HostedTasks(
                HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad.")),
                slow,
                InstantSource.fixed(NOW));
        held.begin(
                new Hosted(call -> {
                    new CountDownLatch(1).await();
                    return AgentReply.completed(call.input());
                }),
                new TaskRecord.Work(work(1, NOW.plusSeconds(60)).call(), 0),
                done::countDown);
        held.beat();
        sending.await();
        held.beat();
        away.countDown();
        held.leaveAll();
    }

    @Test
    void aTaskWithoutARunIsNone() {
        byte[] task = "{\"task\":\"n@1\",\"attempt\":1,\"deadline\":\"2026-11-29T09:01:00Z\"}"
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> TaskRecord.read(new ConsumerRecord<>("topic", 0, 0, null, task)))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining("key");
    }

    @Test
    void aHostSaysWhatKeepsItFromReadingWhateverThatIs() throws Exception {
        HostSettings settings = HostSettings.of(Map.of("bootstrap.servers", "localhost:1"), new Topics("postroad."));
        try (AgentHost host = AgentHost.start(settings, List.of(), InstantSource.system())) {
            while (host.problem() == null) {
                boolean _ = done.await(5, TimeUnit.MILLISECONDS);
            }
            assertThat(host.problem()).contains("not subscribed to any topics");
        }
    }
}
