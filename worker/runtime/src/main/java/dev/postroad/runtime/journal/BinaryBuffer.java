package dev.postroad.runtime.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Bytes that grow, in the order and the forms of Postgres's binary protocol. Confined to one thread. */
final class BinaryBuffer {
    private static final int SHORT = 128;
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

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
        INTS.set(bytes, length, value);
        length += 4;
    }

    void int64(long value) {
        reserve(8);
        LONGS.set(bytes, length, value);
        length += 8;
    }

    /** Two ints, one after the other. */
    void int32s(int first, int second) {
        int64(((long) first << 32) | (second & 0xffff_ffffL));
    }

    /** Overwrites an int that is there. */
    void put(int place, int value) {
        INTS.set(bytes, place, value);
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
        int chars = value.length();
        if (chars > SHORT || !ascii(value, chars)) {
            sized(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Most texts are short and of ASCII, and need no bytes of their own; false, and nothing is written, for others. */
    private boolean ascii(String value, int chars) {
        reserve(4 + chars);
        int place = length + 4;
        for (int i = 0; i < chars; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            bytes[place + i] = (byte) c;
        }
        INTS.set(bytes, length, chars);
        length = place + chars;
        return true;
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
