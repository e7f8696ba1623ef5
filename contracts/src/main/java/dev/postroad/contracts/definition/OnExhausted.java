package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a run when a task has failed in all the attempts that it had. An error that is not tried again at all
 * fails the run in any case; and where the node has an {@code onError}, the node named there takes over instead.
 */
public enum OnExhausted {
    /** The run fails. */
    FAIL,
    /** The run pauses for a person, who unpauses, retries or resumes it to give the task its attempts anew. */
    PAUSE;

    private static final String FIELD = "onExhausted";
    private static final Pattern SAID = Pattern.compile("fail|pause");
    private static final String RULE = "fail or pause";

    /** The field as it stands beside {@code retry}, or in it; null where it is in neither. */
    static @Nullable OnExhausted read(Fields beside, @Nullable Fields retry) {
        OnExhausted outside = read(beside);
        OnExhausted inside = retry == null ? null : read(retry);
        if (outside != null && inside != null && outside != inside) {
            beside.fault(FIELD, "is not what retry." + FIELD + " says", "say it once");
        }
        return inside == null ? outside : inside;
    }

    private static @Nullable OnExhausted read(Fields fields) {
        String said = fields.text(FIELD, SAID, RULE);
        if (said == null) {
            return null;
        }
        return switch (said) {
            case "pause" -> PAUSE;
            case "fail" -> FAIL;
            default -> null;
        };
    }
}
