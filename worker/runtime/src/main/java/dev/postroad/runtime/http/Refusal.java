package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request is answered with an error. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<Fault> faults;
    private final @Nullable String missingRun;

    private Refusal(ErrorCode code, String message, List<Fault> faults, @Nullable String missingRun) {
        // It is an answer, of which nobody reads the trace.
        super(message, null, false, false);
        this.code = code;
        this.faults = List.copyOf(faults);
        this.missingRun = missingRun;
    }

    static Refusal of(ErrorCode code, @Nullable String message) {
        return new Refusal(code, String.valueOf(message), List.of(), null);
    }

    static Refusal faults(List<Fault> faults) {
        return new Refusal(ErrorCode.BAD_REQUEST, "the request cannot be understood", faults, null);
    }

    static Refusal noRun(String runId) {
        return new Refusal(ErrorCode.NOT_FOUND, "there is no run " + runId, List.of(), runId);
    }

    /** The run that was asked for and is not there; null where something else is the matter. */
    @Nullable
    String missingRun() {
        return missingRun;
    }

    ErrorCode code() {
        return code;
    }

    ObjectNode tree() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode error =
                json.putObject("error").put("code", code.publicName()).put("message", getMessage());
        if (!faults.isEmpty()) {
            ArrayNode details = error.putArray("details");
            faults.forEach(fault -> details.addObject()
                    .put("place", fault.place())
                    .put("problem", fault.problem())
                    .put("remedy", fault.remedy()));
        }
        return json;
    }
}
