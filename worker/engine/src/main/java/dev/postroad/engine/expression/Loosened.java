package dev.postroad.engine.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelMutableAst;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import java.util.Set;

/**
 * Takes from CEL's type check what it knows of kinds of numbers: JSON has one, so that {@code 2 * 1.5} is as sound as
 * {@code 2 * 3}. What is a double or unsigned for CEL becomes {@code dyn}; whole numbers stay checked against texts.
 */
final class Loosened {
    private static final Set<String> GIVE_DOUBLES = Set.of(
            "double",
            "uint",
            "math.ceil",
            "math.floor",
            "math.round",
            "math.trunc",
            "math.sqrt",
            "math.@max",
            "math.@min",
            "math.abs",
            "math.sign");

    private long lastId;

    private Loosened(CelAbstractSyntaxTree tree) {
        lastId = tree.getSource().getPositionsMap().keySet().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        tree.getExpr();
    }

    static CelAbstractSyntaxTree of(CelAbstractSyntaxTree parsed) {
        CelMutableAst tree = CelMutableAst.fromCelAst(parsed);
        Loosened loosened = new Loosened(parsed);
        loosened.lastId = Math.max(loosened.lastId, 1_000_000);
        loosened.visit(tree.expr());
        return tree.toParsedAst(true);
    }

    private void visit(CelMutableExpr part) {
        switch (part.getKind()) {
            case CONSTANT -> {
                CelConstant.Kind kind = part.constant().getKind();
                if (kind == CelConstant.Kind.DOUBLE_VALUE || kind == CelConstant.Kind.UINT64_VALUE) {
                    wrap(part, CelMutableExpr.ofConstant(part.id(), part.constant()));
                }
            }
            case SELECT -> visit(part.select().operand());
            case CALL -> visit(part, part.call());
            case LIST -> part.list().elements().forEach(this::visit);
            case MAP ->
                part.map().entries().forEach(entry -> {
                    visit(entry.key());
                    visit(entry.value());
                });
            case COMPREHENSION -> {
                visit(part.comprehension().iterRange());
                visit(part.comprehension().accuInit());
                visit(part.comprehension().loopStep());
                visit(part.comprehension().result());
            }
            case STRUCT, IDENT, NOT_SET -> {}
        }
    }

    private void visit(CelMutableExpr part, CelMutableCall call) {
        call.target().ifPresent(this::visit);
        call.args().forEach(this::visit);
        if (GIVE_DOUBLES.contains(name(call))) {
            wrap(part, CelMutableExpr.ofCall(part.id(), call));
        }
    }

    /** With its namespace, which is the target of a call before the check. */
    private static String name(CelMutableCall call) {
        return call.target()
                .filter(target -> target.getKind() == dev.cel.common.ast.CelExpr.ExprKind.Kind.IDENT)
                .map(target -> target.ident().name() + "." + call.function())
                .orElse(call.function());
    }

    private void wrap(CelMutableExpr part, CelMutableExpr inside) {
        part.setId(++lastId);
        part.setCall(CelMutableCall.create("dyn", inside));
    }
}
