package dev.postroad.runtime.run;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.journal.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries each call on a virtual thread, and gives up on those that take too long. One thread looks over all calls ten
 * times a second: a timer for each call would cost more than most calls. An agent that does not heed its interruption
 * loses its call all the same: the answer is given in its place, and its own comes too late. Thread-safe.
 */
public final class AgentCalls implements AgentCaller, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCalls.class);
    private static final long LOOK_EVERY_MILLIS = 100;

    private final ConcurrentHashMap<Key, Attempt> underWay = new ConcurrentHashMap<>();
    private final ReadyAgent.Directory directory;
    private final OutputChunks output;
    private final CachedResults cached;
    private final InstantSource clock;
    private final Thread overseer;
    private volatile boolean closed;

    public AgentCalls(ReadyAgent.Directory directory, OutputChunks output, CachedResults cached, InstantSource clock) {
        this.directory = directory;
        this.output = output;
        this.cached = cached;
        this.clock = clock;
        this.overseer = Thread.ofPlatform().name("postroad-deadlines").daemon().start(this::oversee);
    }

    /** How many calls are under way. */
    public int underWay() {
        return underWay.size();
    }

    @Override
    public void call(RunKey run, String graph, Effect.CallAgent call, Answered answered) {
        Optional<ReadyAgent> agent = directory.agent(call.agent());
        if (agent.isEmpty()) {
            String problem = "there is no agent " + call.agent() + "; publish it and retry the run";
            answered.answered(AgentReply.permanent("agent-unknown", problem), RetryPolicy.DEFAULT, 0);
            return;
        }
        Instant now = clock.instant();
        AtomicReference<@Nullable Answered> open = new AtomicReference<>(answered);
        Duration timeout = call.timeout() == null ? agent.get().timeout() : call.timeout();
        Attempt attempt = new Attempt(
                new Key(run.number(), call.task(), call.attempt()),
                agent.get(),
                new AgentCall(
                        run.id(),
                        graph,
                        call.node(),
                        call.task(),
                        call.attempt(),
                        call.input(),
                        now.plus(timeout),
                        TraceParents.of(run, call),
                        call.answers(),
                        whileOpen(open, output.sink(run.id(), graph, call))),
                call.cache(),
                call.agent(),
                now,
                open);
        underWay.put(attempt.key, attempt);
        attempt.thread = Thread.ofVirtual().unstarted(attempt::run);
        attempt.thread.start();
    }

    /** An agent that does not heed its interruption shows nothing more all the same. */
    private static OutputSink whileOpen(AtomicReference<@Nullable Answered> open, OutputSink sink) {
        return chunk -> {
            if (open.get() != null) {
                sink.emit(chunk);
            }
        };
    }

    @Override
    public void stop(RunKey run, String task, int attempt) {
        Attempt stopped = underWay.get(new Key(run.number(), task, attempt));
        if (stopped != null) {
            stopped.abandon();
        }
    }

    private void oversee() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException interrupted) {
                return;
            }
            Instant now = clock.instant();
            for (Attempt attempt : underWay.values()) {
                if (now.isAfter(attempt.call.deadline())) {
                    attempt.giveUp();
                }
            }
        }
    }

    /** Abandons all calls; none of their answers comes. */
    @Override
    public void close() {
        closed = true;
        overseer.interrupt();
        underWay.values().forEach(Attempt::abandon);
    }

    private record Key(long run, String task, int attempt) {}

    private final class Attempt {
        private final Key key;
        private final ReadyAgent agent;
        private final AgentCall call;
        private final @Nullable Duration cache;
        private final String agentName;
        private final Instant startedAt;
        private final AtomicReference<@Nullable Answered> answered;
        private @Nullable Thread thread;

        Attempt(
                Key key,
                ReadyAgent agent,
                AgentCall call,
                @Nullable Duration cache,
                String agentName,
                Instant startedAt,
                AtomicReference<@Nullable Answered> answered) {
            this.key = key;
            this.agent = agent;
            this.call = call;
            this.cache = cache;
            this.agentName = agentName;
            this.startedAt = startedAt;
            this.answered = answered;
        }

        void run() {
            try {
                answer(cache == null ? agent.client().call(call) : cachedOrCalled(cache));
            } catch (InterruptedException stopped) {
                answer(AgentReply.retryable("interrupted", "the call was interrupted"));
            } catch (RuntimeException | LinkageError defect) {
                LOG.error("a call of node {} of run {} broke", call.node(), call.runId(), defect);
                answer(AgentReply.permanent("agent-defect", String.valueOf(defect)));
            } finally {
                underWay.remove(key, this);
            }
        }

        private AgentReply cachedOrCalled(Duration timeToLive) throws InterruptedException {
            byte[] equal = CachedResults.key(call.graph(), call.node(), agentName, call.input());
            Optional<AgentReply.Completed> found = cached.find(equal);
            if (found.isPresent()) {
                return found.get();
            }
            AgentReply reply = agent.client().call(call);
            // What a person's answer went into is no answer for others.
            if (reply instanceof AgentReply.Completed completed
                    && call.answers().isEmpty()) {
                cached.keep(equal, completed, timeToLive);
            }
            return reply;
        }

        void giveUp() {
            Duration allowed = Duration.between(startedAt, call.deadline());
            answer(AgentReply.retryable(RunError.TIMEOUT, "no answer within " + allowed));
            interrupt();
        }

        void abandon() {
            answered.set(null);
            underWay.remove(key, this);
            interrupt();
        }

        /** The first answer counts. */
        private void answer(AgentReply reply) {
            Answered first = answered.getAndSet(null);
            if (first != null) {
                underWay.remove(key, this);
                first.answered(
                        reply,
                        agent.policy(),
                        Duration.between(startedAt, clock.instant()).toMillis());
            }
        }

        private void interrupt() {
            Thread current = thread;
            if (current != null) {
                current.interrupt();
            }
        }
    }
}
