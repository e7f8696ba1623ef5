package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why a run does not go on, or did not go well.
 *
 * @param code for programs
 * @param what one sentence for people
 * @param since since when it is so; null where that is not known
 * @param until when it changes by itself; null where it does not
 * @param remedy what helps, one sentence for people
 * @param steps what can be done at once; empty where there is nothing but to wait, or to change a definition
 */
public record Reason(
        ReasonCode code,
        String what,
        @Nullable Instant since,
        @Nullable Instant until,
        String remedy,
        List<Step> steps) {
    public Reason {
        steps = List.copyOf(steps);
    }

    /**
     * Something that helps, for the terminal and for HTTP.
     *
     * @param command what to type
     * @param path what to post to
     * @param body what to post; where a value has to be added, {@code needs} names it
     * @param needs the field that is to be added; null for none
     */
    public record Step(
            String command,
            String path,
            ObjectNode body,
            @Nullable String needs) {
        /** A control message that needs nothing more. */
        static Step control(String type, String runId) {
            return control(type, runId, "", body -> {});
        }

        static Step control(String type, String runId, String options, Consumer<ObjectNode> more) {
            ObjectNode body =
                    JsonNodeFactory.instance.objectNode().put("type", type).put("runId", runId);
            more.accept(body);
            return new Step("postroad " + type + " " + runId + options, "/api/control", body, null);
        }

        /** Takes a run to another version of its graph. */
        static Step migrate(String runId, int version) {
            return control("migrate", runId, " --graph-version " + version, body -> body.put("graphVersion", version));
        }

        Step needing(String field) {
            return new Step(command, path, body, field);
        }
    }

    static Reason of(ReasonCode code, String what, @Nullable Instant since, String remedy, Step... steps) {
        return new Reason(code, what, since, null, remedy, List.of(steps));
    }

    Reason until(@Nullable Instant time) {
        return new Reason(code, what, since, time, remedy, steps);
    }
}
