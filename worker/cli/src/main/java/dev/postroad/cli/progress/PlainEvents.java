package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes an event as one line, for logs and pipes. */
public final class PlainEvents {
    private static final int TYPE_COLUMNS = 16;

    private final DateTimeFormatter time;

    public PlainEvents(ZoneId zone) {
        time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(zone);
    }

    /** The line of an event. */
    public String line(RunEvent event) {
        StringBuilder line = new StringBuilder(time.format(event.at()))
                .append("  ")
                .append(Text.percent(event.progress()))
                .append("  ")
                .append(Text.padded(event.typeName(), TYPE_COLUMNS));
        if (event.node() != null) {
            line.append("  ").append(event.node());
        }
        if (event.attempt() > 1) {
            line.append("  attempt ").append(event.attempt());
        }
        if (event.durationMillis() >= 0) {
            line.append("  ").append(Text.of(Duration.ofMillis(event.durationMillis())));
        }
        String note = Notes.of(event);
        if (!note.isEmpty()) {
            line.append("  ").append(note);
        }
        return Text.cut(line.toString(), Integer.MAX_VALUE);
    }
}
