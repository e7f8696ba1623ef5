package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** The tasks of a host, from their record to their answer. Thread-safe. */
final class HostedTasks {
    private static final String TOO_LARGE = "kafka.answer-too-large";
    private static final long PAUSE_MILLIS = 1_000;
    private static final Said NOTHING = new Nothing();

    private final HostSettings settings;
    private final Producer<byte[], byte[]> producer;
    private final InstantSource clock;
    private final Map<TaskRecord.Key, RunningTask> running = new ConcurrentHashMap<>();
    private final RecentAnswers recent = new RecentAnswers();
    private final Semaphore places;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicBoolean beating = new AtomicBoolean();
    private volatile Instant beatAt = Instant.EPOCH;
    private volatile @Nullable String problem;

    HostedTasks(HostSettings settings, Producer<byte[], byte[]> producer, InstantSource clock) {
        this.settings = settings;
        this.producer = producer;
        this.clock = clock;
        this.places = new Semaphore(settings.parallelism());
    }

    int underWay() {
        return running.size();
    }

    /** Whether so much waits that no more is to be read. */
    boolean isFull() {
        return running.size() >= 2 * settings.parallelism();
    }

    @Nullable
    String problem() {
        return problem;
    }

    /** @param done told when its answer is stored, or it needs none */
    void begin(JavaAgent agent, TaskRecord.Work work, Runnable done) {
        AgentCall call = work.call();
        TaskRecord.Key key = new TaskRecord.Key(call.runId(), call.task());
        RunningTask before = running.get(key);
        if (before != null && (work.doubtful() > 0 || before.attempt() == call.attempt())) {
            if (before.join(call, done)) {
                aside(() -> say(key, call.attempt(), "underWay"));
                return;
            }
        }
        ObjectNode known = recent.answer(key, call.attempt(), work.doubtful());
        if (known != null) {
            aside(() -> answer(key, known, done));
            return;
        }
        if (before != null) {
            before.abandon();
        }
        RunningTask task = new RunningTask(call, done, begun -> perform(agent, key, work.doubtful() > 0, begun));
        running.put(key, task);
        task.start();
    }

    void cancel(TaskRecord.Cancelled cancelled) {
        RunningTask task = running.get(cancelled.key());
        if (task != null && task.attempt() <= cancelled.attempt()) {
            task.abandon();
        }
    }

    /** Stops what is under way, which counts as not done; answers that Kafka does not have are not sent again. */
    void leaveAll() {
        closing.countDown();
        running.values().forEach(RunningTask::leave);
    }

    /** Whoever reads tasks must not wait for Kafka, which lets those wait who send while it is away. */
    private static void aside(Runnable sending) {
        Thread.ofVirtual().name("agent-answer").start(sending);
    }

    private void perform(JavaAgent agent, TaskRecord.Key key, boolean reconcile, RunningTask task) {
        Said said = NOTHING;
        boolean answers = false;
        try {
            places.acquire();
            try {
                // Nobody waits for what began too late.
                answers = clock.instant().isBefore(task.call().deadline());
                said = answers ? said(agent, key, reconcile, task) : NOTHING;
            } finally {
                places.release();
            }
        } catch (InterruptedException stopped) {
            answers = !task.isAbandoned();
            said = new Replied(AgentReply.retryable("interrupted", "the agent was interrupted"));
        } catch (Exception | LinkageError | VirtualMachineError | AssertionError failed) {
            said = new Replied(
                    AgentReply.retryable(failed.getClass().getSimpleName(), String.valueOf(failed.getMessage())));
        } finally {
            boolean _ = Thread.interrupted();
            end(key, task, answers && !task.isAbandoned() ? said : NOTHING);
        }
    }

    /** What is said of a task in the end. */
    private sealed interface Said {}

    private record Replied(AgentReply reply) implements Said {}

    /** The same attempt comes again, and is to be done then. */
    private record NotDone() implements Said {}

    /** Nobody waits for it. */
    private record Nothing() implements Said {}

    private Said said(JavaAgent agent, TaskRecord.Key key, boolean reconcile, RunningTask task) throws Exception {
        AgentCall call = task.call();
        AgentCall whole = new AgentCall(
                call.runId(),
                call.graph(),
                call.node(),
                call.task(),
                call.attempt(),
                call.input(),
                call.deadline(),
                call.traceParent(),
                call.answers(),
                chunk -> sendSoon(key, Replies.of(key.task(), task.attempt()).put("chunk", chunk)),
                task::log);
        if (reconcile) {
            Optional<AgentReply> done =
                    agent instanceof Reconciling reconciling ? reconciling.reconcile(whole) : Optional.empty();
            return done.<Said>map(Replied::new).orElseGet(NotDone::new);
        }
        AgentReply reply = agent.call(whole);
        return new Replied(reply == null ? AgentReply.completed(NullNode.instance) : reply);
    }

    /** The place of a task is told as done once Kafka has what was said of it, so that nobody waits for it in vain. */
    private void end(TaskRecord.Key key, RunningTask task, Said said) {
        List<Runnable> waiting = task.end();
        running.remove(key, task);
        Runnable stored = () -> waiting.forEach(Runnable::run);
        switch (said) {
            case Nothing() -> stored.run();
            case NotDone() -> answer(key, Replies.of(key.task(), task.attempt()).put("notDone", true), stored);
            case Replied(AgentReply reply) -> {
                ObjectNode answer = Replies.of(key.task(), task.attempt()).setAll(Replies.answer(reply));
                ArrayNode logs = task.logs();
                if (logs != null) {
                    answer.set("logs", logs);
                }
                recent.keep(key, task.attempt(), answer);
                answer(key, answer, stored);
            }
        }
    }

    /** Tells of what is under way, where the time for that has come; does not wait for Kafka. */
    void beat() {
        Instant now = clock.instant();
        if (now.isBefore(beatAt) || !beating.compareAndSet(false, true)) {
            return;
        }
        beatAt = now.plus(settings.heartbeatEvery());
        aside(() -> {
            try {
                beat(now);
            } finally {
                beating.set(false);
            }
        });
    }

    private void beat(Instant now) {
        running.forEach((key, task) -> {
            if (now.isAfter(task.deadline())) {
                task.abandon();
            } else {
                say(key, task.attempt(), "heartbeat");
            }
        });
    }

    private void say(TaskRecord.Key key, int attempt, String what) {
        sendSoon(key, Replies.of(key.task(), attempt).put(what, true));
    }

    /** What is lost matters to nobody. */
    private void sendSoon(TaskRecord.Key key, ObjectNode value) {
        send(key, value, failure -> {});
    }

    /** Sends it until Kafka has it: whoever waits for it hears of it, and its task is done then. */
    private void answer(TaskRecord.Key key, ObjectNode answer, Runnable stored) {
        send(key, answer, failure -> {
            if (failure == null) {
                stored.run();
            } else if (failure instanceof RecordTooLargeException) {
                ObjectNode instead =
                        Replies.of(key.task(), answer.get("attempt").intValue());
                answer(key, instead.setAll(Replies.answer(AgentReply.permanent(TOO_LARGE, text(failure)))), stored);
            } else {
                Thread.ofVirtual().name("agent-answer").start(() -> answerAgain(key, answer, stored));
            }
        });
    }

    private void answerAgain(TaskRecord.Key key, ObjectNode answer, Runnable stored) {
        try {
            if (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                answer(key, answer, stored);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param over given null where Kafka has it, and why not otherwise; must not block */
    private void send(TaskRecord.Key key, ObjectNode value, Consumer<@Nullable Exception> over) {
        byte[] runId = key.runId().getBytes(StandardCharsets.UTF_8);
        try {
            var _ = producer.send(
                    new ProducerRecord<>(settings.topics().agentResults(), runId, Json.bytes(value)),
                    (metadata, failure) -> {
                        problem = failure == null ? null : text(failure);
                        over.accept(failure);
                    });
        } catch (KafkaException | IllegalStateException refused) {
            problem = text(refused);
            over.accept(refused);
        }
    }

    private static String text(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
