package dev.postroad.runtime.publish;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventColumns.Field;
import dev.postroad.runtime.journal.RunKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Assembles the value of an event from its row, as bytes and at once: a generator for each event costs a fifth of the
 * whole path, and texts that are turned into bytes after a twentieth. Confined to one thread.
 */
final class EventJson implements EventColumns.Writer {
    private static final byte[] RUN_ID = ascii("{\"runId\":\"");
    private static final byte[] GRAPH = ascii("\",\"graph\":");
    private static final byte[] GRAPH_VERSION = ascii(",\"graphVersion\":");
    private static final byte[] DATA = ascii(",\"data\":");
    private static final Map<Field, byte[]> KEYS = new EnumMap<>(Field.class);

    static {
        for (Field field : Field.values()) {
            KEYS.put(field, ascii(field.key()));
        }
    }

    private final byte[][] thousandths = new byte[1001][];
    private byte[] bytes = new byte[2048];
    private int length;

    private long lastSecond;
    private byte[] lastTime = ascii("1970-01-01T00:00:00");

    byte[] value(RunKey key, String graph, int graphVersion, EventColumns columns, byte[] data) {
        length = 0;
        put(RUN_ID);
        plain(key.id());
        put(GRAPH);
        quoted(graph);
        put(GRAPH_VERSION);
        number(graphVersion);
        columns.write(this);
        put(DATA);
        // Large data is copied once, into what is sent, and leaves no large buffer behind.
        byte[] value = Arrays.copyOf(bytes, length + data.length + 1);
        System.arraycopy(data, 0, value, length, data.length);
        value[value.length - 1] = '}';
        return value;
    }

    /** The id of an event: its run and its place there. */
    byte[] id(RunKey key, EventColumns columns) {
        length = 0;
        plain(key.id());
        put('/');
        number(columns.seq());
        return Arrays.copyOf(bytes, length);
    }

    /** The value where the data is too large for a record: it is named by its version, and read from the API. */
    byte[] valueWithoutData(RunKey key, String graph, int graphVersion, EventColumns columns, int dataBytes) {
        byte[] omitted = ascii("{\"omitted\":true,\"version\":" + columns.version() + ",\"bytes\":" + dataBytes + "}");
        return value(key, graph, graphVersion, columns, omitted);
    }

    @Override
    public void put(Field field, String value) {
        key(field);
        quoted(value);
    }

    @Override
    public void put(Field field, long value) {
        key(field);
        number(value);
    }

    /** Three decimals are usual, and the same ones come again and again. */
    @Override
    public void put(Field field, double value) {
        key(field);
        int thousandth = value >= 0 && value <= 1 ? (int) Math.round(value * 1000) : -1;
        if (thousandth < 0 || Double.compare(thousandth / 1000.0, value) != 0) {
            plain(Double.toString(value));
            return;
        }
        byte[] known = thousandths[thousandth];
        if (known == null) {
            known = ascii(Double.toString(value));
            thousandths[thousandth] = known;
        }
        put(known);
    }

    /** As {@link Instant#toString} does, which is among the dearest parts of an event: but once a second. */
    @Override
    public void put(Field field, Instant value) {
        if (value.getEpochSecond() != lastSecond) {
            lastSecond = value.getEpochSecond();
            String second = Instant.ofEpochSecond(lastSecond).toString();
            lastTime = ascii(second.substring(0, second.length() - 1));
        }
        key(field);
        put('"');
        put(lastTime);
        fraction(value.getNano());
        put('Z');
        put('"');
    }

    /** None, or of three, six or nine digits. */
    private void fraction(int nanos) {
        if (nanos == 0) {
            return;
        }
        int digits = nanos % 1_000 != 0 ? 9 : nanos % 1_000_000 != 0 ? 6 : 3;
        put('.');
        digits(digits == 9 ? nanos : digits == 6 ? nanos / 1_000 : nanos / 1_000_000, digits);
    }

    private void key(Field field) {
        put(Objects.requireNonNull(KEYS.get(field)));
    }

    private void quoted(String value) {
        put('"');
        reserve(value.length());
        int place = length;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                escaped(value);
                return;
            }
            bytes[place + i] = (byte) c;
        }
        length = place + value.length();
        put('"');
    }

    private void escaped(String value) {
        StringBuilder escaped = new StringBuilder(value.length() + 16);
        JsonStringEncoder.getInstance().quoteAsString(value, escaped);
        put(escaped.toString().getBytes(StandardCharsets.UTF_8));
        put('"');
    }

    /** What is known to be of ASCII, with nothing to escape. */
    private void plain(String value) {
        reserve(value.length());
        for (int i = 0; i < value.length(); i++) {
            bytes[length++] = (byte) value.charAt(i);
        }
    }

    private void number(long value) {
        if (value < 0) {
            plain(Long.toString(value));
            return;
        }
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        digits(value, digits);
    }

    private void digits(long value, int digits) {
        reserve(digits);
        length += digits;
        long rest = value;
        for (int place = length - 1; place >= length - digits; place--) {
            bytes[place] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void put(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    private void put(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    private static byte[] ascii(String value) {
        return value.getBytes(StandardCharsets.US_ASCII);
    }
}
