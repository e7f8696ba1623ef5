package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.rows.JsonFields;

/** Writes how runs stand, and what helps, as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class ReasonJson {
    private ReasonJson() {}

    /** How a run stands, and what helps. */
    public static ObjectNode tree(RunReasons why) {
        ObjectNode json = JsonFields.object()
                .put("runId", why.runId())
                .put("status", why.status().publicName())
                .put("standsStill", why.standsStill());
        json.set("reasons", JsonFields.list(why.reasons(), ReasonJson::tree));
        return json;
    }

    private static ObjectNode tree(Reason reason) {
        ObjectNode json =
                JsonFields.object().put("code", reason.code().publicName()).put("what", reason.what());
        JsonFields.put(json, "since", reason.since());
        JsonFields.put(json, "until", reason.until());
        json.put("remedy", reason.remedy());
        json.set("steps", JsonFields.list(reason.steps(), ReasonJson::tree));
        return json;
    }

    private static ObjectNode tree(Reason.Step step) {
        ObjectNode json = JsonFields.object().put("command", step.command()).put("post", step.path());
        json.set("body", step.body());
        if (step.needs() != null) {
            json.put("needs", step.needs());
        }
        return json;
    }
}
