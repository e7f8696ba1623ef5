package dev.postroad.runtime.agent.mcp;

import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import io.modelcontextprotocol.common.McpTransportContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The sessions of one agent on this worker: the one that its calls share, and a way into those that went before it, here or on
 * other workers, which their servers know still. Thread-safe.
 */
final class McpSessions {
    private final McpSettings settings;
    private final AgentEnvironment environment;
    private @Nullable McpSession session;
    private @Nullable CancellableTransport former;

    McpSessions(McpSettings settings, AgentEnvironment environment) {
        this.settings = settings;
        this.environment = environment;
    }

    /** The one of now, which is begun with the first request in it. */
    synchronized McpSession session() {
        McpSession open = session;
        if (open == null) {
            open = McpSession.open(settings, environment);
            session = open;
        }
        return open;
    }

    /** The server in a session that another began. */
    McpPeer.InSession in(String sessionId) {
        return former().with(McpTransportContext.create(Map.of(McpConnection.SESSION, sessionId)));
    }

    private synchronized CancellableTransport former() {
        CancellableTransport open = former;
        if (open == null) {
            McpConnection connection = McpConnection.open(settings, environment);
            connection.keepSessions();
            open = new CancellableTransport(connection.transport());
            open.connect(message -> message).subscribe();
            former = open;
        }
        return open;
    }

    /** Leaves a session that broke. */
    void leave(McpSession broken) {
        forget(broken);
        broken.close();
    }

    /** Leaves a session to the calls that are under way in it. */
    void retire(McpSession silent) {
        forget(silent);
        silent.retire();
    }

    @SuppressWarnings("ReferenceEquality") // Another may have been begun since.
    private synchronized void forget(McpSession left) {
        if (session == left) {
            session = null;
        }
    }

    synchronized void close() {
        McpSession open = session;
        if (open != null) {
            session = null;
            open.close();
        }
        CancellableTransport opened = former;
        if (opened != null) {
            former = null;
            opened.closeGracefully().onErrorResume(gone -> Mono.empty()).subscribe();
        }
    }
}
