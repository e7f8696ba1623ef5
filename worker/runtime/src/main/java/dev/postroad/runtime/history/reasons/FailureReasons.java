package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.definitions.PublishedGraph;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.runs.RunSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says why a run failed, or paused for a failure, and what helps against failures of that kind. Thread-safe. */
final class FailureReasons {
    /** What only another definition of the graph mends. */
    private static final Set<String> OF_GRAPH =
            Set.of("expression", "bad-output", "channel-conflict", "state-limit", "task-limit", "tool-depth");

    private final PublishedDefinitions definitions;

    FailureReasons(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    /** @param at when it failed; null where that is not known */
    Reason of(RunSummary run, RunFacts facts, JsonNode error, @Nullable Instant at) {
        String type = error.path("type").asText();
        boolean isPaused = run.status() == RunStatus.PAUSED;
        if (isPaused && type.equals(RunError.BUDGET)) {
            return spent(run, facts, error, at);
        }
        ReasonCode code = isPaused ? ReasonCode.PAUSED_BY_FAILURE : ReasonCode.FAILED;
        String what = where(error) + " failed with " + type + ": " + message(error);
        if (!OF_GRAPH.contains(type)) {
            return Reason.of(code, what, at, Remedies.against(type), retry(run));
        }
        Integer newest = facts.newerThan(run.graphVersion());
        if (newest == null) {
            String remedy = Remedies.against(type) + ", and apply it; then take the run there by `postroad migrate RUN"
                    + " --graph-version V`, and retry it";
            return Reason.of(code, what, at, remedy, retry(run));
        }
        return Reason.of(
                code,
                what + "; since it began, the graph was changed, to version " + newest,
                at,
                "where that version mends it, take the run there and retry it; else " + Remedies.against(type)
                        + ", and apply it",
                Step.migrate(run.runId(), newest),
                retry(run));
    }

    private static String where(JsonNode error) {
        String node = error.path("node").asText();
        return node.isEmpty() ? "the run" : "node " + node;
    }

    private static String message(JsonNode error) {
        return error.path("message").asText();
    }

    private static Step retry(RunSummary run) {
        return Step.control("retry", run.runId());
    }

    private Reason spent(RunSummary run, RunFacts facts, JsonNode error, @Nullable Instant at) {
        String what = where(error) + " is not called, as " + message(error);
        Optional<JsonNode> own = Optional.ofNullable(facts.terms())
                .map(terms -> terms.path("budget"))
                .filter(JsonNode::isObject);
        Optional<JsonNode> shared = own.or(() -> definitions
                        .publishedGraph(run.graph(), null)
                        .map(PublishedGraph::definition)
                        .map(definition -> definition.path("budget")))
                .filter(budget -> budget.hasNonNull("per"));
        if (shared.isEmpty()) {
            return Reason.of(
                    ReasonCode.BUDGET_SPENT, what, at, "retry it, which gives the run as much again", retry(run));
        }
        Instant next = new BudgetPeriod(shared.get().path("per").asText()).next(facts.now());
        return new Reason(
                ReasonCode.BUDGET_SPENT,
                what,
                at,
                next,
                own.isPresent()
                        ? "wait; the run goes on by itself when the period is over that its trigger set"
                        : "raise budget of graph " + run.graph()
                                + " and apply it; the run goes on by itself then, or when its period is over",
                List.of());
    }
}
