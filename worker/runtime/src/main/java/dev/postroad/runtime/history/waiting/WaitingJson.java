package dev.postroad.runtime.history.waiting;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.rows.JsonFields;

/** Writes what runs ask people as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class WaitingJson {
    private WaitingJson() {}

    /** Some open questions, and where to go on. */
    public static ObjectNode tree(WaitingPage page) {
        ObjectNode json = JsonFields.object();
        json.set("waiting", JsonFields.list(page.questions(), WaitingJson::tree));
        if (page.next() != null) {
            json.put("next", page.next());
        }
        return json;
    }

    /** An open question: whose, what it is about, and the control message that answers it, but for its {@code value}. */
    public static ObjectNode tree(WaitingQuestion waiting) {
        ObjectNode json = JsonFields.object()
                .put("runId", waiting.runId())
                .put("graph", waiting.graph())
                .put("graphVersion", waiting.graphVersion())
                .put("status", waiting.status().publicName());
        ObjectNode tags = json.putObject("tags");
        waiting.tags().forEach(tags::put);
        waiting.question()
                .properties()
                .forEach(field -> json.set(field.getKey().equals("value") ? "ask" : field.getKey(), field.getValue()));
        json.putObject("answer")
                .put("type", "resume")
                .put("runId", waiting.runId())
                .put("task", waiting.id())
                .put("version", waiting.version());
        return json;
    }
}
