package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request and what came of it. Confined to the thread of the call. */
final class Exchange {
    private final AgentCall call;
    private final List<OfferedTool> tools;
    private final ModelAnswer answer;
    private final AnswerReader reader;
    private final RemoteFaults faults;
    private @Nullable AgentReply fault;

    Exchange(
            AgentCall call,
            List<OfferedTool> tools,
            LlmEndpoint.Provider provider,
            int maxAnswerBytes,
            RemoteFaults faults) {
        this.call = call;
        this.tools = tools;
        this.faults = faults;
        answer = new ModelAnswer(call.output(), maxAnswerBytes, faults);
        reader = switch (provider) {
            case OPENAI -> new OpenAiReader(answer, faults);
            case ANTHROPIC -> new AnthropicReader(answer, faults);
        };
    }

    AgentCall call() {
        return call;
    }

    /** What the model may call. */
    List<OfferedTool> tools() {
        return tools;
    }

    ModelAnswer answer() {
        return answer;
    }

    AnswerReader reader() {
        return reader;
    }

    RemoteFaults faults() {
        return faults;
    }

    void fail(AgentReply why) {
        fault = why;
    }

    /** Why there is no whole answer; null where there is one. */
    @Nullable
    AgentReply fault() {
        return fault;
    }
}
