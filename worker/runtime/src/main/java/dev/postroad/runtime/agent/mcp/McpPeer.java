package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server, as it is reached in one of its sessions. Thread-safe. */
interface McpPeer {
    /** Sends a request that the SDK has no words for. */
    CompletableFuture<JsonNode> request(String method, Map<String, Object> params);

    /** Answers a question of the server. Does not wait. */
    void answer(Object question, Map<String, Object> result);

    /** What the server asks next about a task; to be cancelled where nobody waits for it any more. */
    CompletableFuture<McpQuestion> question(String task);
}
