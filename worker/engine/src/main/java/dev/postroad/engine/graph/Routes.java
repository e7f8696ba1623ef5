package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.expression.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a node (or START) leads.
 *
 * @param always the nodes that follow in any case
 * @param exits the ways that the state decides about, in the order of the edges
 */
public record Routes(List<String> always, List<Exit> exits) {
    /** Leads nowhere. */
    public static final Routes NONE = new Routes(List.of(), List.of());

    /**
     * A way that the state decides about.
     *
     * @param when null where it is always taken, or is {@code otherwise}
     * @param otherwise whether it is taken where no condition of the same node holds
     * @param forEach gives the elements, each of which makes a task of its own; null for none
     * @param as the name of an element in its task's input; null where the element is the input
     */
    public record Exit(
            @Nullable Expression when,
            boolean otherwise,
            @Nullable Expression forEach,
            @Nullable String as,
            List<String> targets) {}

    /** Whether the state decides where this leads. */
    public boolean isConditional() {
        return !exits.isEmpty();
    }

    /**
     * What the state chooses, END left out.
     *
     * @param budget what all of its expressions together may cost
     * @throws ExpressionException where an expression fails
     */
    public List<Target> choose(Scope scope, Budget budget) throws ExpressionException {
        budget.renew();
        boolean[] holds = new boolean[exits.size()];
        boolean any = false;
        for (int i = 0; i < holds.length; i++) {
            Expression when = exits.get(i).when();
            holds[i] = when != null && when.holds(scope, budget);
            any |= holds[i];
        }
        List<Target> chosen = new ArrayList<>();
        for (int i = 0; i < holds.length; i++) {
            Exit exit = exits.get(i);
            if (holds[i] || (exit.otherwise() ? !any : exit.when() == null)) {
                add(exit, scope, budget, chosen);
            }
        }
        return chosen;
    }

    private static void add(Exit exit, Scope scope, Budget budget, List<Target> chosen) throws ExpressionException {
        if (exit.forEach() == null) {
            exit.targets().forEach(node -> chosen.add(Target.of(node)));
            return;
        }
        ArrayNode elements = exit.forEach().evaluateList(scope, budget);
        if (elements.isEmpty()) {
            exit.targets().forEach(node -> chosen.add(Target.none(node)));
        }
        for (JsonNode element : elements) {
            JsonNode input = exit.as() == null
                    ? element
                    : JsonNodeFactory.instance.objectNode().set(exit.as(), element);
            exit.targets().forEach(node -> chosen.add(new Target(node, input)));
        }
    }
}
