package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The processes that serve agents. Confined to one thread. */
final class Hosts implements AutoCloseable {
    private final int toolPort = Servers.freePort();
    private final HostProcess remote;
    private final HostProcess tool;

    /**
     * @param url where {@link Agents} are
     * @param logs the folder for them
     */
    Hosts(Place place, String url, Path logs) throws IOException {
        remote = new HostProcess(
                RemoteMain.class,
                List.of(place.servers().kafka(), place.topics().prefix(), url),
                logs.resolve("host.log"));
        tool = new HostProcess(ToolMain.class, List.of(Integer.toString(toolPort), url), logs.resolve("mcp.log"));
    }

    /** Where the tool is. */
    String toolUrl() {
        return "http://127.0.0.1:" + toolPort + "/mcp";
    }

    /** Where the tool works on as a task. */
    String taskUrl() {
        return "http://127.0.0.1:" + toolPort + "/tasks";
    }

    /** The process of one. */
    HostProcess of(Host host) {
        return switch (host) {
            case KAFKA -> remote;
            case MCP -> tool;
        };
    }

    @Override
    public void close() throws IOException {
        try (remote) {
            tool.close();
        }
    }
}
