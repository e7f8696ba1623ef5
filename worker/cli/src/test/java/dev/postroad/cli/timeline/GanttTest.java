package dev.postroad.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.past.RunTimeline;
import dev.postroad.runtime.history.past.RunTimeline.Bar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
final class GanttTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int SEEDS = 300;

    @Test
    void drawsAsItWasFoundReadable() throws IOException {
        Screen page = new Screen(91, 24, Colours.UNUSED);
        assertThat(drawn(launch(), page, Characters.ALL)).isEqualTo(resource("timelines/launch.txt"));
        assertThat(drawn(launch(), page, Characters.ASCII)).isEqualTo(resource("timelines/launch.ascii.txt"));
        assertThat(drawn(asking(), page, Characters.ALL)).isEqualTo(resource("timelines/asking.txt"));
    }

    @Test
    void colorsEachBarByWhatBecameOfIt() {
        assertThat(drawn(launch(), new Screen(91, 24, Colours.USED), Characters.ALL))
                .contains("\u001b[31m▓", "✘\u001b[0m", "\u001b[33m▒", "↻\u001b[0m", "\u001b[32m█");
    }

    @Test
    void saysThatNothingHasBegun() {
        var queued = new RunTimeline("order-1", RunStatus.QUEUED, NOON, null, null, List.of());
        assertThat(new Gantt(Screen.PAPER, Characters.ALL).lines(queued, NOON.plusSeconds(90)))
                .containsExactly("order-1  queued  queued for 1 min 30 s");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyBarIsSeenWhereItsTimeStandsOnTheAxis(int seed) {
        Random random = new Random(seed);
        RunTimeline timeline = random(random);
        Screen page = new Screen(60 + random.nextInt(100), 24, Colours.UNUSED);
        List<String> lines = new Gantt(page, Characters.ASCII).lines(timeline, NOON.plusSeconds(200));
        String text = String.join("\n", lines);
        assertThat(lines)
                .as(text)
                .allSatisfy(line -> assertThat(Text.columns(line)).isLessThan(page.columns()));

        List<Lane> lanes = Lane.of(timeline.bars(), NOON.plusSeconds(200));
        assertThat(lines).hasSize(lanes.size() + 4);
        int margin = lines.get(2).indexOf('+');
        int columns = lines.get(2).length() - margin;
        Scale scale = Scale.of(timeline.bars().getFirst().startedAt(), end(timeline), columns);
        for (int i = 0; i < lanes.size(); i++) {
            String row = Text.padded(lines.get(i + 3), margin + columns);
            assertThat(row).startsWith(lanes.get(i).node());
            for (Bar bar : lanes.get(i).bars()) {
                int begin = scale.begin(bar.startedAt());
                int end = scale.end(begin, Lane.end(bar, NOON.plusSeconds(200)));
                assertThat(row.substring(margin + begin, margin + end + 1))
                        .as(text)
                        .doesNotContain(" ");
            }
            Bar last = lanes.get(i).bars().getLast();
            int end = scale.end(scale.begin(last.startedAt()), Lane.end(last, NOON.plusSeconds(200)));
            assertThat(row.charAt(margin + end))
                    .as(text)
                    .isEqualTo(Mark.of(last.outcome()).end(Characters.ASCII));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void barsOfALaneDoNotOverlapAndNoneIsLost(int seed) {
        RunTimeline timeline = random(new Random(seed));
        List<Lane> lanes = Lane.of(timeline.bars(), NOON.plusSeconds(200));
        assertThat(lanes.stream().flatMap(lane -> lane.bars().stream()))
                .containsExactlyInAnyOrderElementsOf(timeline.bars());
        for (Lane lane : lanes) {
            for (int i = 1; i < lane.bars().size(); i++) {
                assertThat(lane.bars().get(i).startedAt())
                        .isAfterOrEqualTo(Lane.end(lane.bars().get(i - 1), NOON.plusSeconds(200)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void eachFigureOfTheAxisStandsOverItsTick(int seed) {
        Random random = new Random(seed);
        long millis = Math.max(1, Math.round(Math.exp(random.nextDouble() * 25)));
        Scale scale = Scale.of(NOON, NOON.plusMillis(millis), 20 + random.nextInt(150));
        Axis axis = new Axis(scale);
        String figures = axis.figures();
        String line = axis.line(Characters.ASCII);
        assertThat(line).hasSize(scale.columns()).startsWith("+");
        assertThat(figures.length()).isLessThanOrEqualTo(scale.columns());
        for (int i = 0; i < figures.length(); i++) {
            boolean begins = figures.charAt(i) != ' '
                    && (i == 0 || (figures.charAt(i - 1) == ' ' && i > 1 && figures.charAt(i - 2) == ' '));
            if (begins) {
                assertThat(line.charAt(i)).as(figures + "\n" + line).isEqualTo('+');
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0",
        "PT0.25S, 250 ms",
        "PT1.5S, 1.5 s",
        "PT15S, 15 s",
        "PT1M30S, 1 min 30 s",
        "PT2H, 2 h",
        "PT36H, 1 d 12 h",
    })
    void writesRoundFigures(Duration duration, String figure) {
        assertThat(Axis.figure(duration)).isEqualTo(figure);
    }

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private static Instant end(RunTimeline timeline) {
        return timeline.bars().stream()
                .map(bar -> Lane.end(bar, NOON.plusSeconds(200)))
                .max(Comparator.naturalOrder())
                .filter(last -> timeline.endedAt() != null && !last.isBefore(timeline.endedAt()))
                .orElse(timeline.endedAt() == null ? NOON.plusSeconds(200) : timeline.endedAt());
    }

    private static RunTimeline random(Random random) {
        List<Bar> bars = new ArrayList<>();
        boolean ended = random.nextBoolean();
        int count = 1 + random.nextInt(30);
        Mark[] marks = Mark.values();
        for (int i = 0; i < count; i++) {
            long from = random.nextInt(100_000);
            long took = random.nextInt(3) == 0 ? 0 : random.nextInt(40_000);
            Mark mark = marks[random.nextInt(ended ? 4 : marks.length)];
            boolean open = mark == Mark.WAITING || mark == Mark.RUNNING;
            String node = "node-" + random.nextInt(5);
            bars.add(new Bar(
                    node,
                    node + "@" + i,
                    1,
                    i,
                    NOON.plusMillis(from),
                    open ? null : NOON.plusMillis(from + took),
                    mark.outcome));
        }
        bars.sort(Comparator.comparing(Bar::startedAt));
        return new RunTimeline(
                "r",
                ended ? RunStatus.COMPLETED : RunStatus.RUNNING,
                NOON,
                NOON,
                ended ? NOON.plusSeconds(150) : null,
                bars);
    }

    private static RunTimeline launch() {
        return new RunTimeline(
                "order-1",
                RunStatus.FAILED,
                NOON.minusMillis(1_500),
                NOON,
                NOON.plusMillis(14_200),
                List.of(
                        bar("plan", "plan@1", 1, 0, 2_100, Mark.COMPLETED),
                        bar("write", "write@2.0", 1, 2_100, 5_600, Mark.COMPLETED),
                        bar("write", "write@2.1", 1, 2_100, 3_000, Mark.COMPLETED),
                        bar("draw", "draw@2", 1, 2_100, 3_200, Mark.RETRYING),
                        bar("write", "write@2.2", 1, 3_100, 7_000, Mark.CANCELLED),
                        bar("draw", "draw@2", 2, 5_200, 6_100, Mark.RETRYING),
                        bar("draw", "draw@2", 3, 10_100, 14_200, Mark.FAILED)));
    }

    private static RunTimeline asking() {
        return new RunTimeline(
                "order-2",
                RunStatus.WAITING,
                NOON,
                NOON,
                null,
                List.of(
                        bar("plan", "plan@1", 1, 0, 2_000, Mark.COMPLETED),
                        bar("check", "check@2", 1, 2_000, 2_010, Mark.COMPLETED),
                        bar("approve-what-was-written-by-all-of-them", "a@3", 1, 2_100, -1, Mark.WAITING),
                        bar("render", "render@3", 1, 2_100, -1, Mark.RUNNING),
                        bar("plan", "plan@4", 1, 150_000, 152_000, Mark.COMPLETED)));
    }

    private static Bar bar(String node, String task, int attempt, long from, long to, Mark mark) {
        @Nullable Instant end = to < 0 ? null : NOON.plusMillis(to);
        return new Bar(node, task, attempt, 1, NOON.plusMillis(from), end, mark.outcome);
    }

    private static String drawn(RunTimeline timeline, Screen page, Characters characters) {
        return String.join("\n", new Gantt(page, characters).lines(timeline, NOON.plusSeconds(200))) + "\n";
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = GanttTest.class.getClassLoader().getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
