package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** The tasks of a host, from their record to their answer. Thread-safe. */
final class HostedTasks {
    /** So many answers that Kafka does not have are no sign of anything. */
    private static final int UNSENT_AT_EASE = 1_000;

    private static final Said NOTHING = new Nothing();

    private final HostSettings settings;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Map<TaskRecord.Key, RunningTask> running = new ConcurrentHashMap<>();
    private final RecentAnswers recent = new RecentAnswers();
    private final Semaphore places;
    private final AtomicBoolean beating = new AtomicBoolean();
    private volatile Instant beatAt = Instant.EPOCH;

    HostedTasks(HostSettings settings, Producer<byte[], byte[]> producer, InstantSource clock) {
        this.settings = settings;
        this.outbox = new Outbox(producer, settings.topics().agentResults(), clock);
        this.clock = clock;
        this.places = new Semaphore(settings.parallelism());
    }

    int underWay() {
        return running.size();
    }

    /** Whether so much waits, to be done or to be taken by Kafka, that no more is to be read. */
    boolean isFull() {
        int most = 2 * settings.parallelism();
        return running.size() >= most || outbox.unsent() >= Math.max(most, UNSENT_AT_EASE);
    }

    @Nullable
    String problem() {
        return outbox.problem();
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
            aside(() -> outbox.answer(key, known, call.deadline(), done));
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
        outbox.stopTrying();
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
                chunk -> outbox.sendSoon(
                        key, Replies.of(key.task(), task.attempt()).put("chunk", chunk)),
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
            case NotDone() ->
                outbox.answer(
                        key, Replies.of(key.task(), task.attempt()).put("notDone", true), task.deadline(), stored);
            case Replied(AgentReply reply) -> {
                ObjectNode answer = Replies.of(key.task(), task.attempt()).setAll(Replies.answer(reply));
                ArrayNode logs = task.logs();
                if (logs != null) {
                    answer.set("logs", logs);
                }
                recent.keep(key, task.attempt(), answer);
                outbox.answer(key, answer, task.deadline(), stored);
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
        outbox.sendSoon(key, Replies.of(key.task(), attempt).put(what, true));
    }
}
