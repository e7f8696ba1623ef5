package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Hides in whatever an agent answers, shows and logs the secrets that it was sent. Secrets that an agent changes, packs or
 * spells otherwise are not known as such. Thread-safe.
 */
final class MaskingClient implements AgentClient {
    private final AgentClient client;
    private final Excerpt secrets;

    MaskingClient(AgentClient client, Excerpt secrets) {
        this.client = client;
        this.secrets = secrets;
    }

    /** What is done with the client. */
    private interface Use<T> {
        T of(AgentCall masked) throws InterruptedException;
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        return masked(this.<AgentReply>showing(call, client::call));
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        return masked(this.<AgentReply>showing(call, masked -> client.callInDoubt(masked, doubtful)));
    }

    @Override
    public Standing begin(AgentCall call, int doubtful) throws InterruptedException {
        return masked(this.<Standing>showing(call, masked -> client.begin(masked, doubtful)));
    }

    @Override
    public Standing poll(AgentCall call, String handle) throws InterruptedException {
        return masked(this.<Standing>showing(call, masked -> client.poll(masked, handle)));
    }

    @Override
    public void giveUp(String handle) throws InterruptedException {
        client.giveUp(handle);
    }

    private <T> T showing(AgentCall call, Use<T> use) throws InterruptedException {
        MaskedOutput output = new MaskedOutput(call.output(), secrets);
        try {
            return use.of(masked(call, output));
        } finally {
            output.end();
        }
    }

    /** A handle is needed as it is. */
    private Standing masked(Standing standing) {
        return standing instanceof Standing.Over(AgentReply reply) ? new Standing.Over(masked(reply)) : standing;
    }

    private AgentCall masked(AgentCall call, MaskedOutput output) {
        return new AgentCall(
                call.runId(),
                call.graph(),
                call.node(),
                call.task(),
                call.attempt(),
                call.input(),
                call.deadline(),
                call.traceParent(),
                call.answers(),
                output,
                (level, message, fields) -> call.log().log(
                        level, secrets.hidden(message), fields == null ? null : (ObjectNode) masked(fields)));
    }

    private AgentReply masked(AgentReply reply) {
        return switch (reply) {
            case AgentReply.Completed done ->
                new AgentReply.Completed(
                        masked(done.output()),
                        done.usage(),
                        done.next().stream().map(this::masked).toList());
            // As a handle, what is kept is needed as it is.
            case AgentReply.Interrupted asks ->
                new AgentReply.Interrupted(masked(asks.question()), asks.asking(), asks.usage(), asks.kept());
            case AgentReply.CallingTools(JsonNode said, List<ToolCall> calls, Usage usage) ->
                new AgentReply.CallingTools(masked(said), masked(calls), usage);
            case AgentReply.Sleeping sleeping -> sleeping;
            case AgentReply.Faulted(var type, var message, var retryable, var retryAfter, var usage) ->
                new AgentReply.Faulted(type, secrets.hidden(message), retryable, retryAfter, usage);
        };
    }

    private List<ToolCall> masked(List<ToolCall> calls) {
        List<ToolCall> masked = new ArrayList<>();
        for (ToolCall call : calls) {
            masked.add(masked(call, masked.size()));
        }
        return masked;
    }

    /** Providers take no stars in names and ids, and no id twice. */
    private ToolCall masked(ToolCall call, int place) {
        ToolCall.Target target = call.target() instanceof ToolCall.Refused(String type, String message)
                ? new ToolCall.Refused(type, secrets.hidden(message))
                : call.target();
        boolean isPlain = secrets.hidden(call.id()).equals(call.id());
        return new ToolCall(
                isPlain ? call.id() : "hidden_" + place,
                secrets.hidden(call.tool()).equals(call.tool()) ? call.tool() : "hidden",
                target,
                masked(call.input()));
    }

    private Goto masked(Goto next) {
        JsonNode input = next.input();
        return input == null ? next : new Goto(next.node(), masked(input), next.parent());
    }

    /** The same tree where nothing is hidden in it. */
    private JsonNode masked(JsonNode tree) {
        if (tree.isTextual()) {
            String hidden = secrets.hidden(tree.textValue());
            return hidden.equals(tree.textValue()) ? tree : JsonNodeFactory.instance.textNode(hidden);
        }
        if (tree instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(field -> copy.set(secrets.hidden(field.getKey()), masked(field.getValue())));
            return copy;
        }
        if (tree instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(masked(element)));
            return copy;
        }
        return tree;
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        ToolOffer offer = client.offer();
        ObjectNode parameters = offer.parameters();
        return new ToolOffer(
                secrets.hidden(offer.description()),
                parameters == null ? null : (ObjectNode) masked(parameters),
                offer.version());
    }

    @Override
    public void close() {
        client.close();
    }
}
