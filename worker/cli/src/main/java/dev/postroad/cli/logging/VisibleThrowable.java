package dev.postroad.cli.logging;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import dev.postroad.cli.screen.Visible;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An exception whose message is one line of bounded length, and so those of its causes. */
record VisibleThrowable(IThrowableProxy original) implements IThrowableProxy {
    private static final int LONGEST_MESSAGE = 4_096;

    static @Nullable VisibleThrowable of(@Nullable IThrowableProxy original) {
        return original == null ? null : new VisibleThrowable(original);
    }

    @Override
    public @Nullable String getMessage() {
        return visible(original.getMessage());
    }

    @Override
    public @Nullable String getOverridingMessage() {
        return visible(original.getOverridingMessage());
    }

    private static @Nullable String visible(@Nullable String message) {
        return message == null ? null : Visible.text(message, LONGEST_MESSAGE);
    }

    @Override
    public String getClassName() {
        return original.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
        return original.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
        return original.getCommonFrames();
    }

    @Override
    public @Nullable IThrowableProxy getCause() {
        return of(original.getCause());
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
        IThrowableProxy[] suppressed = original.getSuppressed();
        return suppressed == null
                ? new IThrowableProxy[0]
                : Arrays.stream(suppressed).map(VisibleThrowable::new).toArray(IThrowableProxy[]::new);
    }

    @Override
    public boolean isCyclic() {
        return original.isCyclic();
    }
}
