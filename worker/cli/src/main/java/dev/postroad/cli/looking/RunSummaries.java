package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Text;
import dev.postroad.cli.screen.Visible;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.runs.RunSummary;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes summaries of runs, as facts and as a table. */
final class RunSummaries {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final int MOST_COMMANDS = 10;
    private static final int LABEL_COLUMNS = 10;
    private static final int STATUS_COLUMNS = 11;
    private static final int TIME_COLUMNS = 21;
    private static final int DURATION_COLUMNS = 14;

    private RunSummaries() {}

    /** A line for each thing that is known. */
    static List<String> facts(RunSummary run, ZoneId zone) {
        List<String> lines = new ArrayList<>();
        lines.add(fact("run", run.runId()));
        lines.add(fact("graph", run.graph() + ", version " + run.graphVersion()));
        lines.add(fact("status", run.status().publicName()));
        lines.add(fact("queued", time(run.queuedAt(), zone)));
        if (run.startedAt() != null) {
            lines.add(fact("started", time(run.startedAt(), zone)));
        }
        if (run.endedAt() != null) {
            lines.add(fact("ended", time(run.endedAt(), zone)));
        }
        if (run.priority() != 0) {
            lines.add(fact("priority", String.valueOf(run.priority())));
        }
        if (!run.tags().isEmpty()) {
            lines.add(fact("tags", tags(run)));
        }
        if (run.spent() != null) {
            lines.add(fact("spent", spent(run.spent())));
        }
        if (run.error() != null) {
            lines.add(fact("error", error(run.error())));
        }
        if (run.setAside() != null) {
            lines.add(fact(
                    "set aside",
                    "by worker " + run.setAside().worker() + " since "
                            + time(run.setAside().since(), zone) + ", as it cannot be read: "
                            + run.setAside().why()));
        }
        lines.add(fact("input", run.input().toString()));
        return lines;
    }

    private static String spent(RunSummary.Spent spent) {
        String tokens = String.format(Locale.ROOT, "%,d tokens", spent.tokens());
        return spent.cost() == null
                ? tokens
                : tokens + ", cost " + spent.cost().stripTrailingZeros().toPlainString();
    }

    /** A line for each of the newest commands of which it is known who gave them. */
    static List<String> given(List<RunEvent> journal, ZoneId zone) {
        List<String> lines = journal.stream()
                .filter(event -> event.data().path("by").isTextual())
                .map(event -> fact(
                        "told",
                        time(event.at(), zone) + "  " + event.typeName() + " by "
                                + event.data().path("by").textValue()))
                .toList();
        return lines.subList(Math.max(0, lines.size() - MOST_COMMANDS), lines.size());
    }

    /** A heading, and a line for each run. */
    static List<String> table(List<RunSummary> runs, ZoneId zone, Instant now) {
        int idColumns = columns(runs.stream().map(RunSummary::runId).toList());
        int graphColumns = columns(runs.stream().map(RunSummary::graph).toList());
        List<String> lines = new ArrayList<>();
        lines.add(Text.padded("RUN", idColumns) + Text.padded("GRAPH", graphColumns)
                + Text.padded("STATUS", STATUS_COLUMNS) + Text.padded("QUEUED", TIME_COLUMNS) + "TOOK");
        for (RunSummary run : runs) {
            String line = Text.padded(Visible.text(run.runId()), idColumns)
                    + Text.padded(Visible.text(run.graph()), graphColumns)
                    + Text.padded(run.status().publicName(), STATUS_COLUMNS)
                    + Text.padded(time(run.queuedAt(), zone), TIME_COLUMNS)
                    + Text.padded(took(run, now), DURATION_COLUMNS);
            lines.add(line.stripTrailing());
        }
        return lines;
    }

    private static int columns(List<String> texts) {
        return 2
                + Math.max(
                        5,
                        texts.stream()
                                .map(Visible::text)
                                .mapToInt(Text::columns)
                                .max()
                                .orElse(0));
    }

    private static String took(RunSummary run, Instant now) {
        if (run.startedAt() == null) {
            return "";
        }
        return Text.of(Duration.between(run.startedAt(), run.endedAt() == null ? now : run.endedAt()));
    }

    private static String fact(String label, String value) {
        return Text.padded(label, LABEL_COLUMNS) + value;
    }

    private static String tags(RunSummary run) {
        return run.tags().entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String error(JsonNode error) {
        String where = error.hasNonNull("node") ? " in " + error.path("node").asText() : "";
        return error.path("type").asText() + where + ": "
                + error.path("message").asText();
    }

    private static String time(Instant time, ZoneId zone) {
        return TIME.format(time.atZone(zone));
    }
}
