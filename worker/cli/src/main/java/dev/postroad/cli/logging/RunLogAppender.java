package dev.postroad.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.logs.CallLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Takes to the log of a run what is logged on the thread of one of its calls, such as by an agent in Java through SLF4J.
 * Its key-value pairs become fields. Thread-safe, without a lock that all calls would share.
 */
public final class RunLogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
        CallLog log = CallLog.current();
        if (log != null) {
            log.log(level(event.getLevel()), message(event), fields(event));
        }
    }

    private static LogLevel level(Level level) {
        return switch (level.toInt()) {
            case Level.TRACE_INT -> LogLevel.TRACE;
            case Level.DEBUG_INT -> LogLevel.DEBUG;
            case Level.WARN_INT -> LogLevel.WARN;
            case Level.ERROR_INT -> LogLevel.ERROR;
            default -> LogLevel.INFO;
        };
    }

    private static String message(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        return event.getThrowableProxy() == null
                ? message
                : message + System.lineSeparator() + ThrowableProxyUtil.asString(event.getThrowableProxy());
    }

    private static @Nullable ObjectNode fields(ILoggingEvent event) {
        if (event.getKeyValuePairs() == null) {
            return null;
        }
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (KeyValuePair pair : event.getKeyValuePairs()) {
            fields.put(pair.key, String.valueOf(pair.value));
        }
        return fields;
    }
}
