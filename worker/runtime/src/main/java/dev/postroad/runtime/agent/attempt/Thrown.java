package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentReply;
import org.jspecify.annotations.Nullable;

/**
 * Says what code of others threw. What was thrown is code of others too: its methods may fail, give too much, or lead in
 * circles, so nothing of it goes further than here. A method of it that does not end holds the thread that asks, whose
 * time is limited by others. Thread-safe.
 */
public final class Thrown {
    private static final int MOST_CAUSES = 5;

    private Thrown() {}

    /** The failure of an attempt; another one may help where memory was short, and not where code is broken. */
    public static AgentReply fault(Throwable thrown) {
        return thrown instanceof Exception || thrown instanceof OutOfMemoryError
                ? AgentReply.retryable(type(thrown), message(thrown))
                : AgentReply.permanent(type(thrown), message(thrown));
    }

    /** The simple name of its class. */
    static String type(Throwable thrown) {
        String simple = "";
        try {
            simple = thrown.getClass().getSimpleName();
        } catch (Throwable oddName) {
            // Some compilers' names are refused, and some classes around it cannot be loaded.
        }
        return Excerpt.PLAIN.of(simple.isEmpty() ? thrown.getClass().getName() : simple);
    }

    /** Its message; its class and what caused it where it has none. */
    static String message(Throwable thrown) {
        try {
            String message = thrown.getMessage();
            return message == null ? text(thrown) : Excerpt.PLAIN.of(message);
        } catch (Throwable itsOwnCodeFails) {
            return thrown.getClass().getName();
        }
    }

    /** It and what caused it, on one line. */
    public static String text(Throwable thrown) {
        StringBuilder text = new StringBuilder(shown(thrown));
        Throwable cause = cause(thrown);
        for (int depth = 1; cause != null && depth < MOST_CAUSES; depth++) {
            text.append(": ").append(shown(cause));
            cause = cause(cause);
        }
        return Excerpt.PLAIN.of(text.toString());
    }

    private static @Nullable Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable itsOwnCodeFails) {
            return null;
        }
    }

    private static String shown(Throwable thrown) {
        try {
            return Excerpt.PLAIN.of(String.valueOf(thrown.toString()));
        } catch (Throwable itsOwnCodeFails) {
            return thrown.getClass().getName();
        }
    }
}
