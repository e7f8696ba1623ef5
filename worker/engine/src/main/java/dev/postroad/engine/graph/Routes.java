package dev.postroad.engine.graph;

import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.expression.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a node (or START) leads.
 *
 * @param always the nodes that follow in any case
 * @param branches conditions, each by itself
 * @param otherwise the nodes that follow where no condition holds
 */
public record Routes(List<String> always, List<Branch> branches, List<String> otherwise) {
    /** Leads nowhere. */
    public static final Routes NONE = new Routes(List.of(), List.of(), List.of());

    /** Leads to {@code targets} where {@code when} holds. */
    public record Branch(Expression when, List<String> targets) {}

    /** Whether the state decides where this leads. */
    public boolean isConditional() {
        return !branches.isEmpty();
    }

    /**
     * The nodes that the conditions choose, END left out.
     *
     * @throws ExpressionException where a condition fails
     */
    public List<String> choose(Scope scope) throws ExpressionException {
        List<String> chosen = new ArrayList<>();
        boolean any = false;
        for (Branch branch : branches) {
            if (branch.when().holds(scope)) {
                any = true;
                chosen.addAll(branch.targets());
            }
        }
        if (!any) {
            chosen.addAll(otherwise);
        }
        return chosen;
    }
}
