package dev.postroad.runtime.agent.mcp;

import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;

/**
 * Speaks with a program that it starts. By itself the library lets that one have the worker's whole environment, which
 * holds the worker's own secrets: here it finds what the parameters name, and nothing else.
 */
final class ProgramTransport extends StdioClientTransport {
    ProgramTransport(ServerParameters parameters) {
        super(parameters, McpJson.INSTANCE);
    }

    @Override
    protected ProcessBuilder getProcessBuilder() {
        ProcessBuilder builder = super.getProcessBuilder();
        builder.environment().clear();
        return builder;
    }
}
