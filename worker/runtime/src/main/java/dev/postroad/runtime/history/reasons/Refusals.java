package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;

/** Says why a run did not do what it was told since it stands where it stands. */
final class Refusals {
    private Refusals() {}

    static Reason of(LastEvent rejected) {
        JsonNode data = rejected.data();
        String command = data.path("command").asText();
        String by = data.has("by") ? " of " + data.path("by").asText() : "";
        return Reason.of(
                ReasonCode.REFUSED,
                "command " + command + by + " was refused: "
                        + data.path("reason").asText(),
                rejected.at(),
                remedy(command));
    }

    private static String remedy(String command) {
        return switch (command) {
            case "resume" -> "answer again as it is said there";
            case "migrate" ->
                "apply a version of the graph that has a place for what is said there, and migrate the run to that one;"
                        + " until then it goes by the version that it has";
            default -> "send it again once what is said there is so";
        };
    }
}
