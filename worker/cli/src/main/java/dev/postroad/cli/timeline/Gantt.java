package dev.postroad.cli.timeline;

import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Line;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.past.RunTimeline;
import dev.postroad.runtime.history.past.RunTimeline.Bar;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws a timeline: a row for each node, or several where tasks of a node overlap, below an axis of time. */
public final class Gantt {
    private static final int MOST_NAME_COLUMNS = 28;
    private static final int LEAST_BAR_COLUMNS = 10;
    private static final String BETWEEN = "  ";

    private final Screen screen;
    private final Characters characters;

    public Gantt(Screen screen, Characters characters) {
        this.screen = screen;
        this.characters = characters;
    }

    /**
     * The lines of a timeline.
     *
     * @param now when it ends where the run has not ended
     */
    public List<String> lines(RunTimeline timeline, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.fit(Colour.NONE, heading(timeline, now)));
        if (timeline.bars().isEmpty()) {
            return lines;
        }
        List<Lane> lanes = Lane.of(timeline.bars(), now);
        int nameColumns = Math.min(
                MOST_NAME_COLUMNS,
                lanes.stream().mapToInt(lane -> Text.columns(lane.node())).max().orElse(0));
        int noteColumns = lanes.stream()
                .mapToInt(lane -> Text.columns(lane.note(now)))
                .max()
                .orElse(0);
        int barColumns = screen.columns() - 1 - nameColumns - noteColumns - 2 * BETWEEN.length();
        Scale scale = scale(timeline, now, Math.max(LEAST_BAR_COLUMNS, barColumns));
        String margin = " ".repeat(nameColumns) + BETWEEN;
        Axis axis = new Axis(scale);
        lines.add(screen.fit(Colour.FAINT, margin + axis.figures()));
        lines.add(screen.fit(Colour.FAINT, margin + axis.line(characters)));
        for (Lane lane : lanes) {
            Line line =
                    new Line().add(Colour.NONE, Text.padded(Text.cut(lane.node(), nameColumns), nameColumns) + BETWEEN);
            addBars(line, lane, scale, now);
            lines.add(line.add(Colour.NONE, BETWEEN + lane.note(now)).on(screen));
        }
        lines.add(legend(timeline.bars()).on(screen));
        return lines;
    }

    private static String heading(RunTimeline timeline, Instant now) {
        String heading = timeline.runId() + BETWEEN + timeline.status().publicName() + BETWEEN;
        Instant started = timeline.startedAt();
        if (started == null) {
            return heading + "queued for " + between(timeline.queuedAt(), end(timeline, now));
        }
        return heading + between(started, end(timeline, now)) + " after " + between(timeline.queuedAt(), started)
                + " in the queue";
    }

    private static String between(Instant from, Instant to) {
        return Text.of(to.isBefore(from) ? Duration.ZERO : Duration.between(from, to));
    }

    private static Instant end(RunTimeline timeline, Instant now) {
        return timeline.endedAt() == null ? now : timeline.endedAt();
    }

    private static Scale scale(RunTimeline timeline, Instant now, int columns) {
        Instant from = timeline.bars().stream()
                .map(Bar::startedAt)
                .min(Instant::compareTo)
                .orElse(timeline.queuedAt());
        Instant to = timeline.bars().stream()
                .map(bar -> Lane.end(bar, now))
                .max(Instant::compareTo)
                .orElse(now);
        Instant end = end(timeline, now);
        return Scale.of(from, to.isBefore(end) ? end : to, columns);
    }

    private void addBars(Line line, Lane lane, Scale scale, Instant now) {
        @Nullable Mark[] marks = new Mark[scale.columns()];
        char[] cells = " ".repeat(scale.columns()).toCharArray();
        for (Bar bar : lane.bars()) {
            Mark mark = Mark.of(bar.outcome());
            int begin = scale.begin(bar.startedAt());
            int end = scale.end(begin, Lane.end(bar, now));
            // What the one before ended with stays to be seen where there is room beside it.
            int first = marks[begin] == null ? begin : Math.min(begin + 1, end);
            Arrays.fill(marks, first, end + 1, mark);
            Arrays.fill(cells, first, end, mark.fill(characters));
            cells[end] = mark.end(characters);
        }
        for (int from = 0; from < cells.length; ) {
            int to = from + 1;
            while (to < cells.length && marks[to] == marks[from]) {
                to++;
            }
            Mark mark = marks[from];
            line.add(mark == null ? Colour.NONE : mark.colour, String.valueOf(cells, from, to - from));
            from = to;
        }
    }

    private Line legend(List<Bar> bars) {
        Set<Mark> used = EnumSet.noneOf(Mark.class);
        bars.forEach(bar -> used.add(Mark.of(bar.outcome())));
        Line legend = new Line();
        used.forEach(mark ->
                legend.add(mark.colour, mark.sample(characters)).add(Colour.NONE, " " + mark.outcome + BETWEEN));
        return legend;
    }
}
