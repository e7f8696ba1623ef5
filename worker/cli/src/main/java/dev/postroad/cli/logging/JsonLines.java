package dev.postroad.cli.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.screen.Visible;

/**
 * Writes the log for machines: a JSON object for each event, in one line. Logback's own encoder has other fields, and
 * bounds nothing.
 */
final class JsonLines {
    private static final int LONGEST_TRACE = 32_768;

    String line(ILoggingEvent event) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("time", event.getInstant().toString());
        line.put("level", event.getLevel().toString());
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        line.put("message", bounded(String.valueOf(event.getFormattedMessage()), LogEncoder.LONGEST_MESSAGE));
        IThrowableProxy exception = event.getThrowableProxy();
        if (exception != null) {
            line.set("error", error(new VisibleThrowable(exception)));
        }
        return Visible.json(line.toString()) + System.lineSeparator();
    }

    private static ObjectNode error(VisibleThrowable exception) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", exception.getClassName())
                .put("message", exception.getMessage())
                .put("trace", bounded(ThrowableProxyUtil.asString(exception), LONGEST_TRACE));
    }

    private static String bounded(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }
}
