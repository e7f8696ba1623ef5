package dev.postroad.runtime.run.calls;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RemoteAgents;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteClient;
import dev.postroad.runtime.agent.http.AgentLog;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.logs.CallLog;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is with agents that answer by themselves, as far as this worker has to remember anything of it: what was last heard,
 * what is shown, and whose answer somebody here waits for. All of it is bounded, and none of it is needed by who takes a run
 * over. Thread-safe.
 */
public final class RemoteCalls implements RemoteDesk {
    private static final int MOST_FALLBACKS = 5;

    private final ReadyAgent.Directory directory;
    private final Guards guards;
    private final RunLogs logs;
    private final CallObserver observer;
    private final Traces traces;
    private final InstantSource clock;
    private final Heartbeats heartbeats = new Heartbeats();
    private final RemoteOutput output;
    private final Refusals refusals = new Refusals();
    private final AnswerPace pace = new AnswerPace();
    private final AwaitedAnswers awaited = new AwaitedAnswers();
    private final Map<Integer, Instant> listening = new ConcurrentHashMap<>();
    private final AgentPolls polls;

    /** An attempt that a remote agent has. */
    record Attempt(String runId, String task, int number) {}

    RemoteCalls(
            ReadyAgent.Directory directory,
            Guards guards,
            OutputChunks output,
            RunLogs logs,
            CallObserver observer,
            CallGate gate,
            Traces traces,
            InstantSource clock) {
        this.traces = traces;
        this.directory = directory;
        this.guards = guards;
        this.logs = logs;
        this.observer = observer;
        this.clock = clock;
        this.output = new RemoteOutput(output);
        this.polls = new AgentPolls(directory, heartbeats, this.output, logs, gate, clock);
    }

    /** What is shown by remote agents. */
    public RemoteOutput output() {
        return output;
    }

    /** Whether an agent said here before that it is at work on an attempt. */
    public boolean hears(String runId, String task, int attempt) {
        return heartbeats.lastHeard(new Attempt(runId, task, attempt)) != null;
    }

    /** An agent said that it is at work. */
    public void heard(String runId, String task, int attempt) {
        heartbeats.heard(new Attempt(runId, task, attempt), clock.instant());
    }

    /** The run of an attempt says that nobody waits for it. */
    public void refused(String runId, String task, int attempt) {
        refusals.add(new Attempt(runId, task, attempt), clock.instant());
    }

    /** Whether that was said lately, so that the run need not be asked again. */
    public boolean isRefused(String runId, String task, int attempt) {
        return refusals.holds(new Attempt(runId, task, attempt), clock.instant());
    }

    /** An attempt is about to be sent, so that from now on somebody waits for it. */
    void sends(String runId, String task, int attempt) {
        refusals.remove(new Attempt(runId, task, attempt));
    }

    /** Keeps whoever is to be told how an attempt went, should it be told here. */
    void remember(String runId, String task, int attempt, Pass pass, Consumer<AgentReply> replied) {
        awaited.keep(new Attempt(runId, task, attempt), pass, replied);
    }

    @Override
    public Duration patience() {
        return pace.patience();
    }

    @Override
    public void listens(int shard) {
        // Whoever had the shard meanwhile may have sent what was refused here before.
        refusals.clear();
        listening.put(shard, clock.instant());
    }

    @Override
    public RemoteAgents of(String runId, int shard) {
        return new OfRun(runId, shard);
    }

    @Override
    public void recall(RunKey run, Effect.Recall recall) {
        Attempt attempt = new Attempt(run.id(), recall.task(), recall.attempt());
        output.end(attempt);
        awaited.forget(attempt);
        if (recall.handle() == null) {
            client(recall.agent()).ifPresent(client -> client.recall(run.id(), recall.task(), recall.attempt()));
        } else {
            polls.giveUp(recall.agent(), recall.handle());
        }
    }

    @Override
    public void poll(RunKey run, long epoch, Effect.Poll poll, Consumer<AgentReply> over) {
        polls.poll(run, epoch, poll, TraceParents.of(run, poll.task(), poll.attempt()), over);
    }

    @Override
    public void note(RunKey run, Effect.Note note) {
        Attempt attempt = new Attempt(run.id(), note.task(), note.attempt());
        output.end(attempt);
        pace.took(note.durationMillis());
        if (!awaited.tell(attempt, note.reply(), note.durationMillis())) {
            guards.count(note.agent(), note.reply(), note.durationMillis());
        }
        AgentDefinition.Kind kind =
                directory.agent(note.agent()).map(ReadyAgent::kind).orElse(AgentDefinition.Kind.KAFKA);
        AttemptTrace trace = AttemptTrace.noted(traces, run, note, kind, clock.instant());
        AttemptTrace.measure(
                trace, () -> observer.observed(note.agent(), note.graph(), note.reply(), note.durationMillis(), true));
        log(run, note);
        if (note.reply() instanceof AgentReply.Faulted fault && fault.type().equals(RunError.TIMEOUT)) {
            client(note.agent())
                    .filter(client -> !client.reconciles())
                    .ifPresent(client -> client.recall(run.id(), note.task(), note.attempt()));
        }
    }

    private void log(RunKey run, Effect.Note note) {
        JsonNode said = note.logs();
        boolean failed = note.reply() instanceof AgentReply.Faulted;
        if (said == null && !failed) {
            return;
        }
        CallLog log = logs.of(run.id(), note.graph(), note.node(), note.task(), note.attempt(), note.agent());
        AgentLog.write(log, said, Excerpt.PLAIN);
        if (note.reply() instanceof AgentReply.Faulted fault) {
            log.warn("the call of agent " + note.agent() + " failed after " + note.durationMillis() + " ms: "
                    + fault.type() + ": " + fault.message());
        }
    }

    /** What shows something is at work. */
    @Override
    public void show(RunKey run, Effect.Show show) {
        heard(run.id(), show.task(), show.attempt());
        output.begin(new Attempt(run.id(), show.task(), show.attempt()), show);
    }

    private Optional<RemoteClient> client(String agent) {
        return directory
                .agent(agent)
                .map(ReadyAgent::client)
                .filter(RemoteClient.class::isInstance)
                .map(RemoteClient.class::cast);
    }

    private boolean mayBeRemote(String agent) {
        String name = agent;
        for (int i = 0; i <= MOST_FALLBACKS; i++) {
            ReadyAgent ready = directory.agent(name).orElse(null);
            if (ready == null) {
                return false;
            }
            if (ready.client() instanceof RemoteClient) {
                return true;
            }
            if (!(ready.guard().onUnavailable() instanceof OnUnavailable.Fallback(String next))) {
                return false;
            }
            name = next;
        }
        return false;
    }

    private final class OfRun implements RemoteAgents {
        private final String runId;
        private final int shard;

        OfRun(String runId, int shard) {
            this.runId = runId;
            this.shard = shard;
        }

        @Override
        public boolean isRemote(String agent) {
            return mayBeRemote(agent);
        }

        @Override
        public RetryPolicy policy(String agent) {
            return directory.agent(agent).map(ReadyAgent::policy).orElse(RetryPolicy.DEFAULT);
        }

        @Override
        public double chance() {
            return ThreadLocalRandom.current().nextDouble();
        }

        @Override
        public @Nullable Instant heard(String task, int attempt) {
            Instant heard = heartbeats.lastHeard(new Attempt(runId, task, attempt));
            Instant since = listening.get(shard);
            return heard == null || (since != null && since.isAfter(heard)) ? since : heard;
        }
    }
}
