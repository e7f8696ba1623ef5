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

    /** What is wrong with the JSON of a whole answer; null where nothing is, or no JSON was asked for. */
    @Nullable
    String problem(ModelAnswer said) {
        boolean isOther = ending(said) != Ending.WHOLE && form.onCutOff() == LlmForm.OnCutOff.FAIL;
        if (form.kind() == LlmForm.Kind.TEXT
                || isOther
                || said.isSilent()
                || !said.refusal().isEmpty()) {
            return null;
        }
        try {
            JsonNode read = json(said);
            if (form.schema() != null) {
                return JsonSchemas.INSTANCE.refusal(form.schema(), read);
            }
            return read.isObject() ? null : "the value is no object";
        } catch (FaultsException notJson) {
            return RemoteFaults.joined(notJson.faults());
        }
    }

    private JsonNode json(ModelAnswer said) throws FaultsException {
        Matcher fenced = FENCED.matcher(said.text());
        return Json.read(form.schema() != null && fenced.matches() ? fenced.group(1) : said.text());
    }

    /**
     * @param problem what is wrong with its JSON; null where nothing is
     * @param before an answer that was asked for before, and used something too; null for none
     */
    AgentReply read(ModelAnswer said, @Nullable String problem, @Nullable ModelAnswer before) {
        AgentReply unfinished = unfinished(said);
        if (unfinished != null) {
            return unfinished;
        }
        if (problem != null) {
            String wanted = form.schema() == null ? "a JSON object" : "JSON that fits the schema";
            return AgentReply.retryable(
                    "llm.bad-json",
                    faults.excerpt().of("asked for " + wanted + ", but " + problem + ": " + said.text()));
        }
        Usage usage = before == null ? said.usage() : said.usage().with(before.usage());
        return switch (form.kind()) {
            case TEXT -> Answers.checked("llm", new Completed(text(said.text()), usage));
            case JSON -> new Completed(checkedJson(said), usage);
        };
    }

    private JsonNode checkedJson(ModelAnswer said) {
        try {
            return json(said);
        } catch (FaultsException impossible) {
            throw new IllegalStateException("was read before", impossible);
        }
    }

    private static Ending ending(ModelAnswer said) {
        return Ending.of(said.finishReason());
    }

    /** Null where the answer is one. */
    private @Nullable AgentReply unfinished(ModelAnswer said) {
        if (said.isSilent()) {
            return AgentReply.retryable("llm.no-answer", "the model said nothing");
        }
        if (!said.refusal().isEmpty() && said.text().isEmpty()) {
            return faults.permanent(Ending.FILTERED.type(), "the model refused to answer: " + said.refusal());
        }
        Ending ending = ending(said);
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
            case TOOLS -> " and asks for a tool, which it was not offered; say onCutOff: accept to take what it said";
            case FILTERED, BROKEN, WHOLE -> "; say onCutOff: accept to take what is left";
        };
    }

    private static ObjectNode text(String content) {
        return JsonNodeFactory.instance.objectNode().put("text", content);
    }
}
