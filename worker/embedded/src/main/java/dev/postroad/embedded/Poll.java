package dev.postroad.embedded;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Waits, with a limit, for what another process does and tells nobody of: the one place here that sleeps. */
final class Poll {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Poll() {}

    /** The first answer that is present, or none when the limit has passed. */
    static <T> Optional<T> until(Duration limit, String purpose, Supplier<Optional<T>> question) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent() || System.nanoTime() - deadline > 0) {
                return answer;
            }
            pause(purpose);
        }
    }

    private static void pause(String purpose) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stop) {
            throw EmbeddedServerException.interrupted(purpose, stop);
        }
    }
}
