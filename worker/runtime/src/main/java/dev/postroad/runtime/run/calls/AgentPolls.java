package dev.postroad.runtime.run.calls;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.publish.AttemptOutput;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks agents that work on by themselves whether they are done, and tells those that nobody waits for any more. A thread is
 * held by the question alone, and one attempt is asked about by one at a time: what is left out, or fails, is asked again when
 * the attempt is due next, by whoever has its run then. Thread-safe; does not block.
 */
final class AgentPolls {
    private static final Logger LOG = LoggerFactory.getLogger(AgentPolls.class);
    private static final int MOST_AT_ONCE = 1_000;
    private static final Duration LONGEST_QUESTION = Duration.ofSeconds(30);
    private static final Duration MOST_WAIT_FOR_OUTPUT = Duration.ofSeconds(1);

    private final ReadyAgent.Directory directory;
    private final Heartbeats heartbeats;
    private final RemoteOutput output;
    private final RunLogs logs;
    private final CallGate gate;
    private final InstantSource clock;
    private final Set<RemoteCalls.Attempt> underWay = ConcurrentHashMap.newKeySet();

    AgentPolls(
            ReadyAgent.Directory directory,
            Heartbeats heartbeats,
            RemoteOutput output,
            RunLogs logs,
            CallGate gate,
            InstantSource clock) {
        this.directory = directory;
        this.heartbeats = heartbeats;
        this.output = output;
        this.logs = logs;
        this.gate = gate;
        this.clock = clock;
    }

    void poll(RunKey run, long epoch, Effect.Poll poll, String traceParent, Consumer<AgentReply> over) {
        RemoteCalls.Attempt attempt = new RemoteCalls.Attempt(run.id(), poll.task(), poll.attempt());
        // From now on it is due after its interval, whatever comes of the question.
        heartbeats.heard(attempt, clock.instant());
        if (underWay.size() < MOST_AT_ONCE && underWay.add(attempt)) {
            Thread.ofVirtual().name("postroad-poll").start(() -> {
                try {
                    if (gate.opensFor(run.shard(), epoch)) {
                        ask(attempt, poll, traceParent, over);
                    }
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                } finally {
                    underWay.remove(attempt);
                }
            });
        }
    }

    private void ask(RemoteCalls.Attempt attempt, Effect.Poll poll, String traceParent, Consumer<AgentReply> over)
            throws InterruptedException {
        try {
            ReadyAgent agent = directory.agent(poll.agent()).orElse(null);
            if (agent == null) {
                // It may be there again before the deadline.
                return;
            }
            AgentCall call = call(attempt, poll, traceParent);
            switch (agent.client().poll(call, poll.polling().handle())) {
                case Standing.Over(AgentReply reply) -> {
                    awaitOutput(attempt);
                    over.accept(reply);
                }
                case Standing.Working(String _, Duration every) ->
                    heartbeats.heard(
                            attempt,
                            clock.instant().plus(every).minus(poll.polling().every()));
            }
        } catch (RuntimeException | Error broken) {
            LOG.warn("agent {} could not be asked about {}, and is asked again", poll.agent(), attempt, broken);
        }
    }

    private AgentCall call(RemoteCalls.Attempt attempt, Effect.Poll poll, String traceParent) {
        Instant patience = clock.instant().plus(LONGEST_QUESTION);
        return new AgentCall(
                attempt.runId(),
                poll.graph(),
                poll.node(),
                poll.task(),
                poll.attempt(),
                NullNode.instance,
                patience.isBefore(poll.deadline()) ? patience : poll.deadline(),
                traceParent,
                List.of(),
                chunk -> show(attempt, poll, chunk),
                logs.of(attempt.runId(), poll.graph(), poll.node(), poll.task(), poll.attempt(), poll.agent()));
    }

    /** Its run waits for it: it is the run that has it asked. */
    private void show(RemoteCalls.Attempt attempt, Effect.Poll poll, String chunk) {
        if (output.show(attempt.runId(), attempt.task(), attempt.number(), chunk)) {
            output.begin(attempt, new Effect.Show(poll.graph(), poll.node(), poll.task(), poll.attempt()));
        }
    }

    /** What an attempt showed is there before anybody learns of its end. */
    private void awaitOutput(RemoteCalls.Attempt attempt) throws InterruptedException {
        AttemptOutput shown = output.close(attempt.runId(), attempt.task(), attempt.number());
        if (shown != null) {
            shown.awaitSettled(MOST_WAIT_FOR_OUTPUT);
        }
    }

    void giveUp(String agent, String handle) {
        Thread.ofVirtual().name("postroad-give-up").start(() -> {
            try {
                ReadyAgent ready = directory.agent(agent).orElse(null);
                if (ready != null) {
                    ready.client().giveUp(handle);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error broken) {
                LOG.warn("agent {} could not be told that nobody waits for it", agent, broken);
            }
        });
    }
}
