package dev.postroad.runtime.history.reasons;

import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is to be said of a run that paused before or after a node, as it was to. */
final class BreakpointReasons {
    /** The events that say at which nodes, and who said so. */
    static final String SET = "breakpoints.set,run.queued";

    private BreakpointReasons() {}

    static boolean isAtOne(LastEvent pause) {
        return !pause.names("before").isEmpty() || !pause.names("after").isEmpty();
    }

    static Reason reason(RunSummary run, LastEvent pause, Optional<LastEvent> set) {
        String by = set.map(said -> said.data().path("by").asText())
                .filter(name -> !name.isEmpty())
                .map(name -> ", as " + name + " asked")
                .orElse("");
        List<String> where = new ArrayList<>();
        for (String side : List.of("before", "after")) {
            if (!pause.names(side).isEmpty()) {
                where.add(side + " node " + pause.names(side));
            }
        }
        return Reason.of(
                ReasonCode.PAUSED,
                "the run was paused " + String.join(" and ", where) + by,
                pause.at(),
                "look at its state, then unpause it: it goes on, and pauses there the next time too unless that is cleared",
                Step.control("unpause", run.runId()),
                Step.control("pause", run.runId(), " --clear", body -> {
                    body.putArray("before");
                    body.putArray("after");
                }));
    }
}
