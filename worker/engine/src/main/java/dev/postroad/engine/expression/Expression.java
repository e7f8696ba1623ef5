package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.postroad.engine.expression.Planner.Plan;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One CEL expression over {@code state}, {@code result}, {@code input}, {@code run} and {@code error}, or, for a
 * reducer, over {@code old} and {@code new}; with the extensions for strings, math, lists, sets and bindings. It can read
 * no clock and do no I/O, so equal scopes give equal values, and cost the same.
 *
 * <p>Numbers are JSON's: one kind, exact, see {@link Numbers}. Cost is limited by a {@link Budget}, and a text to
 * {@value #MAX_CHARACTERS} characters. Immutable and thread-safe.
 */
public final class Expression {
    /** The longest expression, in characters. */
    public static final int MAX_CHARACTERS = 20_000;

    private static final int LONGEST_QUOTE = 500;
    private static final String OLD = "old";
    private static final String NEW = "new";

    private static final Compiled OF_GRAPHS =
            new Compiled(Language.over(List.of("state", "result", "input", "run", "error")));
    private static final Compiled OF_REDUCERS = new Compiled(Language.over(List.of(OLD, NEW)));

    private final String text;
    private final Plan plan;
    private final Reading reading;

    private Expression(String text, Plan plan, CelAbstractSyntaxTree tree) {
        this.text = text;
        this.plan = plan;
        this.reading = Reading.of(tree);
    }

    /**
     * Compiles an expression.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compile(String text) throws ExpressionException {
        return OF_GRAPHS.get(text);
    }

    /**
     * Compiles an expression that may refer to further names.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compile(String text, Collection<String> others) throws ExpressionException {
        return others.isEmpty()
                ? OF_GRAPHS.get(text)
                : compile(text, OF_GRAPHS.language().with(others));
    }

    /**
     * Compiles a reducer, over {@code old} and {@code new}.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compileReducer(String text) throws ExpressionException {
        return OF_REDUCERS.get(text);
    }

    /**
     * Compiles an expression over some names and no others.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compileOver(String text, Collection<String> names) throws ExpressionException {
        return compile(text, Language.over(List.copyOf(names)));
    }

    static Expression compile(String text, Language language) throws ExpressionException {
        CelAbstractSyntaxTree tree = language.checked(text);
        return new Expression(text, Planner.plan(tree), tree);
    }

    /**
     * Evaluates to any JSON value.
     *
     * @param budget what it may cost, and is charged
     * @throws ExpressionException where the evaluation fails or costs too much
     */
    public JsonNode evaluate(Scope scope, Budget budget) throws ExpressionException {
        return evaluate(scope::variable, budget);
    }

    /**
     * Reduces, where it was compiled as a reducer.
     *
     * @param budget what it may cost, and is charged
     * @throws ExpressionException where the evaluation fails or costs too much
     */
    public JsonNode reduce(JsonNode old, JsonNode write, Budget budget) throws ExpressionException {
        return evaluate(name -> name.equals(OLD) ? old : write, budget);
    }

    /**
     * Evaluates to an object, where it was compiled over names of its own.
     *
     * @param variables the value of each of them
     * @param budget what it may cost, and is charged
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public ObjectNode evaluateObject(Function<String, JsonNode> variables, Budget budget) throws ExpressionException {
        return object(evaluate(variables, budget));
    }

    /**
     * Evaluates to any JSON value, where it was compiled over names of its own.
     *
     * @param variables the value of each of them
     * @param budget what it may cost, and is charged
     * @throws ExpressionException where the evaluation fails or costs too much
     */
    public JsonNode evaluateAny(Function<String, JsonNode> variables, Budget budget) throws ExpressionException {
        return evaluate(variables, budget);
    }

    private JsonNode evaluate(Function<String, JsonNode> variables, Budget budget) throws ExpressionException {
        Evaluation evaluation = new Evaluation(plan.slotCount(), budget);
        plan.slots().forEach((name, slot) -> evaluation.set(slot, variables.apply(name)));
        try {
            return Results.json(budget, plan.root().evaluate(evaluation));
        } catch (Failure failed) {
            throw new ExpressionException("the expression " + quoted() + " failed: " + failed.reason(), failed);
        } catch (RuntimeException unforeseen) {
            // A fault of ours fails the node, and not the lane with all its runs.
            throw new ExpressionException("the expression " + quoted() + " failed: " + unforeseen, unforeseen);
        }
    }

    private String quoted() {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }

    /**
     * Evaluates to an object.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public ObjectNode evaluateObject(Scope scope, Budget budget) throws ExpressionException {
        return object(evaluate(scope, budget));
    }

    private ObjectNode object(JsonNode value) throws ExpressionException {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new ExpressionException("the expression " + quoted() + " must give an object");
    }

    /**
     * Evaluates to a list.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public ArrayNode evaluateList(Scope scope, Budget budget) throws ExpressionException {
        if (evaluate(scope, budget) instanceof ArrayNode list) {
            return list;
        }
        throw new ExpressionException("the expression " + quoted() + " must give a list");
    }

    /**
     * Evaluates to true or false.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public boolean holds(Scope scope, Budget budget) throws ExpressionException {
        if (evaluate(scope, budget) instanceof BooleanNode truth) {
            return truth.booleanValue();
        }
        throw new ExpressionException("the expression " + quoted() + " must give true or false");
    }

    /** The channels that the expression reads by name. */
    public Set<String> stateFields() {
        return fieldsOf("state");
    }

    /** What it reads by name of a variable. */
    public Set<String> fieldsOf(String variable) {
        return reading.fields().getOrDefault(variable, Set.of());
    }

    /** The channels that the expression reads without asking first whether they are there. */
    public Set<String> unaskedFields() {
        return reading.unasked();
    }

    /** What it gives in any case, where that is none of these; null where it may be one of them. */
    public @Nullable Given otherThan(Given... wanted) {
        Given gives = reading.gives();
        return gives == null || List.of(wanted).contains(gives) ? null : gives;
    }

    /** Whether it divides by a whole number that is written out and drops the remainder, without saying that this is meant. */
    public boolean dropsRemainder() {
        return reading.dropsRemainder();
    }

    /** The keys of the object that the expression gives, as far as it is written out; empty where it is computed. */
    public Set<String> literalKeys() {
        return reading.literalKeys();
    }

    /**
     * What is written out in the expression and fails whenever it is evaluated, such as a regular expression, a time or a
     * duration that is none: each with its place, as line:column, and the reason. Empty for most.
     */
    public List<String> flaws() {
        return plan.flaws();
    }

    @Override
    public String toString() {
        return text;
    }
}
