package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelSource;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a checked tree of CEL into steps, its variables into slots. Confined to one compilation. */
final class Planner {
    private final CelSource source;
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<String> flaws = new ArrayList<>();
    private int slotCount;

    private Planner(CelSource source) {
        this.source = source;
    }

    /**
     * An expression that is ready to be evaluated.
     *
     * @param slots of the variables that it refers to
     * @param slotCount of all variables, those of its macros included
     * @param flaws what is written out and cannot be evaluated, with its place: what leads there fails
     */
    record Plan(Step root, Map<String, Integer> slots, int slotCount, List<String> flaws) {}

    static Plan plan(CelAbstractSyntaxTree tree) throws ExpressionException {
        try {
            Planner planner = new Planner(tree.getSource());
            Step root = planner.step(tree.getExpr());
            return new Plan(root, Map.copyOf(planner.slots), planner.slotCount, List.copyOf(planner.flaws));
        } catch (Failure unsound) {
            throw new ExpressionException(unsound.reason());
        }
    }

    private Step step(CelExpr part) {
        return switch (part.getKind()) {
            case CONSTANT -> new Step.Constant(constant(part));
            case IDENT -> identifier(part.ident().name());
            case SELECT -> select(part.select());
            case CALL -> call(part);
            case LIST -> new Literals.ListOf(steps(part.list().elements()));
            case MAP -> map(part.map());
            case COMPREHENSION -> macro(part.comprehension());
            case STRUCT ->
                throw new Failure("there are no messages such as "
                        + part.struct().messageName() + " in these expressions; write a map");
            case NOT_SET -> throw new Failure("it is empty");
        };
    }

    private List<Step> steps(List<CelExpr> parts) {
        return parts.stream().map(this::step).toList();
    }

    private Step identifier(String name) {
        Values.Type type = type(name);
        return type == null
                ? new Step.Variable(slots.computeIfAbsent(name, ignored -> slotCount++))
                : new Step.Constant(Values.of(type));
    }

    private Values.@Nullable Type type(String name) {
        if (slots.containsKey(name)) {
            return null;
        }
        return switch (name) {
            case "int",
                    "uint",
                    "double",
                    "bool",
                    "string",
                    "bytes",
                    "list",
                    "map",
                    "null_type",
                    "type",
                    "google.protobuf.Timestamp",
                    "google.protobuf.Duration" -> Values.Type.of(name);
            default -> null;
        };
    }

    private Step select(CelExpr.CelSelect select) {
        Step operand = step(select.operand());
        String path = path(select.operand());
        return select.testOnly()
                ? new Access.Has(operand, select.field(), path)
                : new Access.Select(operand, select.field(), path);
    }

    /** How a value was written, where that is short. */
    private static String path(CelExpr part) {
        if (part.getKind() == Kind.IDENT) {
            return part.ident().name();
        }
        if (part.getKind() == Kind.SELECT && !part.select().testOnly()) {
            return path(part.select().operand()) + "." + part.select().field();
        }
        if (part.getKind() == Kind.CALL
                && part.call().function().equals("_[_]")
                && part.call().args().get(1).getKind() == Kind.CONSTANT) {
            CelConstant key = part.call().args().get(1).constant();
            String shown = switch (key.getKind()) {
                case STRING_VALUE -> "'" + key.stringValue() + "'";
                case INT64_VALUE -> String.valueOf(key.int64Value());
                default -> "…";
            };
            return path(part.call().args().getFirst()) + "[" + shown + "]";
        }
        return "(…)";
    }

    private Step call(CelExpr part) {
        CelCall call = part.call();
        List<CelExpr> parts = new ArrayList<>(call.args());
        call.target().ifPresent(parts::addFirst);
        List<Step> arguments = steps(parts);
        return switch (call.function()) {
            case "_&&_" -> either(arguments, false);
            case "_||_" -> either(arguments, true);
            case "_?_:_" -> new Logic.Conditional(arguments.get(0), arguments.get(1), arguments.get(2));
            case "_[_]" -> new Access.Index(arguments.get(0), arguments.get(1), path(parts.getFirst()));
            case "dyn" -> arguments.getFirst();
            case "matches" -> match(part, arguments);
            default -> judged(part, arguments, call(call.function(), arguments));
        };
    }

    private static Step either(List<Step> sides, boolean decisive) {
        Step all = sides.getFirst();
        for (Step side : sides.subList(1, sides.size())) {
            all = new Logic.Either(all, side, decisive);
        }
        return all;
    }

    private Step match(CelExpr part, List<Step> arguments) {
        if (arguments.get(1) instanceof Step.Constant(JsonNode pattern) && pattern.isTextual()) {
            try {
                return new Patterns.Match(arguments.getFirst(), Patterns.ready(pattern.textValue()));
            } catch (Failure unsound) {
                note(part, unsound);
                return evaluation -> {
                    throw unsound;
                };
            }
        }
        return call("matches", arguments);
    }

    private static Step call(String name, List<Step> arguments) {
        Function.Unary unary = Functions.UNARY.get(name);
        if (unary != null && arguments.size() == 1) {
            return new Literals.UnaryCall(unary, arguments.getFirst());
        }
        Function.Binary binary = Functions.BINARY.get(name);
        if (binary != null && arguments.size() == 2) {
            return new Literals.BinaryCall(binary, arguments.getFirst(), arguments.get(1));
        }
        Function other = Functions.OTHERS.get(name);
        if (other == null) {
            throw new Failure("there is no function " + name + " of " + arguments.size() + " values");
        }
        return new Literals.Call(other, arguments);
    }

    /** Notes what fails whenever it is evaluated: a call of constants, or of a time zone that is not there. */
    private Step judged(CelExpr part, List<Step> arguments, Step call) {
        boolean zoned = arguments.size() == 2 && part.call().function().startsWith("get");
        List<Step> known = zoned ? List.of(new Step.Constant(Values.of(Instant.EPOCH)), arguments.get(1)) : arguments;
        if (known.stream().allMatch(Step.Constant.class::isInstance)) {
            try {
                call(part.call().function(), known).evaluate(new Evaluation(0, new Budget(Budget.ITERATIONS)));
            } catch (Failure unsound) {
                note(part, unsound);
            }
        }
        return call;
    }

    private void note(CelExpr part, Failure unsound) {
        Integer offset = source.getPositionsMap().get(part.id());
        String place = offset == null
                ? ""
                : source.getOffsetLocation(offset)
                        .map(at -> at.getLine() + ":" + (at.getColumn() + 1) + ": ")
                        .orElse("");
        flaws.add(place + unsound.reason());
    }

    private Step map(CelMap map) {
        return new Literals.MapOf(
                map.entries().stream().map(entry -> step(entry.key())).toList(),
                map.entries().stream().map(entry -> step(entry.value())).toList());
    }

    /** By the shape that CEL's parser gives to each macro. */
    private Step macro(CelComprehension macro) {
        CelExpr start = macro.accuInit();
        if (isFalse(macro.loopCondition())) {
            Step value = step(start);
            return scoped(
                    macro.accuVar(), (slot, steps) -> new Macros.Bind(slot, value, steps.getFirst()), macro.result());
        }
        Step range = step(macro.iterRange());
        if (start.getKind() == Kind.CONSTANT && start.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE) {
            boolean decisive = !start.constant().booleanValue();
            return scoped(
                    macro.iterVar(),
                    (slot, steps) -> new Macros.Quantified(slot, range, steps.getFirst(), decisive),
                    macro.loopStep().call().args().get(1));
        }
        CelCall step = macro.loopStep().call();
        boolean conditional = step.function().equals("_?_:_");
        if (start.getKind() == Kind.CONSTANT) {
            return scoped(
                    macro.iterVar(),
                    (slot, steps) -> new Macros.ExistsOne(slot, range, steps.getFirst()),
                    step.args().getFirst());
        }
        CelCall adding = conditional ? step.args().get(1).call() : step;
        CelExpr element = adding.args().get(1).list().elements().getFirst();
        return conditional
                ? scoped(
                        macro.iterVar(),
                        (slot, steps) -> new Macros.Collected(slot, range, steps.get(0), steps.get(1)),
                        step.args().getFirst(),
                        element)
                : scoped(
                        macro.iterVar(),
                        (slot, steps) -> new Macros.Collected(slot, range, null, steps.getFirst()),
                        element);
    }

    @FunctionalInterface
    private interface Scoped {
        Step around(int slot, List<Step> inside);
    }

    /** A step whose parts see one more variable. */
    private Step scoped(String name, Scoped step, CelExpr... inside) {
        int slot = slotCount++;
        Integer hidden = slots.put(name, slot);
        List<Step> steps = steps(List.of(inside));
        if (hidden == null) {
            slots.remove(name);
        } else {
            slots.put(name, hidden);
        }
        return step.around(slot, steps);
    }

    private static boolean isFalse(CelExpr part) {
        return part.getKind() == Kind.CONSTANT
                && part.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
                && !part.constant().booleanValue();
    }

    private JsonNode constant(CelExpr part) {
        CelConstant constant = part.constant();
        return switch (constant.getKind()) {
            case NULL_VALUE -> NullNode.instance;
            case BOOLEAN_VALUE -> Values.of(constant.booleanValue());
            case INT64_VALUE -> Numbers.whole(constant.int64Value());
            case UINT64_VALUE -> Numbers.whole(constant.uint64Value().bigIntegerValue());
            case DOUBLE_VALUE -> decimal(part.id(), constant.doubleValue());
            case STRING_VALUE -> Values.of(constant.stringValue());
            case BYTES_VALUE -> Values.of(constant.bytesValue().toByteArray());
            case TIMESTAMP_VALUE, DURATION_VALUE, NOT_SET -> throw new Failure("it has a constant of an unknown type");
        };
    }

    /** As it was written, of which a double may keep no more than seventeen digits. */
    private JsonNode decimal(long id, double value) {
        Integer place = source.getPositionsMap().get(id);
        if (place != null && value != 0) {
            String text =
                    source.getContent().slice(place, source.getContent().size()).toString();
            int end = 0;
            while (end < text.length() && isOfNumber(text, end)) {
                end++;
            }
            try {
                BigDecimal written = new BigDecimal(text.substring(0, end));
                if (written.doubleValue() == value) {
                    return Numbers.decimal(written);
                }
            } catch (NumberFormatException notHere) {
                // The position of a part that a macro moved; the double will do.
            }
        }
        return Numbers.decimal(BigDecimal.valueOf(value));
    }

    private static boolean isOfNumber(String text, int place) {
        char character = text.charAt(place);
        return Character.isDigit(character)
                || character == '.'
                || character == 'e'
                || character == 'E'
                || ((character == '-' || character == '+')
                        && (place == 0 || "eE".indexOf(text.charAt(place - 1)) >= 0));
    }
}
