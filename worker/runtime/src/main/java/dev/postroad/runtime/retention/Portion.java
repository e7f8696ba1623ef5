package dev.postroad.runtime.retention;

import java.time.Duration;

/** How many are taken at once, so that it takes neither too long nor too many turns. Confined to one thread. */
final class Portion {
    private static final Duration LONG = Duration.ofMillis(100);
    private static final Duration SHORT = Duration.ofMillis(25);

    private final int most;
    private int size;

    Portion(int first, int most) {
        this.size = first;
        this.most = most;
    }

    int size() {
        return size;
    }

    /** The last one was a full one, and took so long. */
    void took(Duration time) {
        if (time.compareTo(LONG) > 0) {
            size = Math.max(1, size / 2);
        } else {
            size = Math.min(most, time.compareTo(SHORT) < 0 ? size * 2 : size + size / 4 + 1);
        }
    }

    /** One of it is to blame, as it seems: it is looked for one by one. */
    void failed() {
        size = 1;
    }
}
