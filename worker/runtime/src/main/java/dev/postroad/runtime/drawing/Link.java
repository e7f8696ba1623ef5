package dev.postroad.runtime.drawing;

import java.util.List;

/**
 * An edge from one step to others.
 *
 * @param condition such as {@code when state.n > 1}; empty where it is always taken
 * @param forEach such as {@code for each x of state.list}; empty where each target is one task
 */
public record Link(String from, List<String> to, Way way, String condition, String forEach) {
    /** By what a run gets along it. */
    public enum Way {
        EDGE,
        GOTO,
        ERROR
    }

    public Link {
        to = List.copyOf(to);
    }

    /** One without a condition. */
    public static Link plain(String from, List<String> to) {
        return new Link(from, to, Way.EDGE, "", "");
    }

    /** Whether there is nothing to be said of it. */
    public boolean isPlain() {
        return way == Way.EDGE && text().isEmpty();
    }

    /** All that is to be said of it, in one line. */
    public String text() {
        String ofWay = switch (way) {
            case EDGE -> "";
            case GOTO -> "goto";
            case ERROR -> "on error";
        };
        return String.join(" ", List.of(ofWay, condition, forEach)).strip();
    }
}
