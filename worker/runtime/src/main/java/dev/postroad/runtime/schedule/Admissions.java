package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition.OfAgent;
import dev.postroad.contracts.definition.ScheduleDefinition.OfGraph;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.run.lane.Admittee;
import dev.postroad.runtime.run.lane.Admittee.AdmissionOutcome;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes runs of the times of schedules, as far as what is published allows. Thread-safe; answers from memory. */
final class Admissions {
    private final Catalog catalog;

    Admissions(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Why the run of a time cannot begin; null where it can. */
    @Nullable
    String refusal(StoredSchedule schedule, Instant time) {
        ScheduleDefinition definition = schedule.definition();
        try {
            ObjectNode input = schedule.input().at(time);
            return switch (definition.target()) {
                case OfAgent(String agent) -> catalog.agent(agent).isPresent() ? null : "there is no agent " + agent;
                case OfGraph of -> {
                    Optional<Graph> graph = graph(of);
                    yield graph.isEmpty() ? "there is no " + said(of) : refusal(graph.get(), input);
                }
            };
        } catch (ExpressionException failed) {
            return "its input cannot be made: " + failed.getMessage();
        }
    }

    private static @Nullable String refusal(Graph graph, ObjectNode input) {
        String refusal = graph.refusal(input);
        return refusal == null ? null : "its input cannot be taken: " + refusal;
    }

    private static String said(OfGraph of) {
        return of.version() == null ? "graph " + of.name() : "version " + of.version() + " of graph " + of.name();
    }

    private Optional<Graph> graph(OfGraph of) {
        return of.version() == null ? catalog.newest(of.name()) : catalog.version(of.name(), of.version());
    }

    /** What admits the run of a time to a shard; empty where it cannot begin, which {@link #refusal} says. */
    Optional<Admittee> admittee(StoredSchedule schedule, StartingRun run, int shard, AdmissionOutcome outcome) {
        ScheduleDefinition definition = schedule.definition();
        Origin origin = new Origin(definition.registryKey(), shard, run.dueAt().toEpochMilli());
        try {
            ObjectNode input = schedule.input().at(run.dueAt());
            return switch (definition.target()) {
                case OfAgent(String agent) ->
                    Optional.of(admittee(
                            run,
                            shard,
                            Graph.ofAgent(agent),
                            Admission.ofAgent(
                                    agent,
                                    input,
                                    definition.priority(),
                                    definition.timeout(),
                                    definition.tags(),
                                    origin),
                            outcome));
                case OfGraph of ->
                    graph(of)
                            .map(graph -> admittee(
                                    run,
                                    shard,
                                    graph,
                                    new Admission(
                                            input,
                                            definition.priority(),
                                            definition.timeout(),
                                            definition.tags(),
                                            origin),
                                    outcome));
            };
        } catch (ExpressionException failed) {
            return Optional.empty();
        }
    }

    private static Admittee admittee(
            StartingRun run, int shard, Graph graph, Admission admission, AdmissionOutcome outcome) {
        return new Admittee(run.runId(), shard, graph, admission, 0, null, outcome);
    }
}
