package dev.postroad.runtime.journal;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;

/**
 * One column of a batch, as the binary form of a Postgres array, built in place: one array for a whole batch costs one
 * bind and no text. Source: {@code array_recv} in PostgreSQL's {@code arrayfuncs.c}. Confined to one thread.
 */
public final class ArrayColumn {
    private static final int HEADER_BYTES = 20;
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;

    private final int arrayOid;
    private final int elementOid;
    private byte[] bytes = new byte[1024];
    private int length = HEADER_BYTES;
    private int elements;
    private int nulls;

    private ArrayColumn(int arrayOid, int elementOid) {
        this.arrayOid = arrayOid;
        this.elementOid = elementOid;
    }

    /** A column of int. */
    public static ArrayColumn ofInts() {
        return new ArrayColumn(Oid.INT4_ARRAY, Oid.INT4);
    }

    /** A column of bigint. */
    public static ArrayColumn ofLongs() {
        return new ArrayColumn(Oid.INT8_ARRAY, Oid.INT8);
    }

    /** A column of real. */
    public static ArrayColumn ofReals() {
        return new ArrayColumn(Oid.FLOAT4_ARRAY, Oid.FLOAT4);
    }

    /** A column of text. */
    public static ArrayColumn ofTexts() {
        return new ArrayColumn(Oid.TEXT_ARRAY, Oid.TEXT);
    }

    /** A column of json, of UTF-8 bytes that are JSON. */
    public static ArrayColumn ofJson() {
        return new ArrayColumn(Oid.JSON_ARRAY, Oid.JSON);
    }

    /** A column of boolean. */
    public static ArrayColumn ofBooleans() {
        return new ArrayColumn(Oid.BOOL_ARRAY, Oid.BOOL);
    }

    /** A column of timestamptz. */
    public static ArrayColumn ofTimes() {
        return new ArrayColumn(Oid.TIMESTAMPTZ_ARRAY, Oid.TIMESTAMPTZ);
    }

    /** A column of interval. */
    public static ArrayColumn ofDurations() {
        return new ArrayColumn(Oid.INTERVAL_ARRAY, Oid.INTERVAL);
    }

    /** Empties the column; its memory is kept. */
    public void clear() {
        length = HEADER_BYTES;
        elements = 0;
        nulls = 0;
    }

    /** Adds an int. */
    public void add(int value) {
        element(4);
        int32(value);
    }

    /** Adds a bigint. */
    public void add(long value) {
        element(8);
        int64(value);
    }

    /** Adds a boolean. */
    public void add(boolean value) {
        element(1);
        bytes[length++] = (byte) (value ? 1 : 0);
    }

    /** Adds a real. */
    public void addReal(double value) {
        add(Float.floatToIntBits((float) value));
    }

    /** Adds a text, or null. */
    public void add(@Nullable String value) {
        add(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds the binary form of an element, or null. */
    public void add(byte @Nullable [] value) {
        if (value == null) {
            addNull();
            return;
        }
        element(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** Adds a time in microseconds, or null. */
    public void add(@Nullable Instant value) {
        if (value == null) {
            addNull();
            return;
        }
        add(Math.multiplyExact(value.getEpochSecond(), 1_000_000L) + value.getNano() / 1_000 - MICROS_TO_2000);
    }

    /** A duration in milliseconds; a negative one is null. */
    public void addMillis(long millis) {
        if (millis < 0) {
            addNull();
            return;
        }
        element(16);
        int64(Math.multiplyExact(millis, 1_000L));
        int32(0);
        int32(0);
    }

    /** Adds a null. */
    public void addNull() {
        reserve(4);
        int32(-1);
        elements++;
        nulls++;
    }

    /** The column as a parameter; a copy. */
    public PgArray toArray(BaseConnection connection) throws SQLException {
        int end = length;
        length = 0;
        int32(1);
        int32(nulls > 0 ? 1 : 0);
        int32(elementOid);
        int32(elements);
        int32(1);
        length = end;
        return new PgArray(connection, arrayOid, Arrays.copyOf(bytes, end));
    }

    private void element(int size) {
        reserve(4 + size);
        int32(size);
        elements++;
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
    }

    private void int32(int value) {
        bytes[length++] = (byte) (value >>> 24);
        bytes[length++] = (byte) (value >>> 16);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
    }

    private void int64(long value) {
        int32((int) (value >>> 32));
        int32((int) value);
    }
}
