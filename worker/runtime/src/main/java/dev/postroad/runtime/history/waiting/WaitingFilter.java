package dev.postroad.runtime.history.waiting;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which open questions are wanted: those that have all of this.
 *
 * @param graph of runs of this graph; null for any
 * @param assignee asked of this one; null for anybody
 * @param tags of runs with all of these, with these values
 * @param askedSince not asked before this; null for no limit
 * @param dueUntil over before this, if nobody answers; null for no limit, and for those that are never over
 * @param order which come first
 */
public record WaitingFilter(
        @Nullable String graph,
        @Nullable String assignee,
        Map<String, String> tags,
        @Nullable Instant askedSince,
        @Nullable Instant dueUntil,
        Order order) {
    /** All open questions, those that were asked first first. */
    public static final WaitingFilter ALL = new WaitingFilter(null, null, Map.of(), null, null, Order.ASKED);

    /** Which questions come first. Those of one run stay together. */
    public enum Order {
        /** Those of the run that waits for the longest time. */
        ASKED("asked"),
        /** Those of the run of which one is over soonest; those that are never over are last. */
        DUE("due");

        private final String publicName;

        Order(String publicName) {
            this.publicName = publicName;
        }

        /** The name in addresses and options. */
        public String publicName() {
            return publicName;
        }
    }

    public WaitingFilter {
        // In one order, so that the same question is the same statement.
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }
}
