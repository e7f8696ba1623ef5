package dev.postroad.runtime.agent;

import dev.postroad.contracts.definition.BulkheadSettings;
import dev.postroad.contracts.definition.ClusterScope;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.RateLimitSettings;
import dev.postroad.contracts.json.Fields;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.KeyExpression;
import org.jspecify.annotations.Nullable;

/** Looks whether limits of agents over all workers say soundly by which key they count. */
final class LimitKeys {
    private LimitKeys() {}

    static void check(GuardSettings guard, Fields fields) {
        BulkheadSettings bulkhead = guard.bulkhead();
        RateLimitSettings rate = guard.rateLimit();
        check(bulkhead == null ? null : bulkhead.cluster(), "bulkhead.key", fields);
        check(rate == null ? null : rate.cluster(), "rateLimit.key", fields);
    }

    private static void check(@Nullable ClusterScope scope, String place, Fields fields) {
        if (scope == null || scope.key() == null || scope.key().isEmpty()) {
            return;
        }
        try {
            KeyExpression.compile(scope.key());
        } catch (ExpressionException unsound) {
            fields.fault(
                    place,
                    "is no sound expression: " + unsound.getMessage(),
                    "correct the CEL, over input and run (id, graph)");
        }
    }
}
