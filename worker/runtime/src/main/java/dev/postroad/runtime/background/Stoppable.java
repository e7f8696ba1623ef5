package dev.postroad.runtime.background;

/**
 * What takes a while to come to an end, and can be told of it before it is waited for, so that several end side by side.
 */
public interface Stoppable extends AutoCloseable {
    /** Has it come to its end, and does not wait for that. Does not block; done again, it changes nothing. */
    void stop();

    /** Has it come to its end, and waits for that, for a while at most. */
    @Override
    void close();
}
