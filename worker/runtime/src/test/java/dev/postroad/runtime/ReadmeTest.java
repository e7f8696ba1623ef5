package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.HostProcess;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README and the page on agents give to be pasted: a graph, its agent in two languages, and a tool of an MCP server as
 * an agent.
 */
@NullMarked
class ReadmeTest {
    private static final String PORT_OF_THE_PAGE = "9000";
    private static final Path EVERYTHING = Path.of(
            System.getenv().getOrDefault("POSTROAD_TEST_EVERYTHING", "nowhere"),
            "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Site site;

    private static int port;

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        site = Site.open();
        site.worker(Map.of("POSTROAD_MCP_COMMANDS", "node"));
        site.apply(block("yaml", "graph: welcome"));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    /** The block of a language that has some text in it. */
    private static String block(String language, String with) throws IOException {
        Path root = HostProcess.repository();
        String pages = Files.readString(root.resolve("README.md")) + Files.readString(root.resolve("docs/agents.md"));
        return Arrays.stream(pages.split("\n```", -1))
                .filter(block -> block.startsWith(language + "\n") && block.contains(with))
                .findFirst()
                .orElseThrow()
                .substring(language.length() + 1)
                .replace(PORT_OF_THE_PAGE, Integer.toString(port));
    }

    @Test
    void theAgentInJavascriptGreets() throws IOException {
        Assumptions.assumeTrue(HostProcess.hasPackages(), HostProcess.HOW_TO_INSTALL);
        Path copy = HostProcess.javascript(folder);
        Files.writeString(copy.resolve("greet.mjs"), block("js", "greet.mjs"));
        greets("Ada", copy, "node", "greet.mjs");
    }

    @Test
    void theAgentInPythonGreets() throws IOException {
        Assumptions.assumeTrue(HostProcess.succeeds("python3", "--version"), "python3 is not installed");
        Files.writeString(folder.resolve("greet.py"), block("python", "greet.py"));
        Path library = HostProcess.repository().resolve("contracts/hosts/python");
        greets("Grace", folder, "env", "PYTHONPATH=" + library, "python3", "-B", "greet.py");
    }

    private static void greets(String name, Path where, String... command) {
        try (HostProcess host = HostProcess.start(where, command)) {
            Site.await("it listens: " + host.lines(), ReadmeTest::isListening);
            site.trigger("welcome", name, "{\"name\": \"" + name + "\"}");
            JsonNode state = completed(name);
            assertThat(state.path("greeting").asText()).isEqualTo("Hello, " + name);
            assertThat(state.path("log").path(0).asText()).isEqualTo("greeted " + name);
        }
        Site.await("it is gone", () -> !isListening());
    }

    private static boolean isListening() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (ConnectException nobody) {
            return false;
        }
    }

    @Test
    void theToolOfAnMcpServerEchoes() throws IOException {
        Assumptions.assumeTrue(
                Files.exists(EVERYTHING),
                "npm install --prefix DIR @modelcontextprotocol/server-everything, and POSTROAD_TEST_EVERYTHING=DIR");
        String pasted = block("yaml", "agent: echo");
        String installed = pasted.replace(
                "[npx, -y, \"@modelcontextprotocol/server-everything\"]", "[node, '" + EVERYTHING + "', stdio]");
        assertThat(installed).isNotEqualTo(pasted);
        site.apply(installed);
        site.trigger("echo", "echo", "{\"said\": \"hello\"}");
        assertThat(completed("echo").path("heard").asText()).isEqualTo("Echo: hello");
    }

    private static JsonNode completed(String run) {
        RunEvent last = site.ended(run).getLast();
        assertThat(last.type()).as(last.data().toString()).isEqualTo(EventType.RUN_COMPLETED);
        return last.data().path("state");
    }
}
