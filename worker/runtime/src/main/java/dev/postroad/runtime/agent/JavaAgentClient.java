package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.JavaAgent;
import org.jspecify.annotations.Nullable;

/** Calls an agent within this process, and trusts nothing that it gives back or throws. Thread-safe. */
final class JavaAgentClient implements AgentClient {
    private final JavaAgent agent;

    JavaAgentClient(JavaAgent agent) {
        this.agent = agent;
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        try {
            return checked(agent.call(call));
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception failure) {
            // Many libraries wrap an interrupt and set the flag again; that is a cancel and no failure of the agent.
            AttemptSender.throwIfInterrupted(failure);
            return AgentReply.retryable(type(failure), message(failure));
        } catch (StackOverflowError failure) {
            return AgentReply.permanent(type(failure), message(failure));
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (Error failure) {
            return AgentReply.permanent(type(failure), message(failure));
        }
    }

    private static AgentReply checked(@Nullable AgentReply reply) {
        return switch (reply) {
            case null -> AgentReply.permanent("java.null-reply", "the agent returned null");
            case Completed completed -> Answers.checked("java", completed);
            case Faulted(var type, var message, var retryable, var retryAfter) ->
                new Faulted(shown(type, "java.fault"), shown(message, ""), retryable, retryAfter);
        };
    }

    private static String shown(@Nullable String text, String instead) {
        return Excerpt.PLAIN.of(text == null ? instead : text);
    }

    private static String type(Throwable failure) {
        String simple = failure.getClass().getSimpleName();
        return simple.isEmpty() ? failure.getClass().getName() : simple;
    }

    private static String message(Throwable failure) {
        return shown(failure.getMessage(), failure.getClass().getName());
    }

    @Override
    public void close() {
        // The instance is shared by all agents that name it, and lives as long as the worker.
    }
}
