package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.runs.RunLookup;
import dev.postroad.runtime.history.runs.RunSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Says of a run why it does not go on, and what helps, from what Postgres holds. Thread-safe. */
public final class RunDiagnosis {
    private static final int MOST_REASONS = 20;
    private static final String LAST = """
            SELECT at, data FROM postroad.journal
            WHERE run = :run AND type = ANY (string_to_array(:types, ',')) AND seq > :after
            ORDER BY seq DESC LIMIT 1""";
    private final Jdbi postgres;
    private final RunLookup runs;
    private final QueueReasons queue;
    private final AgentReasons agents;
    private final FailureReasons failures;

    public RunDiagnosis(DataSource database) {
        postgres = Jdbi.create(database);
        runs = new RunLookup(postgres);
        PublishedDefinitions definitions = new PublishedDefinitions(postgres);
        queue = new QueueReasons(definitions);
        agents = new AgentReasons(definitions);
        failures = new FailureReasons(definitions);
    }

    /** How a run stands; empty where there is no such run. All is looked at as of one moment, as the run may go on. */
    public Optional<RunReasons> of(String runId) {
        return of(runId, null);
    }

    /**
     * As {@link #of(String)}, for somebody who writes to Postgres besides.
     *
     * @param trouble why nothing can be written there; null where it can
     */
    public Optional<RunReasons> of(String runId, @Nullable String trouble) {
        return postgres.inTransaction(handle -> {
            // Of this transaction alone: a session may be shared by a pooler.
            handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            return runs.find(runId).map(run -> reasons(handle, run, trouble));
        });
    }

    private RunReasons reasons(Handle handle, RunSummary run, @Nullable String trouble) {
        RunFacts facts = handle.createQuery(RunFacts.QUERY)
                .bind("runId", run.runId())
                .map((row, context) -> RunFacts.of(row))
                .one();
        List<Reason> reasons = new ArrayList<>();
        if (run.setAside() != null) {
            reasons.add(unreadable(run, run.setAside()));
        }
        Optional<Reason> server = run.status().isEnded() ? Optional.empty() : ServerReasons.of(handle, facts, trouble);
        server.ifPresent(reasons::add);
        // While nothing can be written, nobody can say that it lives.
        boolean orphaned = facts.orphaned() && !run.status().isEnded() && server.isEmpty();
        if (orphaned) {
            reasons.add(orphaned(facts));
        }
        boolean busy = gather(handle, run, facts, reasons);
        if (!run.status().isEnded()) {
            last(handle, facts, "command.rejected", facts.statusSeq())
                    .ifPresent(last -> reasons.add(Refusals.of(last)));
        }
        boolean standsStill = !run.status().isEnded() && (!busy || orphaned || run.setAside() != null);
        return new RunReasons(
                run.runId(), run.status(), standsStill, reasons.subList(0, Math.min(MOST_REASONS, reasons.size())));
    }

    private static Reason orphaned(RunFacts facts) {
        return Reason.of(
                ReasonCode.NO_OWNER,
                "no worker that lives has shard " + facts.shard() + ", to which the run belongs",
                facts.orphanedSince(),
                "start a worker by `postroad worker`; where some run, one of them takes the shard within seconds");
    }

    private static Reason unreadable(RunSummary run, RunSummary.SetAside aside) {
        return Reason.of(
                ReasonCode.UNREADABLE,
                "worker " + aside.worker() + " cannot read the run and leaves it as it is: " + aside.why(),
                aside.since(),
                "start a worker of the release that wrote it, which takes it up by itself; where what was wrong is mended,"
                        + " pause and unpause it: it is read anew then",
                Step.control("pause", run.runId()),
                Step.control("unpause", run.runId()));
    }

    /** Whether something of the run is under way. */
    private boolean gather(Handle handle, RunSummary run, RunFacts facts, List<Reason> reasons) {
        switch (run.status()) {
            case QUEUED -> reasons.add(queue.of(handle, run, facts));
            case RUNNING -> {
                return underWay(handle, run, facts, reasons);
            }
            case WAITING -> waiting(handle, run, facts, reasons);
            case PAUSED -> paused(handle, run, facts, reasons);
            case FAILED -> {
                JsonNode error = run.error();
                reasons.add(failures.of(
                        run, facts, error == null ? JsonNodeFactory.instance.objectNode() : error, run.endedAt()));
                PeopleReasons.add(run, facts, reasons);
            }
            case CANCELLED -> reasons.add(cancelled(handle, run, facts));
            case COMPLETED -> {}
        }
        return false;
    }

    private boolean underWay(Handle handle, RunSummary run, RunFacts facts, List<Reason> reasons) {
        boolean busy = false;
        List<OpenTask> tasks = tasks(handle, facts);
        for (OpenTask task : tasks) {
            if (task.isRetrying()) {
                reasons.add(retrying(run, task));
            } else if (task.isMissingItsAgent()) {
                reasons.add(agents.of(handle, task));
            }
        }
        for (OpenTask task : tasks) {
            if (task.isCalling()) {
                busy = true;
                reasons.add(calling(run, task));
            }
        }
        return busy || reasons.isEmpty();
    }

    private static Reason calling(RunSummary run, OpenTask task) {
        return Reason.of(
                        ReasonCode.CALLING,
                        "agent " + task.agent() + " is at work for node " + task.node() + ", attempt " + task.attempt(),
                        task.at(),
                        "wait; cancel the run where it takes too long",
                        Step.control("cancel", run.runId()))
                .until(task.until());
    }

    private static Reason retrying(RunSummary run, OpenTask task) {
        return Reason.of(
                        ReasonCode.RETRYING,
                        "node " + task.node() + " failed in attempt " + task.attempt() + " with " + task.error()
                                + ", and is tried again",
                        task.at(),
                        Remedies.ofAgent(task.errorType())
                                + "; the next attempt comes by itself, or at once with --now",
                        Step.control("retry", run.runId(), " --now", body -> body.put("now", true)))
                .until(task.until());
    }

    private static List<OpenTask> tasks(Handle handle, RunFacts facts) {
        return handle.createQuery(OpenTask.SOME)
                .bind("run", facts.number())
                .map((row, context) -> OpenTask.of(row))
                .list();
    }

    private void waiting(Handle handle, RunSummary run, RunFacts facts, List<Reason> reasons) {
        PeopleReasons.add(run, facts, reasons);
        for (OpenTask task : tasks(handle, facts)) {
            if (task.isMissingItsAgent()) {
                reasons.add(agents.of(handle, task));
            } else if (task.isCalling()) {
                reasons.add(calling(run, task));
            } else if (task.isSleeping()) {
                reasons.add(sleeping(task, facts));
            }
        }
        if (reasons.isEmpty()) {
            last(handle, facts, "run.waiting").ifPresent(wait -> reasons.add(PeopleReasons.held(run, wait)));
        }
    }

    private static Reason sleeping(OpenTask task, RunFacts facts) {
        Instant until = task.until();
        boolean isOver = until != null && until.isBefore(facts.now());
        return Reason.of(
                        ReasonCode.TIMER,
                        "node " + task.node()
                                + (isOver ? " has slept, and the run waits for a place among the running" : " sleeps"),
                        task.at(),
                        isOver
                                ? "nothing is to be done: it goes on within a second or two; where it does not, start another"
                                        + " worker, or give workers more places by POSTROAD_MAX_RUNS"
                                : "nothing is to be done: it goes on by itself")
                .until(until);
    }

    private void paused(Handle handle, RunSummary run, RunFacts facts, List<Reason> reasons) {
        Optional<LastEvent> pause = last(handle, facts, "run.paused,run.pausing,run.rolled-back,state.updated");
        if (run.error() != null) {
            reasons.add(failures.of(
                    run, facts, run.error(), pause.map(LastEvent::at).orElse(null)));
        } else if (pause.isPresent() && BreakpointReasons.isAtOne(pause.get())) {
            reasons.add(BreakpointReasons.reason(run, pause.get(), last(handle, facts, BreakpointReasons.SET)));
        } else {
            String by = pause.map(last -> last.data().path("by").asText())
                    .filter(name -> !name.isEmpty())
                    .map(name -> " by " + name)
                    .orElse("");
            reasons.add(Reason.of(
                    ReasonCode.PAUSED,
                    "the run was paused" + by,
                    pause.map(LastEvent::at).orElse(null),
                    "unpause it to let it go on",
                    Step.control("unpause", run.runId())));
        }
        PeopleReasons.add(run, facts, reasons);
    }

    private static Reason cancelled(Handle handle, RunSummary run, RunFacts facts) {
        JsonNode data =
                last(handle, facts, "run.cancelled").map(LastEvent::data).orElse(JsonNodeFactory.instance.objectNode());
        String by = data.has("by") ? " by " + data.path("by").asText() : "";
        String why = data.has("reason") ? ": " + data.path("reason").asText() : "";
        return Reason.of(
                ReasonCode.CANCELLED,
                "the run was cancelled" + by + why,
                run.endedAt(),
                "retry it to go on where it was stopped",
                Step.control("retry", run.runId()));
    }

    private static Optional<LastEvent> last(Handle handle, RunFacts facts, String types) {
        return last(handle, facts, types, 0);
    }

    private static Optional<LastEvent> last(Handle handle, RunFacts facts, String types, int after) {
        return handle.createQuery(LAST)
                .bind("run", facts.number())
                .bind("types", types)
                .bind("after", after)
                .map((row, context) -> new LastEvent(Rows.requiredTime(row, "at"), Rows.requiredJson(row, "data")))
                .findOne();
    }
}
