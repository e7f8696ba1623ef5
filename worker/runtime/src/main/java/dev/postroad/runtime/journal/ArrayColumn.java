package dev.postroad.runtime.journal;

import java.sql.SQLException;
import java.time.Instant;
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
    private static final int NULLS_PLACE = 4;
    private static final int COUNT_PLACE = 12;

    private final int arrayOid;
    private final BinaryBuffer bytes = new BinaryBuffer();
    private int elements;
    private int nulls;

    private ArrayColumn(int arrayOid, int elementOid) {
        this.arrayOid = arrayOid;
        bytes.int32(1);
        bytes.int32(0);
        bytes.int32(elementOid);
        bytes.int32(0);
        bytes.int32(1);
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
        bytes.cut(HEADER_BYTES);
        elements = 0;
        nulls = 0;
    }

    /** Adds an int. */
    public void add(int value) {
        elements++;
        bytes.int32(4);
        bytes.int32(value);
    }

    /** Adds a bigint. */
    public void add(long value) {
        elements++;
        bytes.int32(8);
        bytes.int64(value);
    }

    /** Adds a real. */
    public void addReal(double value) {
        add(Float.floatToIntBits((float) value));
    }

    /** Adds a text, or null. */
    public void add(@Nullable String value) {
        if (value == null) {
            addNull();
            return;
        }
        elements++;
        bytes.sized(value);
    }

    /** Adds the binary form of an element, or null. */
    public void add(byte @Nullable [] value) {
        if (value == null) {
            addNull();
            return;
        }
        elements++;
        bytes.sized(value);
    }

    /** Adds a time in microseconds, or null. */
    public void add(@Nullable Instant value) {
        if (value == null) {
            addNull();
            return;
        }
        elements++;
        bytes.int32(8);
        bytes.time(value);
    }

    /** A duration in milliseconds; a negative one is null. */
    public void addMillis(long millis) {
        if (millis < 0) {
            addNull();
            return;
        }
        elements++;
        bytes.int32(16);
        bytes.millis(millis);
    }

    /** Adds a null. */
    public void addNull() {
        bytes.int32(-1);
        elements++;
        nulls++;
    }

    /** The column as a parameter; a copy. */
    public PgArray toArray(BaseConnection connection) throws SQLException {
        bytes.put(NULLS_PLACE, nulls > 0 ? 1 : 0);
        bytes.put(COUNT_PLACE, elements);
        return new PgArray(connection, arrayOid, bytes.copy());
    }
}
