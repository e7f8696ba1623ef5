package dev.postroad.runtime.availability;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Notes what happened to agents. Thread-safe. */
public final class AgentEvents {
    private final @Nullable String workerId;
    private final InstantSource clock;

    /** @param workerId noted with each event, for people; null where it is no worker that notes them */
    public AgentEvents(@Nullable String workerId, InstantSource clock) {
        this.workerId = workerId;
        this.clock = clock;
    }

    /** Notes an event in the transaction of what it tells of. */
    public void append(Handle handle, String agent, AgentEventType type, ObjectNode data) {
        handle.execute(
                "INSERT INTO postroad.agent_events (agent, type, at, worker, data) VALUES (?, ?, ?, ?, ?::json)",
                agent,
                type.publicName(),
                clock.instant().atOffset(ZoneOffset.UTC),
                workerId,
                new String(Json.bytes(data), StandardCharsets.UTF_8));
    }
}
