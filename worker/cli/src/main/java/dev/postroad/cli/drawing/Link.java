package dev.postroad.cli.drawing;

import java.util.List;

/**
 * An edge from one step to others.
 *
 * @param condition such as {@code when state.n > 1}; empty where it is always taken
 * @param forEach such as {@code for each x of state.list}; empty where each target is one task
 */
record Link(String from, List<String> to, Way way, String condition, String forEach) {
    /** By what a run gets along it. */
    enum Way {
        EDGE,
        GOTO,
        ERROR
    }

    Link {
        to = List.copyOf(to);
    }

    static Link plain(String from, List<String> to) {
        return new Link(from, to, Way.EDGE, "", "");
    }

    boolean isPlain() {
        return way == Way.EDGE && text().isEmpty();
    }

    /** All that is to be said of it, in one line. */
    String text() {
        String ofWay = switch (way) {
            case EDGE -> "";
            case GOTO -> "goto";
            case ERROR -> "on error";
        };
        return String.join(" ", List.of(ofWay, condition, forEach)).strip();
    }
}
