package dev.postroad.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * What goes to the console: warnings, and of processes that run for long what the worker itself says. The logs of runs
 * take more than that. Thread-safe.
 */
public final class ConsoleFilter extends Filter<ILoggingEvent> {
    private static volatile boolean talkative;

    /** For processes that run for long, whose log is their only voice. */
    public static void tellWhatHappens() {
        talkative = true;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        boolean shown = event.getLevel().isGreaterOrEqual(Level.WARN)
                || (talkative && event.getLoggerName().startsWith("dev.postroad"));
        return shown ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
}
