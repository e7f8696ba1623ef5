package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition.OfAgent;
import dev.postroad.contracts.definition.ScheduleDefinition.OfGraph;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import org.jspecify.annotations.Nullable;

/** Sees whether a schedule fits what it runs, before it is published. */
public final class ScheduleChecks {
    private ScheduleChecks() {}

    /**
     * Checks that what it runs is there, and takes its input where that is written out.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static void check(ScheduleDefinition schedule, Library library) throws FaultsException {
        FaultList faults = FaultList.ofDefinitions();
        try {
            ScheduledInput.of(schedule);
        } catch (FaultsException unsound) {
            faults.addAll(unsound, "");
        }
        Fault unfit = switch (schedule.target()) {
            case OfAgent(String agent) ->
                library.hasAgent(agent)
                        ? null
                        : new Fault("agent", "there is no agent " + agent, "publish it, or name another");
            case OfGraph(String graph, Integer version) -> unfit(schedule, graph, version, library);
        };
        if (unfit != null) {
            faults.add(unfit);
        }
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
    }

    private static @Nullable Fault unfit(
            ScheduleDefinition schedule, String name, @Nullable Integer version, Library library) {
        Graph graph = library.graph(name, version);
        if (graph == null) {
            String what = version == null ? "graph " + name : "version " + version + " of graph " + name;
            return new Fault("graph", "there is no " + what, "publish it, or name another");
        }
        String refusal = schedule.inputExpression() != null || schedule.input() == null
                ? null
                : graph.refusal((ObjectNode) schedule.input());
        return refusal == null
                ? null
                : new Fault("input", refusal, "write the values by channel, as {\"channel\": value, …}");
    }
}
