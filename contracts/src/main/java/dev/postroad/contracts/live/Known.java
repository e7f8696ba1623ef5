package dev.postroad.contracts.live;

/**
 * How much of what there is was added to a {@link LiveOrder}.
 *
 * @param output whether all chunks that were there when the oldest event that waits was found
 * @param events the same for events
 */
public record Known(boolean output, Events events) {
    /** How far the events are known. */
    public enum Events {
        /** More of them are known to be there. */
        NOT_ALL,
        /** Those that were there a moment ago. */
        ALMOST_ALL,
        /** Those that were there when the oldest chunk that waits was found, but for some that are published late. */
        NEARLY_ALL,
        /** All that were there when the oldest chunk that waits was found. */
        ALL
    }
}
