package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Takes what an agent has to say about a call, for the run's log. Thread-safe; never blocks and never fails. Under
 * overload lines are dropped and counted, as are those of an attempt beyond 10,000; long ones are cut.
 */
@FunctionalInterface
public interface AgentLogger {
    /** Drops everything. */
    AgentLogger NONE = (level, message, fields) -> {};

    /**
     * Writes a line.
     *
     * @param fields what a machine is to find, such as {@code {"model": "…"}}; null for nothing
     */
    void log(LogLevel level, String message, @Nullable ObjectNode fields);

    /** Writes a line for those who look into a fault. */
    default void debug(String message) {
        log(LogLevel.DEBUG, message, null);
    }

    /** Writes a line about the usual course of things. */
    default void info(String message) {
        log(LogLevel.INFO, message, null);
    }

    /** Writes a line about what is not as it should be, though the work goes on. */
    default void warn(String message) {
        log(LogLevel.WARN, message, null);
    }

    /** Writes a line about what failed. */
    default void error(String message) {
        log(LogLevel.ERROR, message, null);
    }
}
