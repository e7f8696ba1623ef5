package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.Answers;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.answers.JsonSchemas;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a reply of what a model said. Thread-safe. */
record LlmAnswer(LlmForm form, RemoteFaults faults) {
    /** Many models cannot help putting their JSON in a frame. */
    private static final Pattern FENCED = Pattern.compile("(?s)\\s*```(?:json)?\\s*\\n(.*?)\\n?```\\s*");

    /**
     * What an answer comes to.
     *
     * @param json what it holds; null where that cannot be read, or no JSON was asked for
     * @param problem what is wrong with the JSON of a whole answer; null where nothing is, or no JSON was asked for
     * @param unfinished why it is no answer; null where it is one
     */
    record Judged(
            ModelAnswer said,
            @Nullable JsonNode json,
            @Nullable String problem,
            @Nullable AgentReply unfinished) {}

    Judged judged(ModelAnswer said) {
        AgentReply unfinished = unfinished(said);
        if (unfinished != null || form.kind() == LlmForm.Kind.TEXT) {
            return new Judged(said, null, null, unfinished);
        }
        try {
            JsonNode json = json(said);
            return new Judged(said, json, misfit(json), null);
        } catch (FaultsException notJson) {
            return new Judged(said, null, RemoteFaults.joined(notJson.faults()), null);
        }
    }

    private @Nullable String misfit(JsonNode json) {
        if (form.schema() != null) {
            return JsonSchemas.INSTANCE.refusal(form.schema(), json);
        }
        return json.isObject() ? null : "the value is no object";
    }

    private JsonNode json(ModelAnswer said) throws FaultsException {
        Matcher fenced = FENCED.matcher(said.text());
        return Json.read(form.schema() != null && fenced.matches() ? fenced.group(1) : said.text());
    }

    /** @param before an answer that was asked for before, and used something too; null for none */
    AgentReply read(Judged judged, @Nullable ModelAnswer before) {
        ModelAnswer said = judged.said();
        if (judged.unfinished() != null) {
            return judged.unfinished().using(spent(said, before));
        }
        if (judged.problem() != null) {
            String wanted = form.schema() == null ? "a JSON object" : "JSON that fits the schema";
            return AgentReply.retryable(
                            "llm.bad-json",
                            faults.excerpt()
                                    .of("asked for " + wanted + ", but " + judged.problem() + ": " + said.text()))
                    .using(spent(said, before));
        }
        Usage usage = before == null ? said.usage() : said.usage().with(before.usage());
        return judged.json() == null
                ? Answers.checked("llm", new Completed(text(said.text()), usage))
                : new Completed(judged.json(), usage);
    }

    /** What was used of a model that gave no answer in the end. */
    static Usage spent(ModelAnswer said, @Nullable ModelAnswer before) {
        return before == null || before.spent().equals(Usage.NONE)
                ? said.spent()
                : said.usage().with(before.usage());
    }

    /** Null where the answer is one. */
    private @Nullable AgentReply unfinished(ModelAnswer said) {
        if (said.isSilent()) {
            return AgentReply.retryable("llm.no-answer", "the model said nothing");
        }
        if (!said.refusal().isEmpty() && said.text().isEmpty()) {
            return faults.permanent(Ending.FILTERED.type(), "the model refused to answer: " + said.refusal());
        }
        Ending ending = Ending.of(said.finishReason());
        String ended = "the model ended with finish_reason " + said.finishReason();
        return switch (ending) {
            case WHOLE -> null;
            case BROKEN -> AgentReply.retryable(ending.type(), ended);
            case LENGTH, FILTERED, TOOLS ->
                switch (form.onCutOff()) {
                    case ACCEPT -> null;
                    case FAIL -> faults.permanent(ending.type(), ended + remedy(ending) + "; it said: " + said.text());
                };
        };
    }

    private static String remedy(Ending ending) {
        return switch (ending) {
            case LENGTH -> " and has not said all; raise maxTokens, or let it say less, or say onCutOff: accept";
            case TOOLS ->
                " and asks for a tool, which it was not offered; list it under tools, or say onCutOff: accept to take what it said";
            case FILTERED, BROKEN, WHOLE -> "; say onCutOff: accept to take what is left";
        };
    }

    private static ObjectNode text(String content) {
        return JsonNodeFactory.instance.objectNode().put("text", content);
    }
}
