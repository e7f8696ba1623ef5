package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the runs of a schedule begin with: the same for each, or made of the time that is due. Immutable and thread-safe. */
public final class ScheduledInput {
    private static final String SCHEDULE = "schedule";
    private static final int MOST_ITERATIONS = 1_000;

    private final String schedule;
    private final ObjectNode constant;
    private final @Nullable Expression expression;

    private ScheduledInput(String schedule, ObjectNode constant, @Nullable Expression expression) {
        this.schedule = schedule;
        this.constant = constant;
        this.expression = expression;
    }

    /**
     * Makes ready what a schedule says of it.
     *
     * @throws FaultsException where its expression is none
     */
    public static ScheduledInput of(ScheduleDefinition definition) throws FaultsException {
        String text = definition.inputExpression();
        ObjectNode constant =
                definition.input() instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        if (text == null) {
            return new ScheduledInput(definition.name(), constant, null);
        }
        try {
            Expression expression = Expression.compileOver(text, List.of(SCHEDULE));
            if (!expression.flaws().isEmpty()) {
                throw fault(String.join("; ", expression.flaws()));
            }
            return new ScheduledInput(definition.name(), constant, expression);
        } catch (ExpressionException wrong) {
            throw fault(String.valueOf(wrong.getMessage()));
        }
    }

    private static FaultsException fault(String problem) {
        return new FaultsException(List.of(new Fault(
                "input", problem, "write an expression over schedule.name and schedule.time that gives an object")));
    }

    /**
     * The input of the run of a time.
     *
     * @throws ExpressionException where the expression fails, or gives no object
     */
    public ObjectNode at(Instant time) throws ExpressionException {
        if (expression == null) {
            return constant;
        }
        JsonNode about =
                JsonNodeFactory.instance.objectNode().put("name", schedule).put("time", time.toString());
        return expression.evaluateObject(name -> about, new Budget(MOST_ITERATIONS));
    }
}
