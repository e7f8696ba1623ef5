package dev.postroad.runtime.agent.mcp;

import org.jspecify.annotations.Nullable;

/** The progress of a tool in words. */
final class McpProgress {
    private McpProgress() {}

    static String words(@Nullable String message, double progress, @Nullable Double total) {
        if (message != null && !message.isBlank()) {
            return message;
        }
        return number(progress) + (total == null ? "" : "/" + number(total));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
