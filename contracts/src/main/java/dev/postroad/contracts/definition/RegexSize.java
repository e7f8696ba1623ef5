package dev.postroad.contracts.definition;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * About how many steps a regular expression stands for when its repetitions are written out, which is what RE2 does:
 * {@code ((a{100}){100}){100}} takes a million. Confined to one expression.
 */
final class RegexSize {
    private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?\\}");

    /** Beyond anything that is allowed, and far from the end of numbers. */
    private static final long MANY = 1_000_000_000;

    private final String text;
    private final Deque<Long> around = new ArrayDeque<>();
    private long before;
    private long last;

    private RegexSize(String text) {
        this.text = text;
    }

    /** Of a text that need not be sound. */
    static long of(String text) {
        return new RegexSize(text).size();
    }

    private long size() {
        int at = 0;
        while (at < text.length()) {
            at = step(at);
        }
        while (!around.isEmpty()) {
            close();
        }
        return before + last;
    }

    /** Takes what stands there, and says what comes next. */
    private int step(int at) {
        switch (text.charAt(at)) {
            case '\\' -> {
                return escaped(at);
            }
            case '[' -> {
                atom();
                return behindClass(at);
            }
            case '(' -> {
                around.push(Math.min(MANY, before + last));
                before = 0;
                last = 0;
            }
            case ')' -> close();
            case '{' -> {
                return repeated(at);
            }
            default -> atom();
        }
        return at + 1;
    }

    private void atom() {
        before = Math.min(MANY, before + last);
        last = 1;
    }

    private void close() {
        last = Math.min(MANY, before + last + 1);
        before = around.isEmpty() ? 0 : around.pop();
    }

    private int escaped(int at) {
        if (!text.startsWith("\\Q", at)) {
            atom();
            return at + 2;
        }
        int end = text.indexOf("\\E", at);
        int behind = end < 0 ? text.length() : end + 2;
        for (int i = at; i < behind; i++) {
            atom();
        }
        return behind;
    }

    /** A bracket that comes first is one of the characters. */
    private int behindClass(int at) {
        int next = text.startsWith("[^", at) ? at + 2 : at + 1;
        for (next++; next < text.length() && text.charAt(next) != ']'; next++) {
            if (text.charAt(next) == '\\') {
                next++;
            }
        }
        return next + 1;
    }

    private int repeated(int at) {
        Matcher found = REPETITION.matcher(text).region(at, text.length());
        if (!found.lookingAt()) {
            atom();
            return at + 1;
        }
        String most = found.group(2) == null || found.group(2).isEmpty() ? found.group(1) : found.group(2);
        last = Math.min(MANY, last * Math.max(1, Long.parseLong(most)));
        return found.end();
    }
}
