package dev.postroad.runtime.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.slf4j.LoggerFactory;

/** Everything that our own classes, or others, say from warnings upward, while it is open. Thread-safe. */
@NullMarked
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    private LogLines(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        setContext(logger.getLoggerContext());
        start();
        logger.addAppender(this);
    }

    /** Begins to listen to our own. */
    public static LogLines listen() {
        return listen("dev.postroad");
    }

    /** Begins to listen to a logger and all below it. */
    public static LogLines listen(String name) {
        return new LogLines(name);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            lines.add(event.getLoggerName().replaceFirst(".*\\.", "") + " - " + event.getFormattedMessage());
        }
    }

    /** What was said so far. */
    public List<String> all() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
