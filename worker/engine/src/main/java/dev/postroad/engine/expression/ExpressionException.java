package dev.postroad.engine.expression;

/** An expression could not be compiled, or gave no usable value. */
public final class ExpressionException extends Exception {
    private static final long serialVersionUID = 1L;

    ExpressionException(String message, Throwable cause) {
        super(message, cause);
    }

    ExpressionException(String message) {
        super(message);
    }
}
