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
                text(data));
    }

    private void note(Handle handle, String column, String name, String type, ObjectNode data) {
        handle.execute(
                "INSERT INTO postroad.agent_events (" + column
                        + ", type, at, worker, data, published) VALUES (?, ?, ?, ?, ?::json, true)",
                name,
                type,
                clock.instant().atOffset(ZoneOffset.UTC),
                workerId,
                text(data));
    }

    /** Notes that a graph was published or removed: for whoever looks it up in Postgres; subscribers read the registry. */
    public void ofGraph(Handle handle, String graph, String type, ObjectNode data) {
        note(handle, "graph", graph, type, data);
    }

    /** The same of the price of a model. */
    public void ofPrice(Handle handle, String model, String type, ObjectNode data) {
        note(handle, "price", model, type, data);
    }

    /** The same of a worker that was asked to end. */
    public void ofDrain(Handle handle, String worker, ObjectNode data) {
        note(handle, "drained", worker, "worker.drain-asked", data);
    }

    /** The same of a schedule. */
    public void ofSchedule(Handle handle, String schedule, String type, ObjectNode data) {
        note(handle, "schedule", schedule, type, data);
    }

    /** Adds who it was; nothing where nobody said. */
    public static ObjectNode putBy(ObjectNode data, @Nullable String by) {
        return by == null ? data : data.put("by", by);
    }

    private static String text(ObjectNode data) {
        return new String(Json.bytes(data), StandardCharsets.UTF_8);
    }
}
