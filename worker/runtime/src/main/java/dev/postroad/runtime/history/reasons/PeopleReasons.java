package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.runs.RunSummary;
import java.time.Instant;
import java.util.List;

/** Says for which people a run waits. */
final class PeopleReasons {
    private PeopleReasons() {}

    static void add(RunSummary run, RunFacts facts, List<Reason> reasons) {
        if (facts.questions() == null) {
            return;
        }
        boolean several = facts.questions().size() > 1;
        for (JsonNode asked : facts.questions()) {
            reasons.add(person(run, asked.path("question"), several));
        }
    }

    private static Reason person(RunSummary run, JsonNode question, boolean several) {
        String id = question.path("id").asText();
        String whom = question.path("assignee").asText("a person");
        String dueAt = question.path("dueAt").textValue();
        return Reason.of(
                        ReasonCode.PERSON,
                        "node " + question.path("node").asText() + " asks " + (whom.isEmpty() ? "a person" : whom),
                        Instant.parse(question.path("askedAt").asText()),
                        "answer it, or hand it on",
                        Step.control(
                                        "resume",
                                        run.runId(),
                                        " --value JSON" + (several ? " --task " + id : ""),
                                        body -> body.put("task", id)
                                                .put(
                                                        "version",
                                                        question.path("version").asInt()))
                                .needing("value"),
                        Step.control(
                                        "reassign",
                                        run.runId(),
                                        " --to NAME" + (several ? " --task " + id : ""),
                                        body -> body.put("task", id))
                                .needing("assignee"))
                .until(dueAt == null ? null : Instant.parse(dueAt));
    }

    static Reason held(RunSummary run, LastEvent wait) {
        String nodes =
                wait.names("before").isEmpty() ? "after " + wait.names("after") : "before " + wait.names("before");
        return Reason.of(
                ReasonCode.HELD,
                "the graph says that the run stops " + nodes,
                wait.at(),
                "look at its state, then let it go on",
                Step.control("resume", run.runId()));
    }
}
