package dev.postroad.cli.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.postroad.runtime.config.LogFormat;
import java.nio.charset.StandardCharsets;

/**
 * Writes the log in the format that is set. Whatever a message, or that of an exception, has in it, it makes no line of
 * its own and does nothing to a terminal: so that nobody has to think of it where something is logged. Thread-safe.
 */
public final class LogEncoder extends EncoderBase<ILoggingEvent> {
    /** Longer messages are cut. */
    static final int LONGEST_MESSAGE = 16_384;

    private static final byte[] NOTHING = {};

    private static volatile LogFormat format = LogFormat.TEXT;

    private final TextLines text = new TextLines();
    private final JsonLines json = new JsonLines();

    /** Has the log of this process written in a format from now on. */
    public static void use(LogFormat chosen) {
        format = chosen;
    }

    @Override
    public void start() {
        text.start(getContext());
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String lines = switch (format) {
            case TEXT -> text.lines(event);
            case JSON -> json.line(event);
        };
        return lines.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
