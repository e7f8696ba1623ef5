package dev.postroad.runtime.schedule;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Shown;
import java.util.List;

/** There is no schedule of that name; the message says which there are. */
public final class UnknownScheduleException extends ScheduleCommandException {
    private static final long serialVersionUID = 1L;

    UnknownScheduleException(String schedule, List<String> known) {
        super(new Fault("", "there is no schedule " + schedule, shown(known)));
    }

    private static String shown(List<String> known) {
        if (known.isEmpty()) {
            return "there are none yet; publish one with postroad apply";
        }
        return "there are " + Shown.names(known);
    }
}
