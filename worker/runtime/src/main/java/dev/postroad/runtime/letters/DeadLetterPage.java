package dev.postroad.runtime.letters;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some dead letters, the newest first.
 *
 * @param next what to ask with for those before them; null where there are none
 */
public record DeadLetterPage(
        List<DeadLetter> letters, @Nullable String next) {
    public DeadLetterPage {
        letters = List.copyOf(letters);
    }
}
