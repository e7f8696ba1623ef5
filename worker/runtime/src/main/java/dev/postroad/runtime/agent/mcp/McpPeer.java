package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server, as it is reached. Thread-safe. */
interface McpPeer {
    /** Sends a request that the SDK has no words for; fails where it is refused. */
    CompletableFuture<JsonNode> request(String method, Map<String, Object> params);

    /** In one of its sessions. */
    interface InSession extends McpPeer {
        /** Answers a question of the server. Does not wait. */
        void answer(Object question, Map<String, Object> result);

        /** What the server asks next about a task; to be cancelled where nobody waits for it any more. */
        CompletableFuture<McpQuestion> question(String task);
    }
}
