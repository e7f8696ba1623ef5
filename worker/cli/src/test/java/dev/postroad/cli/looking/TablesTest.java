package dev.postroad.cli.looking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.screen.Screen;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.runs.QueueReport;
import dev.postroad.runtime.history.waiting.WaitingQuestion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class TablesTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void listsVersions() {
        List<StateVersion> versions = List.of(
                version(1, EventType.RUN_STARTED, List.of(), List.of("topic"), List.of("plan")),
                version(
                        2,
                        EventType.NODE_COMPLETED,
                        List.of("plan"),
                        List.of("plan", "cost"),
                        List.of("draw", "write", "write")),
                version(3, EventType.STATE_UPDATED, List.of("write"), List.of("draft"), List.of("draw")),
                version(4, EventType.NODE_COMPLETED, List.of("write", "draw", "write"), List.of(), List.of(), "ada"));
        assertThat(String.join("\n", Versions.table(versions, ZoneOffset.UTC).lines(Screen.PAPER)))
                .isEqualTo("""
                VERSION  TIME                     BY                    CHANGED     NEXT
                      1  2026-11-22 12:00:01.000  run.started           topic       plan
                      2  2026-11-22 12:00:02.000  plan                  plan, cost  draw, write ×2
                      3  2026-11-22 12:00:03.000  state.updated: write  draft       draw
                      4  2026-11-22 12:00:04.000  draw, write ×2 (ada)""");
    }

    @Test
    void showsWhatPeopleAreAsked() {
        ObjectNode text = JsonNodeFactory.instance
                .objectNode()
                .put("id", "approve@2#1")
                .put("value", "Publish?\nReally?")
                .put("version", 3)
                .put("assignee", "ada")
                .put("askedAt", NOON.minusSeconds(95).toString())
                .put("dueAt", NOON.plusSeconds(3600).toString());
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", "a@1#1")
                .put("version", 1)
                .put("askedAt", NOON.toString());
        json.putObject("value").put("draft", "x".repeat(100));
        var questions = List.of(
                new WaitingQuestion("order-1", "launch", 2, RunStatus.WAITING, Map.of(), text),
                new WaitingQuestion("a", "hello", 1, RunStatus.FAILED, Map.of(), json));
        assertThat(String.join("\n", Questions.table(questions, NOON).lines(Screen.PAPER)))
                .isEqualTo("""
                RUN      GRAPH   QUESTION     OF   VERSION       SINCE        LEFT  ASKS
                order-1  launch  approve@2#1  ada        3  1 min 35 s  1 h 00 min  Publish?\\nReally?
                a        hello   a@1#1                   1        0 ms              {"draft":"%s…\
                """.formatted("x".repeat(69)));
    }

    @Test
    void showsTheQueue() {
        var report = new QueueReport(
                NOON,
                1_203,
                12,
                NOON.minusSeconds(95),
                List.of(
                        new QueueReport.Line("launch", 5, 3, 0, 0, NOON.minusSeconds(2)),
                        new QueueReport.Line("launch", 0, 1_200, 0, 11, NOON.minusSeconds(95)),
                        new QueueReport.Line("hello", 0, 0, 0, 1, null)));
        assertThat(String.join("\n", Queues.table(report).lines(Screen.PAPER))).isEqualTo("""
                GRAPH   PRIORITY  QUEUED  RUNNING      OLDEST
                launch         5       3        0       2.0 s
                launch         0   1,200       11  1 min 35 s
                hello          0       0        1
                total              1,203       12  1 min 35 s""");
    }

    private static StateVersion version(
            int number, EventType type, List<String> nodes, List<String> changed, List<String> next, String... by) {
        return new StateVersion(
                number,
                number * 3,
                NOON.plusSeconds(number),
                type,
                nodes,
                number,
                changed,
                Map.of(),
                next,
                List.of(by));
    }
}
