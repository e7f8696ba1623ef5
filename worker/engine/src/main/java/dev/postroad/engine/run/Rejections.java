package dev.postroad.engine.run;

import dev.postroad.engine.run.EventBody.CommandRejected;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many commands of each type a run refused since it last carried one out, so that its journal, and what it takes to
 * load it, is bounded however many are sent. The first {@link #LISTED} of a type are listed each. Of those that come then,
 * one in as many as were counted so far is chosen by its id, and its event doubles the count: so about so many were refused,
 * and 3,000 take some eighteen rows. The others are answered outside the journal. Nothing but the journal is needed to go on
 * counting, also for a run at rest, which is read back for each command. Immutable.
 */
record Rejections(Map<String, Integer> counts) {
    /** The most of one type that are listed. */
    static final int LISTED = 10;

    /** Where counting stops: by then next to none is chosen. */
    private static final int MOST = 1 << 30;

    static final Rejections NONE = new Rejections(Map.of());

    Rejections {
        counts = Map.copyOf(counts);
    }

    /** Whether the journal is to have an event of the next one. */
    boolean isListed(String type, String commandId) {
        int counted = counts.getOrDefault(type, 0);
        return counted < LISTED || Math.floorMod(mixed(commandId), counted) == 0;
    }

    /** What the event of the next one says of their number; 0 while each is listed. */
    int next(String type) {
        int counted = counts.getOrDefault(type, 0);
        return counted < LISTED ? 0 : Math.min(MOST, 2 * Math.min(counted, MOST / 2));
    }

    Rejections after(CommandRejected event) {
        Map<String, Integer> more = new TreeMap<>(counts);
        more.merge(event.command(), 1, Integer::sum);
        if (event.count() > 0) {
            more.put(event.command(), event.count());
        }
        return new Rejections(more);
    }

    /** Ids are often numbers in a row, of which every n-th would be chosen, or none. */
    private static int mixed(String commandId) {
        int hash = commandId.hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 15;
    }
}
