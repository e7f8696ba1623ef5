package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.Limits;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.contracts.json.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One version of a graph, known to be sound. Immutable and thread-safe.
 *
 * @param version from 1
 * @param routes where each node leads; END is left out
 * @param joinsOf the joins that each node contributes to
 * @param queue how its runs wait for one another
 * @param budget what their agents may spend; null for no limit
 * @param depth 1, and one more for each graph inside a graph inside this one
 * @param memoryless whether each superstep follows from the last alone: no join collects, and no node is deferred
 * @param foresight where tasks may lead, for a graph whose nodes start as soon as they can; null for one of supersteps
 * @param open whether every name is a channel that keeps the last write
 */
public record Graph(
        String name,
        int version,
        Map<String, Channel> channels,
        Map<String, Node> nodes,
        Routes entry,
        Map<String, Routes> routes,
        List<Join> joins,
        Map<String, List<Join>> joinsOf,
        Limits limits,
        QueueRules queue,
        @Nullable BudgetRules budget,
        Interrupts interruptBefore,
        Interrupts interruptAfter,
        int depth,
        boolean memoryless,
        @Nullable Foresight foresight,
        boolean open) {

    private static final int MOST_REFUSALS = 20;

    /** How deep graphs may be nested. */
    public static final int MAX_DEPTH = 10;

    /** The version of what is no published graph: see {@link #ofAgent}. */
    public static final int OF_AGENT = 0;

    /** The graph of a run of a single agent: one node, whose result is the state, whatever its keys. */
    public static Graph ofAgent(String agent) {
        Node node = new Node(
                agent,
                0,
                new Node.ByAgent(agent),
                null,
                null,
                RetrySettings.UNSET,
                null,
                false,
                null,
                null,
                Set.of(),
                NodeGuardSettings.UNSET,
                Set.of());
        return new Graph(
                agent,
                OF_AGENT,
                Map.of(),
                Map.of(agent, node),
                new Routes(List.of(agent), List.of()),
                Map.of(agent, Routes.NONE),
                List.of(),
                Map.of(),
                Limits.DEFAULT,
                QueueRules.NONE,
                null,
                Interrupts.NONE,
                Interrupts.NONE,
                1,
                true,
                null,
                true);
    }

    /** What time the budget is for that its runs share; null where they share none. */
    public @Nullable BudgetPeriod budgetPeriod() {
        return budget == null ? null : budget.per();
    }

    /** The channel of a name; null where there is none. */
    public @Nullable Channel channel(String channel) {
        Channel found = channels.get(channel);
        return found == null && open ? Channel.of(channel, Reducer.LAST, null) : found;
    }

    /** The node of a name that is known to exist. */
    public Node node(String node) {
        return Objects.requireNonNull(nodes.get(node), () -> "graph " + name + " has no node " + node);
    }

    /** The state before any write. */
    public ObjectNode initialState() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        channels.values().forEach(channel -> {
            if (channel.initial() != null) {
                state.set(channel.name(), channel.initial());
            }
        });
        return state;
    }

    /** Why the channels cannot take these writes, naming each offender; null where they can. */
    public @Nullable String refusal(ObjectNode writes) {
        return refusals(writes, Channel::refusal);
    }

    /** Why the channels cannot have these values, naming each offender; null where they can. */
    public @Nullable String refusalOfState(ObjectNode state) {
        return refusals(state, Channel::refusalOfValue);
    }

    private @Nullable String refusals(ObjectNode values, BiFunction<Channel, JsonNode, @Nullable String> check) {
        List<String> refusals = new ArrayList<>(0);
        int more = 0;
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            Channel channel = channel(value.getKey());
            if (channel == null && refusals.size() >= MOST_REFUSALS) {
                more++;
                continue;
            }
            String refusal = channel == null ? unknown(value.getKey()) : refused(channel, value.getValue(), check);
            if (refusal != null && refusals.size() < MOST_REFUSALS) {
                refusals.add(refusal);
            } else if (refusal != null) {
                more++;
            }
        }
        if (refusals.isEmpty()) {
            return null;
        }
        return String.join("; ", refusals) + (more == 0 ? "" : "; and " + more + " more cannot be taken");
    }

    private String unknown(String channel) {
        return "there is no channel " + Shown.name(channel) + " in graph " + name + "; its channels are "
                + Shown.names(channels.keySet());
    }

    private static @Nullable String refused(
            Channel channel, JsonNode value, BiFunction<Channel, JsonNode, @Nullable String> check) {
        String refusal = check.apply(channel, value);
        return refusal == null
                ? null
                : "channel " + channel.name() + " cannot take " + value.getNodeType() + ": " + refusal;
    }
}
