package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads where a run is to go on: the field {@code goto} of an object, which is a node's name, {@code {"node": …,
 * "input": …}}, or a list of these. Immutable.
 */
public final class GotoReader {
    private static final String FIELD = "goto";
    private static final String REMEDY = "name a node, or write {\"node\": …, \"input\": …}, or a list of these";
    private static final String GRAPH = "graph";
    private static final String PARENT = "PARENT";

    private final Fields fields;
    private final List<Fault> faults;

    /**
     * Reads one object.
     *
     * @param faults where whatever is wrong is noted, the same list that {@code fields} notes its own in
     */
    public GotoReader(Fields fields, List<Fault> faults) {
        this.fields = fields;
        this.faults = faults;
    }

    /** Nodes of the same graph; empty where the field is absent or wrong. */
    public List<Goto> inGraph() {
        return all(Scope.GRAPH);
    }

    /**
     * As an agent may answer, whose {@code "graph": "PARENT"} leads to the graph that its own is a part of: beside a
     * node it counts for that one, beside {@code goto} for all of them.
     */
    public List<Goto> inGraphOrParent() {
        if (!fields.has(FIELD)) {
            return List.of();
        }
        return all(isOfParent(fields) ? Scope.PARENT : Scope.EITHER);
    }

    private List<Goto> all(Scope scope) {
        JsonNode tree = fields.tree(FIELD);
        if (tree == null) {
            return List.of();
        }
        if (!tree.isArray()) {
            Goto only = one(tree, FIELD, scope);
            return only == null ? List.of() : List.of(only);
        }
        List<Goto> all = new ArrayList<>();
        for (int i = 0; i < tree.size(); i++) {
            Goto next = one(tree.get(i), FIELD + "[" + i + "]", scope);
            if (next != null) {
                all.add(next);
            }
        }
        return all;
    }

    private @Nullable Goto one(JsonNode tree, String place, Scope scope) {
        if (tree.isTextual() && !tree.textValue().isEmpty()) {
            return new Goto(tree.textValue(), null, scope == Scope.PARENT);
        }
        if (!tree.isObject()) {
            fields.fault(place, "leads nowhere", REMEDY);
            return null;
        }
        Fields target = Fields.of(tree, fields.place(place), faults);
        String node = target.requiredText("node", "name a node, or END");
        if (scope == Scope.GRAPH && target.has(GRAPH)) {
            target.fault(GRAPH, "has no meaning here", "remove it");
        }
        boolean parent = scope == Scope.PARENT || (scope == Scope.EITHER && isOfParent(target));
        return node.isEmpty() ? null : new Goto(node, target.object().get("input"), parent);
    }

    private static boolean isOfParent(Fields fields) {
        String graph = fields.text(GRAPH);
        if (graph != null && !graph.equals(PARENT)) {
            fields.fault(GRAPH, "is " + Fields.quoted(graph), "say " + PARENT + ", or remove it");
        }
        return PARENT.equals(graph);
    }

    /** Which graphs may be meant. */
    private enum Scope {
        GRAPH,
        PARENT,
        EITHER
    }
}
