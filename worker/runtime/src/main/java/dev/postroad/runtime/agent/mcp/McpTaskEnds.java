package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;

/** What tasks end with, as replies of the agent. Thread-safe. */
record McpTaskEnds(McpAnswer answers, RemoteFaults faults) {
    AgentReply result(JsonNode result) {
        if (!result.isObject()) {
            return faults.badAnswer("the answer is no result of a tool");
        }
        try {
            return answers.read(McpJson.INSTANCE.convertValue(result, CallToolResult.class));
        } catch (IllegalArgumentException foreign) {
            return faults.badAnswer("the answer is no result of a tool: " + foreign.getMessage());
        }
    }

    /** What a stateless server says with the task. */
    AgentReply said(McpTask task) {
        return task.status() == McpTask.Status.COMPLETED
                ? result(task.said().path("result"))
                : failed(task, task.said().path("error").path("message").asText());
    }

    AgentReply failed(McpTask task, String why) {
        return faults.permanent("mcp.tool-error", task.told("the tool failed") + (why.isEmpty() ? "" : ": " + why));
    }

    AgentReply stopped(McpTask task) {
        return faults.permanent("mcp.task-cancelled", task.told("somebody at the server stopped the task"));
    }

    AgentReply lost(McpTask task) {
        String what = "the server knows no task " + task.id() + " any more, and is to keep tasks for longer than they"
                + " work and people are asked";
        return AgentReply.retryable(ErrorTypes.TASK_LOST, faults.excerpt().of(task.told(what)));
    }

    AgentReply nonsense(McpTask task) {
        return faults.badAnswer("what the server says of task " + task.id() + " is of no task: " + task.said());
    }
}
