package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions.Function;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime.Program;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * One CEL expression over {@code state}, {@code result}, {@code input}, {@code run} and {@code error}, or, for a
 * reducer, over {@code old} and {@code new}; with the extensions for strings, math, lists, sets and bindings. It can read no clock and do no I/O, so equal scopes give equal values.
 *
 * <p>Cost is limited: {@value #MAX_CHARACTERS} characters, {@value #MAX_ITERATIONS} iterations of macros in one
 * evaluation, as many elements in a range. Immutable and thread-safe.
 */
public final class Expression {
    /** The longest expression, in characters. */
    public static final int MAX_CHARACTERS = 20_000;

    /** The most iterations of all macros of one evaluation. */
    public static final int MAX_ITERATIONS = 100_000;

    private static final String OLD = "old";
    private static final String NEW = "new";

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(MAX_CHARACTERS)
            .maxParseRecursionDepth(100)
            .maxRegexProgramSize(1_000)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .build();
    private static final Cel OF_GRAPHS = environment(List.of("state", "result", "input", "run", "error"));
    private static final Cel OF_REDUCERS = environment(List.of(OLD, NEW));

    private final String text;
    private final Program program;
    private final Set<String> stateFields;
    private final Set<String> literalKeys;

    private Expression(String text, Program program, Set<String> stateFields, Set<String> literalKeys) {
        this.text = text;
        this.program = program;
        this.stateFields = Set.copyOf(stateFields);
        this.literalKeys = Set.copyOf(literalKeys);
    }

    /**
     * Compiles an expression.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compile(String text) throws ExpressionException {
        return compile(text, OF_GRAPHS);
    }

    /**
     * Compiles an expression that may refer to further names.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compile(String text, Collection<String> others) throws ExpressionException {
        if (others.isEmpty()) {
            return compile(text);
        }
        CelBuilder more = OF_GRAPHS.toCelBuilder();
        others.forEach(name -> more.addVar(name, SimpleType.DYN));
        return compile(text, more.build());
    }

    /**
     * Compiles a reducer, over {@code old} and {@code new}.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static Expression compileReducer(String text) throws ExpressionException {
        return compile(text, OF_REDUCERS);
    }

    private static Expression compile(String text, Cel cel) throws ExpressionException {
        try {
            CelAbstractSyntaxTree tree = cel.compile(text).getAst();
            return new Expression(text, cel.createProgram(tree), stateFields(tree), literalKeys(tree));
        } catch (CelValidationException unsound) {
            String faults =
                    unsound.getErrors().stream().map(Expression::described).collect(Collectors.joining("; "));
            throw new ExpressionException(faults, unsound);
        } catch (CelEvaluationException | RuntimeException unsound) {
            throw new ExpressionException(String.valueOf(unsound.getMessage()), unsound);
        }
    }

    /** On one line, as it goes into lists of faults and rejection events; CEL's own text draws an arrow below a quote. */
    private static String described(CelIssue fault) {
        CelSourceLocation at = fault.getSourceLocation();
        String message = fault.getMessage().replace(" (in container '')", "");
        // A fault of the whole text has no line.
        return at.getLine() < 1 ? message : at.getLine() + ":" + (at.getColumn() + 1) + ": " + message;
    }

    /**
     * Evaluates to any JSON value.
     *
     * @throws ExpressionException where the evaluation fails or costs too much
     */
    public JsonNode evaluate(Scope scope) throws ExpressionException {
        return evaluate(scope.variables());
    }

    /**
     * Reduces, where it was compiled as a reducer.
     *
     * @throws ExpressionException where the evaluation fails or costs too much
     */
    public JsonNode reduce(JsonNode old, JsonNode write) throws ExpressionException {
        return evaluate(Map.of(OLD, JsonValues.toCel(old), NEW, JsonValues.toCel(write)));
    }

    private JsonNode evaluate(Map<String, Object> variables) throws ExpressionException {
        try {
            return JsonValues.toJson(program.eval(variables));
        } catch (CelEvaluationException | RuntimeException failed) {
            throw new ExpressionException("the expression " + text + " failed: " + failed.getMessage(), failed);
        }
    }

    /**
     * Evaluates to an object.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public ObjectNode evaluateObject(Scope scope) throws ExpressionException {
        if (evaluate(scope) instanceof ObjectNode object) {
            return object;
        }
        throw new ExpressionException("the expression " + text + " must give an object");
    }

    /**
     * Evaluates to a list.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public ArrayNode evaluateList(Scope scope) throws ExpressionException {
        if (evaluate(scope) instanceof ArrayNode list) {
            return list;
        }
        throw new ExpressionException("the expression " + text + " must give a list");
    }

    /**
     * Evaluates to true or false.
     *
     * @throws ExpressionException where the evaluation fails, or gives something else
     */
    public boolean holds(Scope scope) throws ExpressionException {
        if (evaluate(scope) instanceof BooleanNode truth) {
            return truth.booleanValue();
        }
        throw new ExpressionException("the expression " + text + " must give true or false");
    }

    /** The channels that the expression reads by name. */
    public Set<String> stateFields() {
        return stateFields;
    }

    /** The keys of the object that the expression gives, as far as it is written out; empty where it is computed. */
    public Set<String> literalKeys() {
        return literalKeys;
    }

    @Override
    public String toString() {
        return text;
    }

    private static Set<String> stateFields(CelAbstractSyntaxTree tree) {
        return CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(expression -> expression.getKind() == Kind.SELECT)
                .map(CelExpr::select)
                .filter(select -> select.operand().getKind() == Kind.IDENT
                        && select.operand().ident().name().equals("state"))
                .map(CelExpr.CelSelect::field)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> literalKeys(CelAbstractSyntaxTree tree) {
        CelExpr root = tree.getExpr();
        if (root.getKind() != Kind.MAP) {
            return Set.of();
        }
        return root.map().entries().stream()
                .map(CelExpr.CelMap.Entry::key)
                .filter(key ->
                        key.getKind() == Kind.CONSTANT && key.constant().getKind() == CelConstant.Kind.STRING_VALUE)
                .map(key -> key.constant().stringValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Cel environment(List<String> variables) {
        // The planner's runtime copies lists on every read and call, so that map and filter take quadratic time there:
        // 1.6 s for 10,000 elements, against 30 ms here.
        CelBuilder builder = CelFactory.legacyCelBuilder();
        variables.forEach(name -> builder.addVar(name, SimpleType.DYN));
        return builder.setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addCompilerLibraries(
                        CelExtensions.strings(),
                        CelExtensions.math(),
                        CelExtensions.lists(),
                        CelExtensions.sets(OPTIONS),
                        CelExtensions.bindings())
                .addRuntimeLibraries(
                        CelExtensions.strings(),
                        CelExtensions.math(),
                        CelExtensions.lists(EnumSet.complementOf(EnumSet.of(Function.RANGE))),
                        CelExtensions.sets(OPTIONS))
                .addFunctionBindings(CelFunctionBinding.from("lists_range", Long.class, Expression::range))
                .build();
    }

    /** CEL's own has no bound, so that one number from a trigger could take all memory. */
    private static List<Long> range(long size) throws CelEvaluationException {
        if (size > MAX_ITERATIONS) {
            throw new CelEvaluationException("a range of " + size + " is longer than " + MAX_ITERATIONS);
        }
        return LongStream.range(0, size).boxed().toList();
    }
}
