package dev.postroad.bench.chaos;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.mcp.McpJson;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/**
 * An MCP server of the protocol's own SDK with one tool, until its input ends, which asks {@link Agents}:
 * {@code ToolMain PORT URL}. The same tool works on as a task at {@code /tasks}.
 */
final class ToolMain {
    static final String AGENT = "chaos-tool";
    static final String TOOL = "add";

    /** Longer than whoever calls waits. */
    private static final Duration LONGEST = Duration.ofSeconds(8);

    private static final int MOST_SENDINGS = 5;

    private final URI url;
    private final HttpClient client = HttpClient.newHttpClient();

    private ToolMain(URI url) {
        this.url = url;
    }

    public static void main(String[] arguments) throws Exception {
        ToolMain tool = new ToolMain(URI.create(arguments[1]).resolve(Agents.TOOL));
        HttpServletStreamableServerTransportProvider provider = HttpServletStreamableServerTransportProvider.builder()
                .jsonMapper(McpJson.INSTANCE)
                .mcpEndpoint("/mcp")
                .build();
        McpSyncServer mcp = McpServer.sync(provider)
                .jsonMapper(McpJson.INSTANCE)
                .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(null))
                .serverInfo("chaos", "1")
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .toolCall(
                        Tool.builder(TOOL, Map.of("type", "object", "required", List.of("sum")))
                                .build(),
                        (exchange, call) -> tool.add(call))
                .build();
        Server jetty =
                new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])));
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder servlet = new ServletHolder(provider);
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/mcp");
        context.addServlet(new ServletHolder(new TaskTool((key, input) -> tool.add(key, 0, input))), "/tasks");
        jetty.setHandler(context);
        jetty.start();
        System.in.transferTo(OutputStream.nullOutputStream());
        mcp.close();
        jetty.stop();
        System.exit(0);
    }

    private CallToolResult add(CallToolRequest call) {
        String key = String.valueOf(call.meta().get("postroad.dev/idempotencyKey"));
        String token = String.valueOf(call.meta().get("progressToken"));
        String attempt = token.substring(key.length() + 1);
        JsonNode output = add(
                key,
                Integer.parseInt(attempt.substring(0, attempt.indexOf('/'))),
                Json.mapper().valueToTree(call.arguments()));
        return CallToolResult.builder()
                .structuredContent(Json.mapper().convertValue(output, new TypeReference<Map<String, Object>>() {}))
                .build();
    }

    /** @param attempt 0 where nobody told it */
    private JsonNode add(String key, int attempt, JsonNode input) {
        int task = key.indexOf('/') + 1;
        HttpRequest request = Agents.request(
                        url, key, key.substring(0, task - 1), key.substring(task), attempt, TOOL, input)
                .timeout(LONGEST)
                .build();
        try {
            return Json.read(send(request)).path("output");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (FaultsException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    /**
     * A server that closes a connection at rest hangs up on the request that is on its way to it: that one is sent anew. A
     * tool that failed for it would be told to the model, which knows no way on.
     */
    private byte[] send(HttpRequest request) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return client.send(request, HttpResponse.BodyHandlers.ofByteArray())
                        .body();
            } catch (HttpTimeoutException late) {
                throw late;
            } catch (IOException hungUp) {
                if (tries == MOST_SENDINGS) {
                    throw hungUp;
                }
            }
        }
    }
}
