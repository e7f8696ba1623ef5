package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** An agent in the worker's own process, which asks {@link Agents}, so that its calls are noted as those of others are. */
public final class InProcess implements JavaAgent {
    /** The variable of a worker that says where {@link Agents} are. */
    static final String AGENTS = "CHAOS_AGENTS";

    static final String AGENT = "chaos-java";

    /** Longer than whoever calls waits. */
    private static final Duration LONGEST = Duration.ofSeconds(8);

    private static final int OK = 200;

    private final HttpClient client = HttpClient.newHttpClient();

    @Override
    public String name() {
        return AGENT;
    }

    @Override
    public AgentReply call(AgentCall call) throws IOException, InterruptedException, FaultsException {
        HttpRequest request = Agents.request(URI.create(System.getenv(AGENTS)), call)
                .timeout(LONGEST)
                .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return answer.statusCode() == OK
                ? AgentReply.completed((ObjectNode) Json.read(answer.body()).path("output"))
                : AgentReply.retryable("chaos.failed", "answered " + answer.statusCode());
    }
}
