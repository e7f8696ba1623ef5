package dev.postroad.runtime.agent.attempt;

import java.util.Collection;
import java.util.List;

/**
 * Makes texts from outside fit for a fault's message: short, storable, on one line, and without the secrets that the
 * other side may have echoed. Thread-safe.
 */
public final class Excerpt {
    /** The longest message, in characters. */
    static final int LIMIT = 500;

    /** Hides no secrets. */
    public static final Excerpt PLAIN = new Excerpt(List.of());

    /** Replacing shorter ones would shred every message and hide nothing. */
    private static final int SHORTEST_SECRET = 4;

    private final List<String> secrets;

    public Excerpt(Collection<String> secrets) {
        this.secrets = secrets.stream()
                .filter(secret -> secret.length() >= SHORTEST_SECRET)
                .toList();
    }

    /** Whether there is no secret. */
    public boolean hidesNothing() {
        return secrets.isEmpty();
    }

    /** How much of the end of a text may be the beginning of a secret, in characters. */
    public int open(String text) {
        int most = 0;
        for (String secret : secrets) {
            int length = Math.min(secret.length() - 1, text.length());
            while (length > most && !text.regionMatches(text.length() - length, secret, 0, length)) {
                length--;
            }
            most = Math.max(most, length);
        }
        return most;
    }

    /** The text without the secrets. */
    public String hidden(String text) {
        String safe = text;
        for (String secret : secrets) {
            safe = safe.replace(secret, "***");
        }
        return safe;
    }

    /** As much of a text as a message may quote. */
    public String of(String text) {
        String safe = hidden(text);
        StringBuilder shown = new StringBuilder();
        safe.codePoints().limit(LIMIT).map(Excerpt::storable).forEach(shown::appendCodePoint);
        if (safe.codePointCount(0, safe.length()) > LIMIT) {
            shown.append('…');
        }
        return shown.toString();
    }

    private static int storable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> ' ';
            case Character.SURROGATE -> 0xFFFD;
            default -> codePoint;
        };
    }
}
