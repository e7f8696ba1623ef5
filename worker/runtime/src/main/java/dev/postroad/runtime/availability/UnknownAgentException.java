package dev.postroad.runtime.availability;

import java.util.List;

/** There is no agent of that name; the message says which there are. */
public final class UnknownAgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_SHOWN = 20;

    UnknownAgentException(String agent, List<String> known) {
        super("there is no agent " + agent + "; " + shown(known));
    }

    private static String shown(List<String> known) {
        if (known.isEmpty()) {
            return "there are none yet";
        }
        String names = String.join(", ", known.subList(0, Math.min(known.size(), MOST_SHOWN)));
        return "there are " + names
                + (known.size() > MOST_SHOWN ? " and " + (known.size() - MOST_SHOWN) + " more" : "");
    }
}
