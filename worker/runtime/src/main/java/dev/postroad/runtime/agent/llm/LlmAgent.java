package dev.postroad.runtime.agent.llm;

import dev.langchain4j.data.message.ChatMessage;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.Toolbox;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a chat model, and where that cannot answer another one, and passes its words on as they come. Thread-safe.
 *
 * <p>LangChain4j writes the requests; {@link ModelTransport} sends them and hears the answers on the calling thread, so
 * that an interrupt aborts them. Nothing is tried again here, which is left to the caller.
 */
public final class LlmAgent implements AgentClient {
    /** What another model would meet as well. */
    private static final Pattern OF_THE_QUESTION =
            Pattern.compile("llm\\.(400|413|422|length|tool-calls|max-tool-calls)");

    private final LlmPrompt prompt;
    private final ToolDesk desk;
    private final LlmModel model;
    private final @Nullable LlmModel fallback;
    private final RemoteFaults faults;
    private final UnaryOperator<Usage> priced;

    private LlmAgent(
            LlmPrompt prompt, ToolDesk desk, LlmModel model, @Nullable LlmModel fallback, UnaryOperator<Usage> priced) {
        this.prompt = prompt;
        this.desk = desk;
        this.model = model;
        this.fallback = fallback;
        this.faults = desk.faults();
        this.priced = priced;
    }

    /**
     * A client, which reaches out to nobody yet.
     *
     * @param toolbox what its tools are
     * @param priced adds what a model cost to what was used of it
     */
    public static LlmAgent open(
            LlmSettings settings,
            AgentEnvironment environment,
            AttemptSender sender,
            Toolbox toolbox,
            UnaryOperator<Usage> priced) {
        RemoteFaults faults = new RemoteFaults("llm", new Excerpt(settings.secrets()), environment.clock());
        ToolDesk desk = new ToolDesk(settings.tools(), toolbox, faults);
        LlmEndpoint fallback = settings.fallback();
        return new LlmAgent(
                LlmPrompt.of(settings.texts(), environment.clock()),
                desk,
                LlmModel.open(settings.endpoint(), settings, environment, sender, desk),
                fallback == null ? null : LlmModel.open(fallback, settings, environment, sender, desk),
                priced);
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        List<ChatMessage> messages;
        List<OfferedTool> tools;
        try {
            messages = ToolRounds.added(prompt.messages(call.input()), call.answers());
            tools = desk.offered();
        } catch (FaultedException missing) {
            return missing.fault();
        } catch (IllegalArgumentException incomplete) {
            return faults.permanent("llm.bad-prompt", "the prompt cannot be filled: " + incomplete.getMessage());
        }
        AgentReply reply = model.ask(messages, tools, call);
        if (fallback == null
                || !(reply instanceof Faulted fault)
                || OF_THE_QUESTION.matcher(fault.type()).matches()) {
            return reply;
        }
        call.log()
                .warn("model " + model.name() + " failed, and " + fallback.name() + " is asked in its place: "
                        + fault.type() + ": " + fault.message());
        AgentReply second = fallback.ask(messages, tools, call);
        AgentReply answer = second instanceof Faulted both ? bothFailed(fault, both) : second;
        return fault.usage().equals(Usage.NONE)
                ? answer.using(second.usage())
                : answer.using(priced.apply(second.usage()).with(priced.apply(fault.usage())));
    }

    /** By the first model's fault goes what becomes of the attempt: the next one begins with it again. */
    private AgentReply bothFailed(Faulted first, Faulted second) {
        String message = first.message() + "; and the fallback: " + second.type() + ": " + second.message();
        return new Faulted(
                first.type(),
                faults.excerpt().of(message),
                first.retryable() || second.retryable(),
                first.retryAfter() == null ? second.retryAfter() : first.retryAfter());
    }

    @Override
    public void close() {
        // Holds nothing of its own: the HTTP client is shared.
    }
}
