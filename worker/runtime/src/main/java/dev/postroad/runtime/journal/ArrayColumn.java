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
final class ArrayColumn {
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

    static ArrayColumn ofInts() {
        return new ArrayColumn(Oid.INT4_ARRAY, Oid.INT4);
    }

    static ArrayColumn ofLongs() {
        return new ArrayColumn(Oid.INT8_ARRAY, Oid.INT8);
    }

    static ArrayColumn ofReals() {
        return new ArrayColumn(Oid.FLOAT4_ARRAY, Oid.FLOAT4);
    }

    static ArrayColumn ofTexts() {
        return new ArrayColumn(Oid.TEXT_ARRAY, Oid.TEXT);
    }

    static ArrayColumn ofJson() {
        return new ArrayColumn(Oid.JSON_ARRAY, Oid.JSON);
    }

    static ArrayColumn ofBooleans() {
        return new ArrayColumn(Oid.BOOL_ARRAY, Oid.BOOL);
    }

    static ArrayColumn ofTimes() {
        return new ArrayColumn(Oid.TIMESTAMPTZ_ARRAY, Oid.TIMESTAMPTZ);
    }

    static ArrayColumn ofDurations() {
        return new ArrayColumn(Oid.INTERVAL_ARRAY, Oid.INTERVAL);
    }

    void clear() {
        length = HEADER_BYTES;
        elements = 0;
        nulls = 0;
    }

    void add(int value) {
        element(4);
        int32(value);
    }

    void add(long value) {
        element(8);
        int64(value);
    }

    void add(boolean value) {
        element(1);
        bytes[length++] = (byte) (value ? 1 : 0);
    }

    void addReal(double value) {
        add(Float.floatToIntBits((float) value));
    }

    void add(@Nullable String value) {
        add(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    void add(byte @Nullable [] value) {
        if (value == null) {
            addNull();
            return;
        }
        element(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    void add(@Nullable Instant value) {
        if (value == null) {
            addNull();
            return;
        }
        add(Math.multiplyExact(value.getEpochSecond(), 1_000_000L) + value.getNano() / 1_000 - MICROS_TO_2000);
    }

    /** A duration in milliseconds; a negative one is null. */
    void addMillis(long millis) {
        if (millis < 0) {
            addNull();
            return;
        }
        element(16);
        int64(Math.multiplyExact(millis, 1_000L));
        int32(0);
        int32(0);
    }

    void addNull() {
        reserve(4);
        int32(-1);
        elements++;
        nulls++;
    }

    PgArray toArray(BaseConnection connection) throws SQLException {
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
