package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.CallingTools;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ToolCalls;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import dev.postroad.runtime.agent.attempt.Toolbox;
import dev.postroad.runtime.answers.JsonSchemas;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Offers tools to models, and makes calls of what they ask for. Thread-safe. */
record ToolDesk(LlmTools settings, Toolbox toolbox, RemoteFaults faults) {
    /**
     * What a model may call now.
     *
     * @throws FaultedException where one of the graphs is not there
     */
    List<OfferedTool> offered() throws InterruptedException {
        List<OfferedTool> offered = new ArrayList<>();
        for (LlmTool tool : settings.tools()) {
            offered.add(offered(tool));
        }
        return offered;
    }

    private OfferedTool offered(LlmTool tool) throws InterruptedException {
        ToolOffer offer = switch (tool.kind()) {
            case AGENT -> toolbox.toolOfAgent(tool.target());
            case GRAPH -> toolbox.toolOfGraph(tool.target(), tool.version());
        };
        if (offer == null) {
            throw new FaultedException(faults.permanent(
                    "llm.bad-tools",
                    "tool " + tool.name() + " is graph " + tool.target()
                            + (tool.version() == null ? "" : " version " + tool.version())
                            + ", which is not there; publish it, or take it from the tools"));
        }
        ObjectNode own = tool.parameters() == null ? offer.parameters() : tool.parameters();
        return new OfferedTool(
                tool.name(),
                switch (tool.kind()) {
                    case AGENT -> new ToolCall.OfAgent(tool.target());
                    case GRAPH -> new ToolCall.OfGraph(tool.target(), offer.version());
                },
                Objects.requireNonNullElse(tool.description(), offer.description()),
                own == null ? anything() : own);
    }

    /** Some providers want the properties, though there be none. */
    private static ObjectNode anything() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putObject("properties");
        return schema.put("additionalProperties", true);
    }

    /**
     * What is to be done of what a model asks for.
     *
     * @param rounds what it has asked for in this task before
     */
    AgentReply reply(ModelAnswer said, List<OfferedTool> offered, List<JsonNode> rounds) {
        int before = ToolRounds.calls(rounds);
        int more = said.toolCalls().size();
        if (before + more > settings.maxCalls()) {
            return faults.permanent(
                            "llm.max-tool-calls",
                            "the model asks for " + more + " more call" + (more == 1 ? "" : "s") + " of tools after "
                                    + before + ", and maxToolCalls is " + settings.maxCalls()
                                    + "; raise it, or let the model ask for less")
                    .using(said.spent());
        }
        List<ToolCall> calls = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (ModelAnswer.Asked asked : said.toolCalls()) {
            String id =
                    asked.id().isEmpty() || !ids.add(asked.id()) ? "call_" + before + "_" + calls.size() : asked.id();
            calls.add(call(id, asked, offered));
        }
        JsonNode text = said.text().isEmpty() ? JsonNodeFactory.instance.nullNode() : new TextNode(said.text());
        return new CallingTools(text, calls, said.usage());
    }

    private ToolCall call(String id, ModelAnswer.Asked asked, List<OfferedTool> offered) {
        OfferedTool tool = offered.stream()
                .filter(one -> one.name().equals(asked.name()))
                .findFirst()
                .orElse(null);
        JsonNode arguments;
        String problem = null;
        try {
            arguments =
                    asked.arguments().isBlank() ? JsonNodeFactory.instance.objectNode() : Json.read(asked.arguments());
            problem = arguments.isObject() ? null : "they are no JSON object";
        } catch (FaultsException notJson) {
            arguments =
                    new TextNode(Json.unstorableText(new TextNode(asked.arguments())) == null ? asked.arguments() : "");
            problem = "they are no JSON: " + RemoteFaults.joined(notJson.faults());
        }
        if (tool == null) {
            List<String> names = offered.stream().map(OfferedTool::name).toList();
            return new ToolCall(
                    id,
                    name(asked),
                    new ToolCall.Refused(
                            "tool.unknown",
                            faults.excerpt().of("there is no tool " + asked.name() + "; the tools are " + names)),
                    arguments);
        }
        String misfit = problem == null ? misfit(tool.parameters(), arguments) : problem;
        ToolCall.Target target = misfit == null
                ? tool.target()
                : new ToolCall.Refused(
                        "tool.bad-arguments",
                        faults.excerpt().of("the arguments of tool " + tool.name() + " cannot be used: " + misfit));
        return new ToolCall(id, tool.name(), target, arguments);
    }

    /** A name that could not stand in a journal is told in the message. */
    private static String name(ModelAnswer.Asked asked) {
        return ToolCalls.NAME.matcher(asked.name()).matches() ? asked.name() : "unknown";
    }

    /** A server's own schema may hold what we do not look at; that server looks itself. */
    private static @Nullable String misfit(ObjectNode parameters, JsonNode arguments) {
        return JsonSchemas.INSTANCE.flaw(parameters) == null
                ? JsonSchemas.INSTANCE.refusal(parameters, arguments)
                : null;
    }
}
