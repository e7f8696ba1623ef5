package dev.postroad.runtime.availability;

import dev.postroad.contracts.json.Shown;
import java.util.List;

/** There is no agent of that name; the message says which there are. */
public final class UnknownAgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownAgentException(String agent, List<String> known) {
        super("there is no agent " + agent + "; " + shown(known));
    }

    private static String shown(List<String> known) {
        if (known.isEmpty()) {
            return "there are none yet";
        }
        return "there are " + Shown.names(known);
    }
}
