package dev.postroad.engine.run;

import dev.postroad.contracts.json.Shown;
import java.util.List;

/** The writes of one superstep do not go together. */
final class MergeConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int MOST_NAMED = 20;

    private final transient List<String> nodes;

    MergeConflictException(String channel, List<String> nodes, Exception cause) {
        super("channel " + channel + " " + cause.getMessage() + ", from " + from(nodes), cause);
        this.nodes = List.copyOf(nodes);
    }

    private static String from(List<String> nodes) {
        return nodes.size() > MOST_NAMED ? Shown.names(nodes) : String.join(" and ", nodes);
    }

    List<String> nodes() {
        return nodes;
    }
}
