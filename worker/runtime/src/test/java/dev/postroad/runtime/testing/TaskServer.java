package dev.postroad.runtime.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullMarked;

/** A server of the MCP SDK for JavaScript, over HTTP, whose tool works on as a task until it is told to finish. */
@NullMarked
public final class TaskServer implements AutoCloseable {
    private static final String INSTALLED =
            System.getProperty("postroad.everything", System.getenv().getOrDefault("POSTROAD_TEST_EVERYTHING", ""));

    private final HostProcess process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;

    /** What it speaks. */
    public enum Protocol {
        /** That of 2025-11-25. */
        SESSIONS("tasks.mjs", "@modelcontextprotocol/server-everything"),
        /** That of 2026-07-28 of the SDK's next release, which keeps no sessions, and its extension for tasks. */
        STATELESS(
                "stateless.mjs",
                "@modelcontextprotocol/server @modelcontextprotocol/node @modelcontextprotocol/ext-tasks");

        private final String script;
        private final String packages;

        Protocol(String script, String packages) {
            this.script = script;
            this.packages = packages;
        }

        /** Whether the packages that it needs were installed. */
        public boolean isInstalled() {
            return !INSTALLED.isEmpty()
                    && Stream.of(packages.split(" "))
                            .allMatch(one -> Files.isDirectory(Path.of(INSTALLED, "node_modules", one)));
        }
    }

    private TaskServer(HostProcess process) {
        this.process = process;
        this.address = "http://127.0.0.1:" + process.said("port").strip();
    }

    /** Starts one; skips the test where its packages are not installed. */
    public static TaskServer start(Protocol protocol) {
        assumeTrue(
                protocol.isInstalled(),
                "npm install --prefix DIR " + protocol.packages + ", and POSTROAD_TEST_EVERYTHING=DIR");
        Path script = HostProcess.repository().resolve("worker/runtime/src/test/resources/mcp/" + protocol.script);
        return new TaskServer(HostProcess.start(Path.of(INSTALLED), "node", script.toString(), INSTALLED));
    }

    public String url() {
        return address + "/mcp";
    }

    /** The names of what it was called with. */
    public List<String> called() throws Exception {
        return seen("called");
    }

    /** The names of what it was told to stop. */
    public List<String> cancelled() throws Exception {
        return seen("cancelled");
    }

    /** How often it was asked for a task. */
    public int asked() throws Exception {
        return Json.read(get("/seen")).path("asked").asInt();
    }

    /** The methods of all requests, in their order. */
    public List<String> methods() throws Exception {
        return seen("methods");
    }

    /** What the last call was told beside its arguments. */
    public JsonNode told() throws Exception {
        return Json.read(get("/seen")).path("told").path(0);
    }

    private List<String> seen(String what) throws Exception {
        return StreamSupport.stream(Json.read(get("/seen")).path(what).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** Ends all that it works on. */
    public void finish() throws Exception {
        String _ = get("/finish");
    }

    /** Has it be unable to say what it speaks when it is asked next. */
    public void beBusy() throws Exception {
        String _ = get("/busy");
    }

    private String get(String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(address + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        client.close();
        process.close();
    }
}
