package dev.postroad.runtime.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.slf4j.LoggerFactory;

/** Everything that our own classes say from warnings upward, while it is open. Thread-safe. */
@NullMarked
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger ours = (Logger) LoggerFactory.getLogger("dev.postroad");

    private LogLines() {
        setContext(ours.getLoggerContext());
        start();
        ours.addAppender(this);
    }

    /** Begins to listen. */
    public static LogLines listen() {
        return new LogLines();
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
        ours.detachAppender(this);
        stop();
    }
}
