package dev.postroad.engine.run;

import java.util.List;

/** The writes of one superstep do not go together. */
final class MergeConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> nodes;

    MergeConflictException(String channel, List<String> nodes, Exception cause) {
        super("channel " + channel + " " + cause.getMessage() + ", from " + String.join(" and ", nodes), cause);
        this.nodes = List.copyOf(nodes);
    }

    List<String> nodes() {
        return nodes;
    }
}
