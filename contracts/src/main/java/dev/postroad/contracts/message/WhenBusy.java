package dev.postroad.contracts.message;

import java.util.Locale;

/** What new input does to a run that has not ended. */
public enum WhenBusy {
    /** It waits for the end, and is written then. */
    ENQUEUE,
    /** It is rejected. */
    REJECT,
    /** What is under way is stopped, and the input is written; what is done stays. */
    INTERRUPT,
    /** What is under way is stopped, and the state goes back to before the last input; then this one is written. */
    ROLLBACK;

    /** The name in messages, such as {@code enqueue}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
