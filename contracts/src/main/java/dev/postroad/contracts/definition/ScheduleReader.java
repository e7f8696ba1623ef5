package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.schedule.CronExpression;
import dev.postroad.contracts.schedule.CronTiming;
import dev.postroad.contracts.schedule.PeriodTiming;
import dev.postroad.contracts.schedule.Timing;
import dev.postroad.contracts.schedule.ZoneNames;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a schedule. */
final class ScheduleReader {
    private static final Set<String> KNOWN = Set.of(
            "schedule",
            "description",
            "graph",
            "version",
            "agent",
            "cron",
            "every",
            "zone",
            "input",
            "overlap",
            "catchUp",
            "paused",
            "priority",
            "timeout",
            "tags");
    private static final int MAX_PRIORITY = 9;
    private static final Timing NEVER = new PeriodTiming(Duration.ofDays(1));

    private final Fields fields;

    private ScheduleReader(Fields fields) {
        this.fields = fields;
    }

    /**
     * Whether a document is a schedule, and not a graph that says when its nodes start: that one has nodes, and no time of
     * its own.
     */
    static boolean isSchedule(Fields fields) {
        if (!fields.has("schedule")
                || List.of("nodes", "edges", "kind").stream().anyMatch(fields::has)) {
            return false;
        }
        boolean hasTime = fields.has("cron") || fields.has("every");
        String name = fields.object().path("schedule").asText();
        return hasTime || !fields.has("graph") || !Scheduling.isNamed(name);
    }

    static ScheduleDefinition read(Fields fields) {
        return new ScheduleReader(fields).read();
    }

    private ScheduleDefinition read() {
        fields.onlyKnown(KNOWN);
        fields.text("description");
        String name = fields.text("schedule", Names.NAME, Names.NAME_RULE);
        return new ScheduleDefinition(
                name == null ? "" : name,
                target(),
                timing(),
                input(),
                Objects.requireNonNullElse(Overlap.read(fields, "overlap"), Overlap.SKIP),
                Objects.requireNonNullElse(fields.duration("catchUp"), ScheduleDefinition.DEFAULT_CATCH_UP),
                fields.truth("paused"),
                Objects.requireNonNullElse(fields.whole("priority", 0, MAX_PRIORITY), 0),
                fields.duration("timeout"),
                fields.textMap("tags"),
                fields.object());
    }

    private ScheduleDefinition.Target target() {
        Integer version = fields.whole("version", 1, Integer.MAX_VALUE);
        String graph = fields.text("graph", Names.NAME, Names.NAME_RULE);
        String agent = fields.text("agent", Names.NAME, Names.NAME_RULE);
        if (fields.has("graph") && fields.has("agent")) {
            fields.fault("agent", "stands beside a graph", "name a graph or an agent, not both");
        } else if (!fields.has("graph") && !fields.has("agent")) {
            fields.fault("graph", "is missing", "name the graph to run");
        } else if (agent != null && fields.has("version")) {
            fields.fault("version", "has no meaning beside an agent", "remove it");
        }
        return agent == null
                ? new ScheduleDefinition.OfGraph(graph == null ? "" : graph, version)
                : new ScheduleDefinition.OfAgent(agent);
    }

    private Timing timing() {
        ZoneId zone = zone();
        CronExpression cron = cron();
        Timing every = every();
        if (fields.has("cron") && fields.has("every")) {
            fields.fault("every", "stands beside cron", "keep one of the two");
        } else if (!fields.has("cron") && !fields.has("every")) {
            fields.fault("cron", "is missing", "say when: cron: " + CronExpression.RULE + "; or every: PT15M");
        }
        return cron == null ? every : new CronTiming(cron, zone);
    }

    private @Nullable CronExpression cron() {
        String text = fields.text("cron");
        if (text == null) {
            return null;
        }
        try {
            return CronExpression.read(text);
        } catch (IllegalArgumentException wrong) {
            fields.fault(
                    "cron", "is " + Fields.quoted(text) + ": " + wrong.getMessage(), "write " + CronExpression.RULE);
            return null;
        }
    }

    private Timing every() {
        Duration period = fields.duration("every");
        if (period == null) {
            return NEVER;
        }
        if (!PeriodTiming.isLegal(period)) {
            fields.fault("every", "is " + Fields.quoted(period.toString()), "use whole seconds, such as PT1S or PT15M");
            return NEVER;
        }
        return new PeriodTiming(period);
    }

    private ZoneId zone() {
        String name = fields.text("zone");
        if (name == null) {
            return ZoneOffset.UTC;
        }
        return ZoneNames.find(name).orElseGet(() -> {
            fields.fault(
                    "zone",
                    "is " + Fields.quoted(name) + ", which is no time zone",
                    "use " + ZoneNames.nearest(name) + ", or another name of the IANA database");
            return ZoneOffset.UTC;
        });
    }

    private @Nullable JsonNode input() {
        JsonNode input = fields.tree("input");
        if (input != null && !input.isObject() && !input.isTextual()) {
            fields.fault(
                    "input",
                    "is neither an object nor an expression",
                    "write {\"channel\": value, …}, or an expression such as \"{'day': schedule.time}\"");
            return null;
        }
        return input;
    }
}
