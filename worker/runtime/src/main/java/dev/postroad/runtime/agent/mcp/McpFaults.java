package dev.postroad.runtime.agent.mcp;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.client.McpInvalidResultException;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import org.jspecify.annotations.Nullable;

/** Says as a fault why a tool was not called, or did not answer. Thread-safe. */
record McpFaults(RemoteFaults faults) {
    /** Of the stateless protocol: the server will not work for one who cannot do what it names. */
    private static final Integer MISSING_CAPABILITY = -32021;

    /** What a server said in refusing a request; null where something else went wrong. */
    static @Nullable JSONRPCError refusal(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof McpError refused && refused.getJsonRpcError() != null) {
                return refused.getJsonRpcError();
            }
            if (cause instanceof McpException refused && refused.error() != null) {
                return new JSONRPCError(
                        refused.error().code(),
                        refused.error().message(),
                        refused.error().data());
            }
        }
        return null;
    }

    AgentReply refused(String tool, JSONRPCError refusal) {
        boolean wantsMore = MISSING_CAPABILITY.equals(refusal.code()) && refusal.data() != null;
        return faults.permanent(
                "mcp.refused",
                "the server refused the call of tool " + tool + ": " + refusal.message() + " (" + refusal.code() + ")"
                        + (wantsMore ? "; forms are filled in here, and tasks waited for: " + refusal.data() : ""));
    }

    AgentReply late() {
        return AgentReply.retryable(ErrorTypes.TIMEOUT, "the tool did not answer in time");
    }

    AgentReply broken(Throwable failed) {
        if (failed instanceof McpInvalidResultException nonsense) {
            return faults.badAnswer(String.valueOf(nonsense.getMessage()));
        }
        String words = failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
        Throwable root = McpError.findRootCause(failed);
        String detail = failed.equals(root) || root.getMessage() == null ? "" : ": " + root.getMessage();
        return AgentReply.retryable(
                "mcp.connection", faults.excerpt().of("the server cannot be reached, or broke off: " + words + detail));
    }
}
