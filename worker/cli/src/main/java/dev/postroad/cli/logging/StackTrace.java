package dev.postroad.cli.logging;

import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;

/** Where an exception comes from, in lines of which no message makes more than one. */
public final class StackTrace {
    private StackTrace() {}

    public static String of(Throwable thrown) {
        return ThrowableProxyUtil.asString(new VisibleThrowable(new ThrowableProxy(thrown)));
    }
}
