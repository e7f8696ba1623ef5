package dev.postroad.runtime.reading;

/** Keeps the records that are refused. */
public interface DeadLetters {
    /**
     * Keeps a record with its reason, sooner or later.
     *
     * @param kept called once it is kept, by any thread
     */
    void keep(Incoming incoming, String reason, Runnable kept);
}
