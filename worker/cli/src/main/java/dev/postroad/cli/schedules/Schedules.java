package dev.postroad.cli.schedules;

import dev.postroad.cli.screen.Table;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.runtime.schedule.ScheduleReport;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes which schedules there are, and how they stand. */
final class Schedules {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private Schedules() {}

    static void addTo(Table table, ScheduleReport schedule, ZoneId zone) {
        table.row(
                schedule.definition().name(),
                target(schedule),
                state(schedule),
                lastRun(schedule),
                schedule.next().isEmpty() ? "" : time(schedule.next().getFirst(), zone));
    }

    /** A line for each of its parts, and for each of the next times. */
    static List<String> lines(ScheduleReport schedule, ZoneId zone) {
        List<String> lines = new ArrayList<>();
        lines.add("schedule  " + schedule.definition().name());
        lines.add("runs      " + target(schedule));
        lines.add("when      " + when(schedule.definition()));
        lines.add("overlap   " + schedule.definition().overlap().publicName());
        lines.add("state     " + state(schedule));
        lines.add("last run  " + lastRun(schedule));
        schedule.next().forEach(time -> lines.add("next      " + time(time, zone)));
        return lines;
    }

    private static String target(ScheduleReport schedule) {
        return switch (schedule.definition().target()) {
            case ScheduleDefinition.OfGraph(String graph, Integer version) ->
                graph + (version == null ? "" : " version " + version);
            case ScheduleDefinition.OfAgent(String agent) -> "agent " + agent;
        };
    }

    private static String when(ScheduleDefinition definition) {
        var source = definition.source();
        return source.has("cron")
                ? source.path("cron").asText() + " in " + source.path("zone").asText("UTC")
                : "every " + source.path("every").asText();
    }

    private static String state(ScheduleReport schedule) {
        ScheduleReport.Paused paused = schedule.paused();
        String waits = schedule.waiting() == 0 ? "" : ", " + schedule.waiting() + " waiting";
        if (paused == null) {
            return (schedule.problem() == null ? "active" : schedule.problem()) + waits;
        }
        return "paused"
                + (paused.by() == null ? "" : " by " + paused.by())
                + (paused.reason() == null ? "" : ": " + paused.reason())
                + waits;
    }

    private static String lastRun(ScheduleReport schedule) {
        ScheduleReport.LastRun last = schedule.lastRun();
        if (last == null) {
            return "none";
        }
        return last.runId() + (last.status() == null ? "" : " " + last.status());
    }

    private static String time(Instant time, ZoneId zone) {
        return TIME.withZone(zone).format(time);
    }
}
