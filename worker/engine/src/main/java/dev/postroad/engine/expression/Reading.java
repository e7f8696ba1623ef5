package dev.postroad.engine.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelSelect;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an expression says of itself without being evaluated.
 *
 * @param fields what it reads by name, of each variable
 * @param unasked the channels that it reads without asking by {@code has} or {@code in} whether they are there
 * @param literalKeys the keys of the object that it gives, as far as it is written out
 * @param gives what it gives in any case; null where that depends
 * @param dropsRemainder whether it divides by a whole number that is written out, so that 7 / 2 is 3, and does not say by
 *     {@code int} that this is meant
 */
record Reading(
        Map<String, Set<String>> fields,
        Set<String> unasked,
        Set<String> literalKeys,
        @Nullable Given gives,
        boolean dropsRemainder) {
    private static final String STATE = "state";

    static Reading of(CelAbstractSyntaxTree tree) {
        Map<String, Set<String>> fields = selected(tree, select -> true);
        Set<String> unasked = new TreeSet<>(fields.getOrDefault(STATE, Set.of()));
        unasked.removeAll(selected(tree, CelSelect::testOnly).getOrDefault(STATE, Set.of()));
        unasked.removeAll(askedByIn(tree));
        return new Reading(
                Map.copyOf(fields),
                Set.copyOf(unasked),
                Set.copyOf(literalKeys(tree)),
                gives(tree),
                nodes(tree).anyMatch(Reading::dropsRemainder));
    }

    /** A number that is written out has no type where kinds of numbers are loosened. */
    private static @Nullable Given gives(CelAbstractSyntaxTree tree) {
        CelExpr root = tree.getExpr();
        boolean isNumber = root.getKind() == Kind.CONSTANT
                && (root.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE
                        || root.constant().getKind() == CelConstant.Kind.UINT64_VALUE);
        return isNumber ? Given.NUMBER : Given.of(tree.getResultType().kind());
    }

    private static Stream<CelNavigableExpr> nodes(CelAbstractSyntaxTree tree) {
        return CelNavigableAst.fromAst(tree).getRoot().allNodes();
    }

    private static Map<String, Set<String>> selected(CelAbstractSyntaxTree tree, Predicate<CelSelect> kind) {
        return nodes(tree)
                .map(CelNavigableExpr::expr)
                .filter(expression -> expression.getKind() == Kind.SELECT)
                .map(CelExpr::select)
                .filter(select -> select.operand().getKind() == Kind.IDENT)
                .filter(kind)
                .collect(Collectors.groupingBy(
                        select -> select.operand().ident().name(),
                        Collectors.mapping(CelSelect::field, Collectors.toCollection(TreeSet::new))));
    }

    private static Set<String> askedByIn(CelAbstractSyntaxTree tree) {
        return nodes(tree)
                .map(CelNavigableExpr::expr)
                .filter(expression -> isCall(expression, "@in")
                        && isState(expression.call().args().get(1)))
                .map(expression -> expression.call().args().getFirst())
                .filter(Reading::isText)
                .map(key -> key.constant().stringValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isState(CelExpr expression) {
        return expression.getKind() == Kind.IDENT && expression.ident().name().equals(STATE);
    }

    private static boolean isCall(CelExpr expression, String function) {
        return expression.getKind() == Kind.CALL && expression.call().function().equals(function);
    }

    private static boolean isText(CelExpr expression) {
        return expression.getKind() == Kind.CONSTANT
                && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE;
    }

    private static boolean isWhole(CelExpr expression) {
        return expression.getKind() == Kind.CONSTANT && expression.constant().getKind() == CelConstant.Kind.INT64_VALUE;
    }

    private static boolean dropsRemainder(CelNavigableExpr node) {
        CelExpr expression = node.expr();
        return isCall(expression, "_/_")
                && isWhole(expression.call().args().get(1))
                && !isWhole(expression.call().args().getFirst())
                && node.parent().filter(parent -> isCall(parent.expr(), "int")).isEmpty();
    }

    private static Set<String> literalKeys(CelAbstractSyntaxTree tree) {
        CelExpr root = tree.getExpr();
        if (root.getKind() != Kind.MAP) {
            return Set.of();
        }
        return root.map().entries().stream()
                .map(CelExpr.CelMap.Entry::key)
                .filter(Reading::isText)
                .map(key -> key.constant().stringValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
