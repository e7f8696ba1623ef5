package dev.postroad.cli.looking;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.runs.QueueReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes what waits and what runs. */
final class Queues {
    private Queues() {}

    /** A row for each graph and priority, and the total. */
    static Table table(QueueReport report) {
        Table table = new Table()
                .words("GRAPH")
                .figures("PRIORITY")
                .figures("QUEUED")
                .figures("RUNNING")
                .figures("OLDEST");
        for (QueueReport.Line line : report.lines()) {
            table.row(
                    line.graph(),
                    String.valueOf(line.priority()),
                    count(line.queued()),
                    count(line.running()),
                    age(line.oldestQueuedAt(), report.at()));
        }
        table.row(
                "total",
                "",
                count(report.queued()),
                count(report.running()),
                age(report.oldestQueuedAt(), report.at()));
        return table;
    }

    private static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String age(@Nullable Instant since, Instant now) {
        return since == null ? "" : Text.of(since.isAfter(now) ? Duration.ZERO : Duration.between(since, now));
    }
}
