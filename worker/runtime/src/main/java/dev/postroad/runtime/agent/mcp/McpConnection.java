package dev.postroad.runtime.agent.mcp;

import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.spec.McpClientTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A way to a server, as an agent's settings say. Thread-safe. */
final class McpConnection {
    /** Of the context of a request: the session that it is for, where that is another one. */
    static final String SESSION = "session";

    private static final Logger LOG = LoggerFactory.getLogger(McpConnection.class);
    private static final String SESSION_HEADER = "Mcp-Session-Id";

    private final McpClientTransport transport;
    private final Set<String> tasks = ConcurrentHashMap.newKeySet();
    private volatile boolean keepsSessions;
    private final AtomicReference<@Nullable String> sessionId = new AtomicReference<>();

    private McpConnection(McpSettings settings, AgentEnvironment environment) {
        URI url = settings.url();
        transport = url == null ? command(settings) : http(url, settings, environment);
    }

    /** Reaches out to nobody yet. */
    static McpConnection open(McpSettings settings, AgentEnvironment environment) {
        return new McpConnection(settings, environment);
    }

    McpClientTransport transport() {
        return transport;
    }

    /** Those that the server is not to forget, which it may do with the session. */
    Set<String> tasks() {
        return tasks;
    }

    /** Whatever comes, no session is ended by it. */
    void keepSessions() {
        keepsSessions = true;
    }

    /** The session that requests are sent in; null for none. */
    @Nullable
    String sessionId() {
        return sessionId.get();
    }

    private static McpClientTransport command(McpSettings settings) {
        ServerParameters parameters = ServerParameters.builder(
                        settings.command().getFirst())
                .args(settings.command().subList(1, settings.command().size()))
                .env(settings.env())
                .build();
        ProgramTransport transport = new ProgramTransport(parameters);
        // It may hold anything, secrets too.
        transport.setStdErrorHandler(line -> LOG.trace("an MCP server wrote a line of {} characters", line.length()));
        return transport;
    }

    private McpClientTransport http(URI url, McpSettings settings, AgentEnvironment environment) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return HttpClientStreamableHttpTransport.builder(url.getScheme() + "://" + url.getRawAuthority())
                .endpoint(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .jsonMapper(McpJson.INSTANCE)
                .clientBuilder(HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER))
                .connectTimeout(environment.connectTimeout())
                .maxResponseSize(environment.maxAnswerBytes())
                .addHttpRequestCustomizer((request, method, uri, body, context) -> {
                    checkReach(uri, environment);
                    settings.headers().forEach(request::setHeader);
                    attend(request, method, context);
                })
                .build();
    }

    /** Whatever request it is, and however often the session is begun anew. */
    static void checkReach(URI address, AgentEnvironment environment) {
        try {
            environment.reach().check(address);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    private void attend(HttpRequest.Builder request, String method, McpTransportContext context) {
        if (context.get(SESSION) instanceof String other) {
            request.setHeader(SESSION_HEADER, other);
        } else {
            sessionId.set(
                    request.copy().build().headers().firstValue(SESSION_HEADER).orElse(null));
        }
        if (method.equals("DELETE") && (keepsSessions || !tasks.isEmpty())) {
            // The SDK ends its session so, and many servers drop what they work on in it.
            request.method("OPTIONS", HttpRequest.BodyPublishers.noBody());
        }
    }
}
