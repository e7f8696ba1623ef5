package dev.postroad.runtime.agent.mcp;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A server of the protocol's own Java SDK, with a tool for each thing that tools do. */
final class ToolServer implements AutoCloseable {
    private final Server jetty;
    private final McpSyncServer mcp;
    private final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch hanging = new CountDownLatch(1);
    final List<Map<String, Object>> checked = new CopyOnWriteArrayList<>();
    final List<Map<String, Object>> told = new CopyOnWriteArrayList<>();

    /** While it is set no request is answered. */
    final AtomicBoolean isMute = new AtomicBoolean();

    final AtomicBoolean isMuteToWhatItDoesNotKnow = new AtomicBoolean();

    private ToolServer() throws Exception {
        HttpServletStreamableServerTransportProvider provider = HttpServletStreamableServerTransportProvider.builder()
                .jsonMapper(McpJson.INSTANCE)
                .mcpEndpoint("/mcp")
                .contextExtractor(request -> McpTransportContext.create(
                        Map.of("authorization", String.valueOf(request.getHeader("Authorization")))))
                .build();
        mcp = tools(McpServer.sync(provider)
                        .jsonMapper(McpJson.INSTANCE)
                        .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(null))
                        .serverInfo("tools", "1")
                        .capabilities(ServerCapabilities.builder().tools(false).build()))
                .build();
        jetty = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder servlet = new ServletHolder(provider);
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/*");
        context.addFilter(
                new FilterHolder((Filter) (request, response, chain) -> {
                    boolean isUnknown =
                            "server/discover".equals(((HttpServletRequest) request).getHeader("Mcp-Method"));
                    if (isMute.get() || (isUnknown && isMuteToWhatItDoesNotKnow.get())) {
                        awaitClosing();
                    } else {
                        chain.doFilter(request, response);
                    }
                }),
                "/*",
                EnumSet.of(DispatcherType.REQUEST));
        jetty.setHandler(context);
        jetty.start();
    }

    static ToolServer start() throws Exception {
        return new ToolServer();
    }

    String url() {
        return "http://127.0.0.1:" + ((ServerConnector) jetty.getConnectors()[0]).getLocalPort() + "/mcp";
    }

    private <S extends McpServer.SyncSpecification<S>> McpServer.SyncSpecification<S> tools(
            McpServer.SyncSpecification<S> server) {
        return tool(
                tool(
                        tool(
                                tool(
                                        tool(
                                                tool(
                                                        tool(
                                                                server,
                                                                "echo",
                                                                (exchange, call) -> CallToolResult.builder()
                                                                        .addTextContent("see the structured content")
                                                                        .structuredContent(
                                                                                Map.of("said", call.arguments()))
                                                                        .build()),
                                                        "words",
                                                        (exchange, call) -> CallToolResult.builder()
                                                                .addTextContent("one")
                                                                .addTextContent("two")
                                                                .build()),
                                                "image",
                                                (exchange, call) -> CallToolResult.builder()
                                                        .addTextContent("a dot")
                                                        .addContent(ImageContent.builder("AA==", "image/png")
                                                                .build())
                                                        .build()),
                                        "fails",
                                        (exchange, call) -> CallToolResult.builder()
                                                .addTextContent("no stock for one who sends "
                                                        + exchange.transportContext()
                                                                .get("authorization"))
                                                .isError(true)
                                                .build()),
                                "slow",
                                this::slow),
                        "hangs",
                        this::hang),
                "check",
                this::check);
    }

    private static <S extends McpServer.SyncSpecification<S>> McpServer.SyncSpecification<S> tool(
            McpServer.SyncSpecification<S> server,
            String name,
            BiFunction<McpSyncServerExchange, CallToolRequest, CallToolResult> work) {
        return server.toolCall(Tool.builder(name, Map.of("type", "object")).build(), work);
    }

    private CallToolResult slow(McpSyncServerExchange exchange, CallToolRequest call) {
        told.add(Objects.requireNonNull(call.meta()));
        Object token = call.progressToken();
        exchange.progressNotification(
                ProgressNotification.builder(token, 1).total(2.0).build());
        exchange.progressNotification(ProgressNotification.builder(token, 2)
                .total(2.0)
                .message("nearly there")
                .build());
        return CallToolResult.builder().addTextContent("done").build();
    }

    /** Asked what came of a call of another tool, says one after the other what the arguments of that say. */
    private CallToolResult check(McpSyncServerExchange exchange, CallToolRequest call) {
        checked.add(call.arguments());
        Map<?, ?> arguments =
                (Map<?, ?>) Objects.requireNonNull(call.arguments().get("arguments"));
        List<?> says = (List<?>) Objects.requireNonNull(arguments.get("says"));
        String word = String.valueOf(says.get(checked.size() - 1));
        return switch (word) {
            case "output" ->
                CallToolResult.builder()
                        .structuredContent(Map.of("output", Map.of("paid", true)))
                        .build();
            case "fails" ->
                CallToolResult.builder().addTextContent("no idea").isError(true).build();
            case "notDone", "underWay" ->
                CallToolResult.builder().structuredContent(Map.of(word, true)).build();
            case "words" ->
                CallToolResult.builder().addTextContent("{\"output\": 7}").build();
            default -> CallToolResult.builder().addTextContent(word).build();
        };
    }

    private CallToolResult hang(McpSyncServerExchange exchange, CallToolRequest call) {
        hanging.countDown();
        awaitClosing();
        return CallToolResult.builder().content(List.of()).build();
    }

    private void awaitClosing() {
        try {
            closing.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        mcp.close();
        try {
            jetty.stop();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
