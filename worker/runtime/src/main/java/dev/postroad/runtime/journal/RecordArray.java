package dev.postroad.runtime.journal;

import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.core.TypeInfo;
import org.postgresql.jdbc.PgArray;

/**
 * Rows of a batch, as the binary form of a Postgres array of a composite type, built in place. Postgres unnests one array
 * of rows in a third of the time that it needs for an array of each column, and a batch is mostly that. Sources: {@code
 * array_recv} in PostgreSQL's {@code arrayfuncs.c}, {@code record_recv} in its {@code rowtypes.c}.
 *
 * <p>A row is begun, gets a value for each field of the type in their order, and is ended. Confined to one thread.
 */
final class RecordArray {
    private static final int HEADER_BYTES = 20;
    private static final int ELEMENT_PLACE = 8;
    private static final int COUNT_PLACE = 12;

    /** As Postgres names the state of a type that is not there. */
    private static final String NO_SUCH_TYPE = "42704";

    private final String type;
    private final int fields;
    private final BinaryBuffer bytes = new BinaryBuffer();
    private int rows;
    private int rowPlace;

    /**
     * @param type the composite type, with its schema
     * @param fields how many fields it has
     */
    RecordArray(String type, int fields) {
        this.type = type;
        this.fields = fields;
        // One dimension, no null among the rows; the type and the number of the rows are put in at the end; from 1.
        bytes.int32(1);
        bytes.int32(0);
        bytes.int32(0);
        bytes.int32(0);
        bytes.int32(1);
    }

    boolean isEmpty() {
        return rows == 0;
    }

    /** Forgets all rows; their memory is kept. */
    void clear() {
        bytes.cut(HEADER_BYTES);
        rows = 0;
    }

    void beginRow() {
        rowPlace = bytes.length();
        bytes.int32(0);
        bytes.int32(fields);
    }

    void endRow() {
        bytes.put(rowPlace, bytes.length() - rowPlace - 4);
        rows++;
    }

    void add(int value) {
        bytes.int32s(Oid.INT4, 4);
        bytes.int32(value);
    }

    void add(long value) {
        bytes.int32s(Oid.INT8, 8);
        bytes.int64(value);
    }

    void add(boolean value) {
        bytes.int32s(Oid.BOOL, 1);
        bytes.int8(value ? 1 : 0);
    }

    void addReal(double value) {
        bytes.int32s(Oid.FLOAT4, 4);
        bytes.int32(Float.floatToIntBits((float) value));
    }

    void add(@Nullable String value) {
        bytes.int32(Oid.TEXT);
        if (value == null) {
            bytes.int32(-1);
        } else {
            bytes.sized(value);
        }
    }

    /** Adds a text that is in UTF-8 already. */
    void addText(byte[] value) {
        bytes.int32(Oid.TEXT);
        bytes.sized(value);
    }

    /** Adds a json. */
    void addJson(byte @Nullable [] value) {
        bytes.int32(Oid.JSON);
        if (value == null) {
            bytes.int32(-1);
        } else {
            bytes.sized(value);
        }
    }

    void add(@Nullable Instant value) {
        bytes.int32(Oid.TIMESTAMPTZ);
        if (value == null) {
            bytes.int32(-1);
        } else {
            bytes.int32(8);
            bytes.time(value);
        }
    }

    /** A duration in milliseconds; a negative one is null. */
    void addMillis(long millis) {
        bytes.int32(Oid.INTERVAL);
        if (millis < 0) {
            bytes.int32(-1);
        } else {
            bytes.int32(16);
            bytes.millis(millis);
        }
    }

    /** Adds a null int. */
    void addNoInt() {
        bytes.int32s(Oid.INT4, -1);
    }

    /** Adds a null real. */
    void addNoReal() {
        bytes.int32s(Oid.FLOAT4, -1);
    }

    /** Adds a null bigint. */
    void addNoLong() {
        bytes.int32s(Oid.INT8, -1);
    }

    /**
     * The rows as a parameter; a copy.
     *
     * @throws SQLException where the database has no such type, as before its migration
     */
    PgArray toArray(BaseConnection connection) throws SQLException {
        // The driver asks once for each connection, and knows it from then on.
        TypeInfo types = connection.getTypeInfo();
        int element = types.getPGType(type);
        int array = types.getPGArrayType(type);
        if (element == Oid.UNSPECIFIED || array == Oid.UNSPECIFIED) {
            throw new SQLException("type " + type + " does not exist; run: postroad migrate", NO_SUCH_TYPE);
        }
        bytes.put(ELEMENT_PLACE, element);
        bytes.put(COUNT_PLACE, rows);
        return new PgArray(connection, array, bytes.copy());
    }
}
