package dev.postroad.engine.expression;

/**
 * An evaluation that went wrong, with the reason in words. It stays inside this package: {@link Expression} tells it on
 * as an {@link ExpressionException}.
 */
class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String reason) {
        // A condition that fails on each of 100,000 elements must not walk the stack as often.
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    /** The evaluation costs too much: nothing in the expression itself can make up for that, as {@code ||} can for others. */
    static final class TooCostly extends Failure {
        private static final long serialVersionUID = 1L;

        TooCostly(String reason) {
            super(reason);
        }
    }
}
