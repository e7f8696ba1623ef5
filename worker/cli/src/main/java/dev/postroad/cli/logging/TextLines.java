package dev.postroad.cli.logging;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.Context;
import dev.postroad.cli.screen.Visible;
import java.util.List;

/** Writes the log for people: a line for each event, and below it where an exception comes from, in short. */
final class TextLines {
    /** What stands before a message; nothing of it comes from strangers. */
    private static final String BEFORE = "%d{HH:mm:ss.SSS} %-5level %logger{24} - %nopex";

    private final PatternLayout before = new PatternLayout();
    private final Exceptions exceptions = new Exceptions();

    private static final class Exceptions extends ThrowableProxyConverter {
        String lines(IThrowableProxy exception) {
            return throwableProxyToString(new VisibleThrowable(exception));
        }
    }

    void start(Context context) {
        before.setContext(context);
        before.setPattern(BEFORE);
        before.start();
        exceptions.setContext(context);
        exceptions.setOptionList(List.of("short"));
        exceptions.start();
    }

    String lines(ILoggingEvent event) {
        String line = before.doLayout(event)
                + Visible.text(String.valueOf(event.getFormattedMessage()), LogEncoder.LONGEST_MESSAGE)
                + System.lineSeparator();
        IThrowableProxy exception = event.getThrowableProxy();
        return exception == null ? line : line + exceptions.lines(exception);
    }
}
