package dev.postroad.runtime.schedule;

import java.util.List;

/** There is no schedule of that name; the message says which there are. */
public final class UnknownScheduleException extends ScheduleCommandException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_SHOWN = 20;

    UnknownScheduleException(String schedule, List<String> known) {
        super("there is no schedule " + schedule + "; " + shown(known));
    }

    private static String shown(List<String> known) {
        if (known.isEmpty()) {
            return "there are none yet; publish one with postroad apply";
        }
        String names = String.join(", ", known.subList(0, Math.min(known.size(), MOST_SHOWN)));
        return "there are " + names
                + (known.size() > MOST_SHOWN ? " and " + (known.size() - MOST_SHOWN) + " more" : "");
    }
}
