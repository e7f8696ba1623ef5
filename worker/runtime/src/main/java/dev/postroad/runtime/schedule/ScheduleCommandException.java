package dev.postroad.runtime.schedule;

/** What is asked of a schedule can never be done; the message says why. */
public class ScheduleCommandException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ScheduleCommandException(String message) {
        super(message);
    }
}
