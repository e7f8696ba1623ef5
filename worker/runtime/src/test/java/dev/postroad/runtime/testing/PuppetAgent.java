package dev.postroad.runtime.testing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;

/** Does for each run what the test says, within the test's process, and remembers its calls. */
@NullMarked
public final class PuppetAgent implements JavaAgent {
    private static final Map<String, Part> PARTS = new ConcurrentHashMap<>();
    private static final Map<String, List<AgentCall>> CALLS = new ConcurrentHashMap<>();

    /** What the agent does when it is called. */
    public interface Part {
        /** Answers a call. */
        AgentReply play(AgentCall call) throws Exception;
    }

    /** Says what to do in all calls of a run to come; without it they answer with no writes. */
    public static void play(String runId, Part part) {
        PARTS.put(runId, part);
    }

    /** Forgets all runs, as those of the next test may have the same names. */
    static void forget() {
        PARTS.clear();
        CALLS.clear();
    }

    /** The calls of a run, in the order in which they began. */
    public static List<AgentCall> calls(String runId) {
        return CALLS.computeIfAbsent(runId, id -> new CopyOnWriteArrayList<>());
    }

    /** The nodes of a run's calls, in the order in which they began. */
    public static List<String> nodes(String runId) {
        return calls(runId).stream().map(AgentCall::node).toList();
    }

    /** An answer that writes nothing. */
    public static AgentReply nothing() {
        return AgentReply.completed(JsonNodeFactory.instance.objectNode());
    }

    @Override
    public String name() {
        return "test-puppet";
    }

    @Override
    public AgentReply call(AgentCall call) throws Exception {
        Part part = PARTS.getOrDefault(call.runId(), anyCall -> nothing());
        // Only then, so that who sees the call can change the part for the next one alone.
        calls(call.runId()).add(call);
        return part.play(call);
    }
}
