package dev.postroad.runtime.publish;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventColumns.Field;
import dev.postroad.runtime.journal.RunKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Assembles the value of an event from its row, as bytes and at once: a generator for each event costs a fifth of the
 * whole path. Confined to one thread.
 */
final class EventJson implements EventColumns.Writer {
    private static final byte[] DATA = ",\"data\":".getBytes(StandardCharsets.US_ASCII);

    private final StringBuilder head = new StringBuilder(512);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(2048);

    private Instant lastAt = Instant.EPOCH;
    private String lastTime = Instant.EPOCH.toString();

    byte[] value(RunKey key, String graph, int graphVersion, EventColumns columns, byte[] data) {
        head(key, graph, graphVersion, columns);
        out.reset();
        out.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(DATA);
        out.writeBytes(data);
        out.write('}');
        return out.toByteArray();
    }

    /** The value where the data is too large for a record: it is named by its version, and read from the API. */
    byte[] valueWithoutData(RunKey key, String graph, int graphVersion, EventColumns columns, int bytes) {
        byte[] omitted = ("{\"omitted\":true,\"version\":" + columns.version() + ",\"bytes\":" + bytes + "}")
                .getBytes(StandardCharsets.US_ASCII);
        return value(key, graph, graphVersion, columns, omitted);
    }

    private void head(RunKey key, String graph, int graphVersion, EventColumns event) {
        head.setLength(0);
        head.append("{\"runId\":\"").append(key.id()).append("\",\"graph\":");
        quoted(graph);
        head.append(",\"graphVersion\":").append(graphVersion);
        event.write(this);
    }

    @Override
    public void put(Field field, String value) {
        head.append(field.key());
        quoted(value);
    }

    @Override
    public void put(Field field, long value) {
        head.append(field.key()).append(value);
    }

    @Override
    public void put(Field field, double value) {
        head.append(field.key()).append(value);
    }

    /** Events of one decision share their time, and writing it out is among the dearest parts of an event. */
    @Override
    public void put(Field field, Instant value) {
        if (!value.equals(lastAt)) {
            lastAt = value;
            lastTime = value.toString();
        }
        head.append(field.key()).append('"').append(lastTime).append('"');
    }

    private void quoted(String value) {
        head.append('"');
        JsonStringEncoder.getInstance().quoteAsString(value, head);
        head.append('"');
    }
}
