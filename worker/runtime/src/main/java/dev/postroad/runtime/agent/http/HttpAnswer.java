package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.GotoReader;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.answers.JsonSchemas;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an HTTP agent answers: {@code {"output": …, "goto": …, "usage": {"inputTokens", "outputTokens"}}} where the
 * work is done, {@code {"interrupt": …}} where a person is needed, {@code {"sleep": "PT10M"}} where it is to be called
 * again later; beside any of them {@code "logs": […]}. A field that is null counts as absent. An answer of none of them,
 * {@code null} and no answer at all mean that the work is done and that there is nothing to write; one of other fields is
 * taken for a mistake. Thread-safe.
 */
public record HttpAnswer(RemoteFaults faults) {
    private static final String OUTPUT = "output";
    private static final String GOTO = "goto";
    private static final String INTERRUPT = "interrupt";
    private static final String SLEEP = "sleep";
    private static final String USAGE = "usage";
    private static final double MOST_COST = 1e9;
    private static final int MOST_SHOWN = 120;
    private static final Set<String> BESIDE = Set.of(USAGE, "logs");

    /** Of an agent that had nothing to say. */
    static AgentReply nothing() {
        return AgentReply.completed(NullNode.instance);
    }

    AgentReply read(byte[] bytes, AgentCall call) {
        if (isBlank(bytes)) {
            return nothing();
        }
        try {
            return read(Json.read(bytes), call);
        } catch (FaultsException unreadable) {
            return begins(bytes, '<')
                    ? faults.badAnswer("the answer is not JSON but HTML or XML: " + beginning(bytes))
                    : faults.badAnswer(unreadable.faults());
        }
    }

    /** Such as the page of a proxy, or of a server to which nobody gave the agent yet. */
    private static boolean begins(byte[] bytes, char with) {
        int at = 0;
        while (at < bytes.length && isSpace(bytes[at])) {
            at++;
        }
        return at < bytes.length && bytes[at] == with;
    }

    private static String beginning(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, MOST_SHOWN), StandardCharsets.UTF_8);
        return text.strip().replace('\n', ' ').replace('\r', ' ');
    }

    private static boolean isSpace(byte each) {
        return each == ' ' || each == '\t' || each == '\r' || each == '\n';
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (!isSpace(each)) {
                return false;
            }
        }
        return true;
    }

    AgentReply read(JsonNode tree, AgentCall call) {
        if (tree.isNull()) {
            return nothing();
        }
        AgentLog.write(call.log(), tree.get("logs"), faults.excerpt());
        return read(tree);
    }

    /** Reads an answer, but for its logs. */
    public AgentReply read(JsonNode tree) {
        List<Fault> problems = new FaultList();
        Fields fields = Fields.of(tree, "", problems);
        Usage usage = problems.isEmpty() ? usage(fields.nested(USAGE)) : Usage.NONE;
        AgentReply reply = problems.isEmpty() ? reply(fields, usage, problems) : null;
        return reply == null || !problems.isEmpty() ? faults.badAnswer(problems).using(usage) : reply;
    }

    /** Null only where a fault says why. */
    private static @Nullable AgentReply reply(Fields fields, Usage usage, List<Fault> problems) {
        JsonNode question = fields.tree(INTERRUPT);
        if (question != null) {
            refuseBeside(INTERRUPT, fields, OUTPUT, GOTO, SLEEP);
            return asked(question, fields, problems).using(usage);
        }
        if (fields.has(SLEEP)) {
            refuseBeside(SLEEP, fields, OUTPUT, GOTO);
            Duration duration = fields.duration(SLEEP);
            return duration == null ? null : new Sleeping(duration, usage);
        }
        List<Goto> next = new GotoReader(fields, problems).inGraphOrParent();
        JsonNode output = fields.object().get(OUTPUT);
        if (output != null) {
            return new Completed(output, usage, next);
        }
        if (fields.has(GOTO)) {
            return new Completed(fields.object().objectNode(), usage, next);
        }
        if (saysSomethingElse(fields)) {
            fields.fault(OUTPUT, "is missing", "answer {\"output\": …}");
            return null;
        }
        return new Completed(NullNode.instance, usage, next);
    }

    /** Who answers without an envelope, or with a slip of the pen in it, did not mean to write nothing. */
    private static boolean saysSomethingElse(Fields fields) {
        return fields.object().properties().stream()
                .anyMatch(field -> !field.getValue().isNull() && !BESIDE.contains(field.getKey()));
    }

    private static AgentReply asked(JsonNode question, Fields fields, List<Fault> problems) {
        if (!Asking.isLongForm(question)) {
            return new Interrupted(question);
        }
        Fields asking = Fields.of(question, fields.place(INTERRUPT), problems);
        Asking read = Asking.read(asking);
        String flaw = read.schema() == null ? null : JsonSchemas.INSTANCE.flaw(read.schema());
        if (flaw != null) {
            asking.fault("schema", "cannot be used: " + flaw, "ask with a schema that answers can be held against");
        }
        return new Interrupted(question.get(Asking.ASK), read);
    }

    private static void refuseBeside(String field, Fields fields, String... others) {
        for (String other : others) {
            if (fields.has(other)) {
                fields.fault(other, "stands beside " + field, "keep one of the two");
            }
        }
    }

    private static Usage usage(@Nullable Fields fields) {
        if (fields == null) {
            return Usage.NONE;
        }
        Double cost = fields.number("cost", 0, MOST_COST);
        return new Usage(
                tokens(fields, "inputTokens"),
                tokens(fields, "outputTokens"),
                fields.text("model"),
                cost == null ? null : fields.object().path("cost").decimalValue(),
                fields.text("finishReason"));
    }

    /** What a call used that came to an error, where its explanation says so, as an answer would. */
    static Usage spent(byte[] explanation) {
        try {
            return spent(Json.read(explanation));
        } catch (FaultsException noJson) {
            return Usage.NONE;
        }
    }

    /** The same of an explanation that is JSON. */
    public static Usage spent(JsonNode explanation) {
        List<Fault> problems = new FaultList();
        Usage usage = explanation.isObject()
                ? usage(Fields.of(explanation, "", problems).nested(USAGE))
                : Usage.NONE;
        return problems.isEmpty() ? usage : Usage.NONE;
    }

    private static int tokens(Fields fields, String field) {
        Integer count = fields.whole(field, 0, Integer.MAX_VALUE);
        return count == null ? 0 : count;
    }
}
