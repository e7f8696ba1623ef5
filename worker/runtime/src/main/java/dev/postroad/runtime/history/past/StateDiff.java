package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.flipkart.zjsonpatch.DiffFlags;
import com.flipkart.zjsonpatch.JsonDiff;
import java.util.EnumSet;

/**
 * What tells two states of a run apart.
 *
 * @param patch makes {@code after} of {@code before}, by RFC 6902, of {@code add}, {@code remove} and {@code replace}
 *     alone
 */
public record StateDiff(String runId, int from, int to, ArrayNode patch, ObjectNode before, ObjectNode after) {

    /** A move or copy says that two values are one, which nobody knows of values that are merely equal. */
    private static final EnumSet<DiffFlags> PLAIN =
            EnumSet.of(DiffFlags.OMIT_VALUE_ON_REMOVE, DiffFlags.OMIT_MOVE_OPERATION, DiffFlags.OMIT_COPY_OPERATION);

    static StateDiff of(RunState before, RunState after) {
        JsonNode patch = JsonDiff.asJson(before.state(), after.state(), PLAIN);
        return new StateDiff(
                before.runId(), before.version(), after.version(), (ArrayNode) patch, before.state(), after.state());
    }
}
