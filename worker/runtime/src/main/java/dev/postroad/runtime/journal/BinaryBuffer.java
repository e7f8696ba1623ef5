package dev.postroad.runtime.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Bytes that grow, in the order and the forms of Postgres's binary protocol. Confined to one thread. */
final class BinaryBuffer {
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;

    private byte[] bytes = new byte[1024];
    private int length;

    int length() {
        return length;
    }

    /** Forgets what comes after a place; the memory is kept. */
    void cut(int place) {
        length = place;
    }

    void int8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void int32(int value) {
        reserve(4);
        put(length, value);
        length += 4;
    }

    void int64(long value) {
        int32((int) (value >>> 32));
        int32((int) value);
    }

    /** Overwrites an int that is there. */
    void put(int place, int value) {
        bytes[place] = (byte) (value >>> 24);
        bytes[place + 1] = (byte) (value >>> 16);
        bytes[place + 2] = (byte) (value >>> 8);
        bytes[place + 3] = (byte) value;
    }

    /** A value with its length before it. */
    void sized(byte[] value) {
        int32(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** A text with its length before it. */
    void sized(String value) {
        sized(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A time, in microseconds since 2000. */
    void time(Instant value) {
        int64(Math.multiplyExact(value.getEpochSecond(), 1_000_000L) + value.getNano() / 1_000 - MICROS_TO_2000);
    }

    /** An interval. */
    void millis(long millis) {
        int64(Math.multiplyExact(millis, 1_000L));
        int32(0);
        int32(0);
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
    }
}
