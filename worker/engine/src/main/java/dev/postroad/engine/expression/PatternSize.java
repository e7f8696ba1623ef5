package dev.postroad.engine.expression;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large the program of a regular expression will about be, known before it is made: counted repetitions are written
 * out, so that {@code ((a{1000}){1000}){1000}} would take all memory. Confined to one thread.
 */
public final class PatternSize {
    private static final long MOST = 1_000_000_000;

    private final String pattern;
    private final Deque<Long> groups = new ArrayDeque<>();
    private long size;
    private long last;
    private int place;

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    /** The size of a pattern, about; of what is no pattern, any number. */
    public static long of(String pattern) {
        PatternSize counted = new PatternSize(pattern);
        while (counted.place < pattern.length()) {
            counted.take(pattern.charAt(counted.place++));
        }
        return counted.groups.stream().mapToLong(Long::longValue).sum() + counted.size;
    }

    private void take(char character) {
        switch (character) {
            case '(' -> {
                groups.push(size);
                size = 0;
                last = 0;
            }
            case ')' -> {
                last = size + 2;
                size = Math.min(MOST, last + (groups.isEmpty() ? 0 : groups.pop()));
            }
            case '[' -> {
                skipClass();
                unit();
            }
            case '\\' -> {
                place++;
                unit();
            }
            case '{' -> repeat();
            default -> unit();
        }
    }

    private void unit() {
        last = 1;
        size++;
    }

    private void skipClass() {
        int begin = place;
        while (place < pattern.length()) {
            char character = pattern.charAt(place++);
            if (character == '\\') {
                place++;
            } else if (character == ']' && place > begin + 1 + (pattern.charAt(begin) == '^' ? 1 : 0)) {
                return;
            }
        }
    }

    private void repeat() {
        int most = 0;
        int number = 0;
        int end = place;
        while (end < pattern.length() && (Character.isDigit(pattern.charAt(end)) || pattern.charAt(end) == ',')) {
            char character = pattern.charAt(end++);
            number = character == ',' ? 0 : Math.min(100_000, 10 * number + Character.digit(character, 10));
            most = Math.max(most, number);
        }
        if (most > 1 && end < pattern.length() && pattern.charAt(end) == '}') {
            place = end + 1;
            long more = Math.min(MOST, last * (most - 1));
            last = Math.min(MOST, last + more);
            size = Math.min(MOST, size + more);
        } else {
            unit();
        }
    }
}
