package dev.postroad.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ProgressViewTest {
    private static final Instant NOW = Events.NOON.plusMillis(2_305);

    @Test
    void drawsARunUnderWay() {
        assertThat(picture(80, 24, Events.upToTheMiddle())).isEqualTo("""
            launch  order-1  running
            ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  2.3 s
              ✔ plan     completed 1.2 s
              ▶ write    running   1.1 s
              ↻ draw     retrying  in 1.0 s    attempt 1  http.503: busy
              · publish\
            """);
    }

    @Test
    void drawsTheEndOfWhatARunningNodeShows() {
        RunProgress run = Events.fold(Events.upToTheMiddle())
                .after(chunk("write", 0, "Once upon a time\nthere was a "))
                .after(chunk("write", 1, "post road, as long as it was wide.\n\n"))
                .after(chunk("nobody", 0, "lost"));
        assertThat(lines(run, 40, 24))
                .contains("  ▶ write    running   1.1 s", "      …st road, as long as it was wide.");
        assertThat(lines(run, 40, 8)).hasSize(6);
        RunProgress again = run.after(chunk("write", 0, "It began"));
        assertThat(lines(again, 40, 24)).contains("      It began").hasSize(7);
        RunProgress over = again.after(Events.ofNode(8, EventType.NODE_COMPLETED, 3_305, "write", 1, 1_000, "{}"));
        assertThat(lines(over, 40, 24)).hasSize(6);
    }

    private static OutputChunk chunk(String node, int index, String text) {
        return new OutputChunk("order-1", "launch", node, node + "@1", 1, index, text, NOW);
    }

    private static List<String> lines(RunProgress run, int columns, int rows) {
        return new ProgressView(new Screen(columns, rows, Colours.UNUSED)).lines(run, NOW);
    }

    @Test
    void drawsARunThatFailed() {
        List<RunEvent> events = new ArrayList<>(Events.upToTheMiddle());
        String error = "{\"error\":{\"type\":\"http.400\",\"message\":\"no such\\nmodel\",\"node\":\"draw\"}}";
        events.add(Events.ofNode(8, EventType.NODE_STARTED, 3_305, "draw", 2, -1, "{}"));
        events.add(Events.ofNode(9, EventType.NODE_FAILED, 4_305, "draw", 2, 1_000, error));
        events.add(Events.ofNode(10, EventType.NODE_CANCELLED, 4_305, "write", 1, 3_100, "{}"));
        events.add(Events.ofRun(11, EventType.RUN_FAILED, 4_305, 0.25, error));
        assertThat(picture(80, 24, events)).isEqualTo("""
            launch  order-1  failed
            ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  4.3 s
              ✔ plan     completed 1.2 s
              ■ write    cancelled 3.1 s
              ✘ draw     failed    1.0 s       attempt 2  http.400 in draw: no such\\nmodel
              · publish\
            """);
    }

    @Test
    void showsTheQuestionAndHowToAnswerIt() {
        assertThat(picture(80, 24, Events.asking())).isEqualTo("""
            launch  order-1  waiting
            ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  2.3 s
              ✔ plan     completed 1.2 s
              ? write    waiting   1.0 s       asks {"question":"Publish?"}
              … draw     sleeping  in 2 h 00 min
              · publish
              write asks {"question":"Publish?"}; something else in the run is due at 2026…
              postroad resume order-1 --value JSON\
            """);
    }

    @Test
    void looksAsBeforeWhereTheRunGoesOn() {
        List<RunEvent> events = new ArrayList<>(Events.asking());
        events.add(Events.ofRun(9, EventType.RUN_RESUMED, 2_000, 0.25, "{\"commandId\":\"c\"}"));
        events.add(Events.ofNode(10, EventType.NODE_STARTED, 2_000, "write", 1, -1, "{}"));
        assertThat(picture(80, 24, events))
                .startsWith("launch  order-1  running")
                .contains("▶ write    running   305 ms\n")
                .doesNotContain("postroad resume");
    }

    @Test
    void leavesTheAnswerOutWhereThereIsNoRoom() {
        assertThat(picture(80, 7, Events.asking()).lines()).hasSizeLessThan(7);
        assertThat(picture(80, 8, Events.asking()).lines())
                .hasSizeLessThan(8)
                .endsWith("  postroad resume order-1 --value JSON");
    }

    @Test
    void countsHowOftenALoopCameBy() {
        List<RunEvent> events = List.of(
                Events.ofNode(1, EventType.NODE_STARTED, 0, "plan", 1, -1, "{}"),
                Events.ofNode(2, EventType.NODE_COMPLETED, 10, "plan", 1, 10, "{}"),
                Events.ofNode(3, EventType.NODE_STARTED, 20, "plan", 1, -1, "{}"),
                Events.ofNode(4, EventType.NODE_COMPLETED, 60, "plan", 1, 40, "{}"));
        assertThat(picture(80, 24, events)).contains("  ✔ plan     completed 40 ms       ×2");
    }

    @Test
    void cutsLinesToTheScreen() {
        assertThat(picture(40, 24, Events.upToTheMiddle()).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThan(40))
                .contains("  ↻ draw     retrying  in 1.0 s    att…");
    }

    @Test
    void showsWhatHappenedLastWhereNodesAreTooMany() {
        List<RunEvent> events = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> Events.ofNode(i, EventType.NODE_STARTED, i, "node-" + i, 1, -1, "{}"))
                .toList();
        List<String> lines = picture(80, 10, events).lines().toList();
        assertThat(lines).hasSizeLessThan(10).last().isEqualTo("  … and 98 more");
        assertThat(lines).anyMatch(line -> line.contains("node-100 ")).noneMatch(line -> line.contains("node-1 "));
    }

    @Test
    void coloursOnlyWhereThatIsWanted() {
        RunProgress run = Events.fold(Events.upToTheMiddle());
        assertThat(new ProgressView(new Screen(80, 24, Colours.USED)).lines(run, NOW))
                .contains("\u001b[32m  ✔ plan     completed 1.2 s\u001b[0m");
    }

    private static String picture(int columns, int rows, List<RunEvent> events) {
        var view = new ProgressView(new Screen(columns, rows, Colours.UNUSED));
        return String.join("\n", view.lines(Events.fold(events), NOW));
    }
}
