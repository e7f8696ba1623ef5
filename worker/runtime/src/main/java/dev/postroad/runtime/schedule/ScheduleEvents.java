package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Notes what becomes of schedules and their times; published as events of agents are. Thread-safe. */
final class ScheduleEvents {
    static final String FIRED = "schedule.fired";
    static final String SKIPPED = "schedule.skipped";
    static final String MISSED = "schedule.missed";
    static final String PAUSED = "schedule.paused";
    static final String UNPAUSED = "schedule.unpaused";

    private final @Nullable String workerId;
    private final InstantSource clock;

    /** @param workerId noted with each event, for people; null where it is no worker that notes them */
    ScheduleEvents(@Nullable String workerId, InstantSource clock) {
        this.workerId = workerId;
        this.clock = clock;
    }

    @Nullable
    String workerId() {
        return workerId;
    }

    Instant now() {
        return clock.instant();
    }

    /** Notes an event in the transaction of what it tells of. */
    void append(Handle handle, String schedule, String type, ObjectNode data) {
        handle.execute(
                "INSERT INTO postroad.agent_events (schedule, type, at, worker, data) VALUES (?, ?, ?, ?, ?::json)",
                schedule,
                type,
                now().atOffset(ZoneOffset.UTC),
                workerId,
                text(data));
    }

    static String text(ObjectNode data) {
        return new String(Json.bytes(data), StandardCharsets.UTF_8);
    }

    static ObjectNode fired(StartingRun run) {
        ObjectNode data = of(run.schedule(), run.dueAt(), run.reason());
        return run.askedBy() == null ? data : data.put("by", run.askedBy());
    }

    static ObjectNode of(String schedule, Instant time, @Nullable String reason) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("time", time.toString())
                .put("runId", ScheduleDefinition.runId(schedule, time));
        return reason == null ? data : data.put("reason", reason);
    }

    static ObjectNode missed(Decision.Miss missed) {
        ObjectNode data =
                JsonNodeFactory.instance.objectNode().put("time", missed.time().toString());
        if (missed.until() != null) {
            data.put("until", missed.until().toString());
        }
        return data.put("reason", missed.reason());
    }
}
