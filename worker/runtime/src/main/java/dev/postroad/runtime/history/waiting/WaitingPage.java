package dev.postroad.runtime.history.waiting;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some open questions, in the order that was asked for.
 *
 * @param next what to ask with for those after them; null where there are none
 */
public record WaitingPage(
        List<WaitingQuestion> questions, @Nullable String next) {
    public WaitingPage {
        questions = List.copyOf(questions);
    }
}
