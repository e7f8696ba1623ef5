package dev.postroad.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class DisplaysTest {
    private static final RunEvent END =
            Events.ofRun(8, EventType.RUN_CANCELLED, 5_000, 0.25, "{\"reason\":\"enough\"}");

    @Test
    void writesALinePerEvent() {
        assertThat(written(out -> new PlainDisplay(out, ZoneOffset.UTC))).isEqualTo("""
                12:00:00.000    0 %  run.queued
                12:00:00.005    0 %  run.started
                12:00:00.005   25 %  node.started      plan
                12:00:01.205   25 %  node.completed    plan  1.2 s
                12:00:01.205   25 %  node.started      write
                12:00:01.205   25 %  node.started      draw
                12:00:01.305   25 %  node.retrying     draw  100 ms  http.503: busy; again at 2026-11-22T12:00:03.305Z
                12:00:05.000   25 %  run.cancelled     enough
                """);
    }

    @Test
    void writesEventsAsTheyStandOnTheTopic() throws FaultsException {
        List<String> lines = written(JsonDisplay::new).lines().toList();
        assertThat(lines)
                .hasSize(8)
                .contains("{\"runId\":\"order-1\",\"graph\":\"launch\",\"graphVersion\":3,\"seq\":4,"
                        + "\"type\":\"node.completed\",\"at\":\"2026-11-22T12:00:01.205Z\",\"node\":\"plan\","
                        + "\"task\":\"plan@1\",\"attempt\":1,\"superstep\":1,\"version\":2,\"durationMs\":1200,"
                        + "\"progress\":0.25,\"data\":{}}");
        assertThat(RunEvent.read(lines.getLast().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(END);
    }

    @Test
    void writesWhatNodesShowLineByLineBehindTheirNames() {
        String written = written(out -> {
            var display = new PlainDisplay(out, ZoneOffset.UTC);
            display.show(chunk("plan", 0, "Once upon"));
            display.show(chunk("write", 0, "Dear "));
            display.show(chunk("plan", 1, " a time\nthere"));
            display.show(chunk("write", 1, "x ".repeat(90)));
            return display;
        });
        String all =
                "  plan | Once upon a time\n  write | Dear " + "x ".repeat(78).strip() + "\n";
        assertThat(written).startsWith(all).containsSubsequence("  plan | there\n", "node.completed    plan");
        assertThat(written).containsSubsequence("  write | x x", "run.cancelled");
    }

    @Test
    void writesWhatNodesShowAsJson() {
        String written = written(out -> {
            var display = new JsonDisplay(out);
            display.show(chunk("plan", 0, "Once upon"));
            return display;
        });
        assertThat(written)
                .startsWith("{\"runId\":\"order-1\",\"graph\":\"launch\",\"node\":\"plan\","
                        + "\"task\":\"plan@1\",\"attempt\":1,\"index\":0,\"chunk\":\"Once upon\","
                        + "\"at\":\"2026-11-22T12:00:00Z\"}\n");
    }

    private static OutputChunk chunk(String node, int index, String text) {
        return new OutputChunk("order-1", "launch", node, node + "@1", 1, index, text, Events.NOON);
    }

    @Test
    void drawsOverWhatWasDrawnBefore() {
        var view = new ProgressView(new Screen(80, 24, Colours.UNUSED));
        String drawn = written(out -> {
            var display = new TerminalDisplay(out, view);
            display.tick(Events.fold(List.of()), Events.NOON);
            return display;
        });
        assertThat(drawn)
                .startsWith("launch  order-1  queued\u001b[K\n")
                .contains("\u001b[6Flaunch  order-1  cancelled");
    }

    private static String written(Function<PrintStream, Display> display) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            Display shown = display.apply(out);
            RunProgress progress = RunProgress.of("order-1", "launch", List.of("plan", "write", "draw", "publish"));
            for (RunEvent event : Events.upToTheMiddle()) {
                progress = progress.after(event);
                shown.show(event, progress);
            }
            shown.show(END, progress.after(END));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
