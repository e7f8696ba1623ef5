package dev.postroad.cli.progress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** The events of one run that has a bit of everything. */
@NullMarked
final class Events {
    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private static final String QUESTION =
            "{\"id\":\"w\",\"node\":\"write\",\"task\":\"write@1\",\"value\":{\"question\":\"Publish?\"}}";

    private Events() {}

    static RunEvent ofRun(int seq, EventType type, long millis, double progress, String data) {
        return new RunEvent(
                "order-1",
                "launch",
                3,
                seq,
                type,
                NOON.plusMillis(millis),
                null,
                null,
                0,
                0,
                0,
                -1,
                progress,
                json(data));
    }

    static RunEvent ofNode(
            int seq, EventType type, long millis, String node, int attempt, long durationMillis, String data) {
        return event(seq, type, millis, node, attempt, durationMillis, 0.25, data);
    }

    private static RunEvent event(
            int seq,
            EventType type,
            long millis,
            @Nullable String node,
            int attempt,
            long durationMillis,
            double progress,
            String data) {
        return new RunEvent(
                "order-1",
                "launch",
                3,
                seq,
                type,
                NOON.plusMillis(millis),
                node,
                node + "@1",
                attempt,
                1,
                2,
                durationMillis,
                progress,
                json(data));
    }

    /** Up to the middle: one node is done, one runs, one is to be retried. */
    static List<RunEvent> upToTheMiddle() {
        return List.of(
                ofRun(1, EventType.RUN_QUEUED, 0, 0, "{}"),
                ofRun(2, EventType.RUN_STARTED, 5, 0, "{}"),
                ofNode(3, EventType.NODE_STARTED, 5, "plan", 1, -1, "{}"),
                ofNode(4, EventType.NODE_COMPLETED, 1_205, "plan", 1, 1_200, "{}"),
                ofNode(5, EventType.NODE_STARTED, 1_205, "write", 1, -1, "{}"),
                ofNode(6, EventType.NODE_STARTED, 1_205, "draw", 1, -1, "{}"),
                ofNode(
                        7,
                        EventType.NODE_RETRYING,
                        1_305,
                        "draw",
                        1,
                        100,
                        "{\"error\":{\"type\":\"http.503\",\"message\":\"busy\"},\"dueAt\":\"2026-11-22T12:00:03.305Z\"}"));
    }

    /** One node is done, one asks a person, one sleeps. */
    static List<RunEvent> asking() {
        return List.of(
                ofRun(1, EventType.RUN_QUEUED, 0, 0, "{}"),
                ofRun(2, EventType.RUN_STARTED, 5, 0, "{}"),
                ofNode(3, EventType.NODE_STARTED, 5, "plan", 1, -1, "{}"),
                ofNode(4, EventType.NODE_COMPLETED, 1_205, "plan", 1, 1_200, "{}"),
                ofNode(5, EventType.NODE_STARTED, 1_205, "write", 1, -1, "{}"),
                ofNode(6, EventType.NODE_WAITING, 1_305, "write", 1, 100, "{\"interrupt\":" + QUESTION + "}"),
                ofNode(7, EventType.NODE_WAITING, 1_305, "draw", 1, -1, "{\"until\":\"2026-11-22T14:00:03Z\"}"),
                ofRun(
                        8,
                        EventType.RUN_WAITING,
                        1_305,
                        0.25,
                        "{\"interrupts\":[" + QUESTION + "],\"wakeAt\":\"2026-11-22T14:00:03Z\"}"));
    }

    static RunProgress fold(List<RunEvent> events) {
        RunProgress progress = RunProgress.of("order-1", "launch", List.of("plan", "write", "draw", "publish"));
        for (RunEvent event : events) {
            progress = progress.after(event);
        }
        return progress;
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text);
        } catch (FaultsException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }
}
