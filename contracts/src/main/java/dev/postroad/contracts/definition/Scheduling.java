package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.regex.Pattern;

/** When the nodes of a graph start; what it means is written down in {@code contracts/eager.md}. */
public enum Scheduling {
    /** All nodes of a superstep together, once the one before is over. */
    STEPS,
    /** Each node when its own predecessors are done. */
    EAGER;

    private static final Pattern SAID = Pattern.compile("steps|eager");
    private static final String RULE = "steps or eager";

    /** Whether a text is one of these. */
    static boolean isNamed(String text) {
        return SAID.matcher(text).matches();
    }

    static Scheduling read(Fields fields) {
        return "eager".equals(fields.text("schedule", SAID, RULE)) ? EAGER : STEPS;
    }
}
