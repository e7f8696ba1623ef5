package dev.postroad.bench.chaos;

/** What serves agents in a process of its own. */
enum Host {
    /** Over Kafka, see {@link RemoteMain}. */
    KAFKA("host"),
    /** As a tool, see {@link ToolMain}. */
    MCP("MCP server");

    private final String words;

    Host(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
