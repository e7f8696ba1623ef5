package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.graph.RunRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run was asked for.
 *
 * @param timeout the longest that the run may take; null for no limit
 * @param base what it begins with in place of an empty state and its graph's entry; null for those
 * @param forkedFrom the run that {@code base} is of; null where the run was triggered
 * @param place its place in the queue; null where its graph says nothing of it
 * @param startAt it does not begin before; null where it may begin at once
 * @param breakpoints before and after which nodes it pauses
 * @param rules what holds for the run in place of what its graph says
 * @param by who asked for it; null where nobody said
 */
public record Admission(
        ObjectNode input,
        int priority,
        @Nullable Duration timeout,
        Map<String, String> tags,
        Origin origin,
        @Nullable Snapshot base,
        @Nullable ForkedFrom forkedFrom,
        @Nullable Instant startAt,
        @Nullable QueuePlace place,
        Breakpoints breakpoints,
        RunRules rules,
        @Nullable String by) {
    public Admission {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** What a trigger of a graph asks for. */
    public Admission(
            ObjectNode input, int priority, @Nullable Duration timeout, Map<String, String> tags, Origin origin) {
        this(input, priority, timeout, tags, origin, null, null, null, null, Breakpoints.NONE, RunRules.NONE, null);
    }

    /**
     * The version of another run that a run goes on from.
     *
     * @param commandId the command that made it, so that the same command makes it once
     */
    public record ForkedFrom(String runId, int version, String commandId) {}

    /** What a trigger of a single agent asks for: one task of that agent, which is handed the input. */
    public static Admission ofAgent(
            String agent,
            ObjectNode input,
            int priority,
            @Nullable Duration timeout,
            Map<String, String> tags,
            Origin origin) {
        return new Admission(
                input,
                priority,
                timeout,
                tags,
                origin,
                Snapshot.ofOneTask(agent, input),
                null,
                null,
                null,
                Breakpoints.NONE,
                RunRules.NONE,
                null);
    }

    /** The same, and not before a time; null for at once. */
    public Admission startingAt(@Nullable Instant time) {
        return time == null
                ? this
                : new Admission(
                        input, priority, timeout, tags, origin, base, forkedFrom, time, place, breakpoints, rules, by);
    }

    /** The same, at a place in the queue. */
    public Admission placed(QueuePlace queued) {
        return new Admission(
                input, priority, timeout, tags, origin, base, forkedFrom, startAt, queued, breakpoints, rules, by);
    }

    /** The same, of a run that pauses before and after nodes. */
    public Admission pausing(Breakpoints at) {
        return at.isEmpty()
                ? this
                : new Admission(
                        input, priority, timeout, tags, origin, base, forkedFrom, startAt, place, at, rules, by);
    }

    /** The same, of a run to which rules of its own apply. */
    public Admission under(RunRules own) {
        return own.equals(rules)
                ? this
                : new Admission(
                        input, priority, timeout, tags, origin, base, forkedFrom, startAt, place, breakpoints, own, by);
    }

    /** How the run waits for others, as a run of a version of its graph. */
    public QueueRules queue(Graph graph) {
        return rules.queue(graph.queue());
    }

    /** What its agents may spend, as a run of a version of its graph; null for no limit. */
    public @Nullable BudgetRules budget(Graph graph) {
        return rules.budget() == null ? graph.budget() : rules.budget();
    }

    /** The same, where it is one that runs share; else null. */
    @Nullable
    BudgetRules sharedBudget(Graph graph) {
        BudgetRules budget = budget(graph);
        return budget == null || budget.per() == null ? null : budget;
    }

    /** The same, asked for by somebody; null where nobody said. */
    public Admission by(@Nullable String giver) {
        return giver == null
                ? this
                : new Admission(
                        input,
                        priority,
                        timeout,
                        tags,
                        origin,
                        base,
                        forkedFrom,
                        startAt,
                        place,
                        breakpoints,
                        rules,
                        giver);
    }

    /** The same, counted by what another version of its graph says. */
    Admission under(String runId, Graph graph) {
        QueuePlace there = QueuePlace.under(runId, graph, this);
        return new Admission(
                input, priority, timeout, tags, origin, base, forkedFrom, startAt, there, breakpoints, rules, by);
    }

    /** The same, begun with another state in place of the one that it was to begin with. */
    Admission onto(Snapshot other) {
        return new Admission(
                input, priority, timeout, tags, origin, other, forkedFrom, startAt, place, breakpoints, rules, by);
    }

    /** What a fork asks for: the same, from another state on, at once, and pausing nowhere. */
    Admission forked(ObjectNode lastInput, Snapshot from, ForkedFrom source) {
        return new Admission(
                lastInput, priority, timeout, tags, origin, from, source, null, null, Breakpoints.NONE, rules, null);
    }
}
