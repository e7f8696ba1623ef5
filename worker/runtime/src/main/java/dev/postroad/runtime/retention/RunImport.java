package dev.postroad.runtime.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.retention.ArchiveLines.Line;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a run back from what {@link RunExport} wrote, as a run that has ended: all of it, or nothing. Thread-safe.
 *
 * <p>It is one transaction, in which lines go on to Postgres as they are read, so that a long run takes no more memory than
 * a short one; nobody sees any of it before the last line was found to be right.
 */
public final class RunImport {
    private static final int LINES_AT_ONCE = 200;
    private static final long BYTES_AT_ONCE = 4L << 20;
    private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

    private final DataSource database;

    public RunImport(DataSource database) {
        this.database = database;
    }

    /** What was brought back. */
    public record Imported(String runId, String status, long events) {}

    /**
     * Reads a run, compressed by gzip or not, and stores it.
     *
     * @throws ImportException where it cannot be brought back; nothing is changed then
     * @throws SQLException where Postgres does not take it
     * @throws IOException where it cannot be read
     */
    public Imported read(InputStream in) throws ImportException, SQLException, IOException {
        ArchiveLines lines = new ArchiveLines(in);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Imported imported = new Reading(lines, new ImportRows(connection)).all();
                connection.commit();
                return imported;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** One run on its way in. */
    private static final class Reading {
        private final ArchiveLines lines;
        private final ImportRows rows;
        private final List<String> gathered = new ArrayList<>();
        private @Nullable String other;
        private long bytes;
        private long graphs;
        private long events;
        private long logs;

        Reading(ArchiveLines lines, ImportRows rows) {
            this.lines = lines;
            this.rows = rows;
        }

        Imported all() throws ImportException, SQLException, IOException {
            Line first = required();
            checkFirst(first.tree());
            String runId = first.tree().path("runId").asText();
            String status = first.tree().path("status").asText();
            rows.insertRun(runId, first.text());
            lines.count(first);
            Line line = required();
            for (; line.kind().equals(ArchiveFormat.GRAPH); line = following(line)) {
                graph(line);
            }
            for (; line.kind().equals(ArchiveFormat.EVENT); line = following(line)) {
                checkEvent(line.tree());
                gather(line, true);
            }
            store(true);
            for (; line.kind().equals(ArchiveFormat.LOG); line = following(line)) {
                gather(line, false);
                logs++;
            }
            store(false);
            checkEnd(line);
            if (other != null) {
                throw new ImportException(other);
            }
            return new Imported(runId, status, events);
        }

        private Line following(Line line) throws ImportException, IOException {
            lines.count(line);
            return required();
        }

        private Line required() throws ImportException, IOException {
            Line line = lines.next();
            if (line == null) {
                throw ImportException.damaged(lines.number(), "is missing: the file ends too early");
            }
            return line;
        }

        private void checkFirst(JsonNode run) throws ImportException {
            if (!run.path("line").asText().equals(ArchiveFormat.RUN)) {
                throw ImportException.damaged(1, "is no run");
            }
            int format = run.path("format").asInt();
            if (format != ArchiveFormat.VERSION) {
                throw new ImportException("line 1: the format is " + run.path("format") + ", and this release reads "
                        + ArchiveFormat.VERSION + " alone; import it with the release that wrote it, or a later one");
            }
            if (!run.path("runId").isTextual()
                    || !ENDED.contains(run.path("status").asText())) {
                throw ImportException.damaged(1, "is of no run that has ended");
            }
        }

        /** Whether it is damaged is known at the end only, and goes before what follows from it. */
        private void graph(Line line) throws SQLException, ImportException {
            graphs++;
            String name = line.tree().path("graph").asText();
            if (!rows.insertGraph(name, line.text(), lines.number())) {
                other = "version " + line.tree().path("version") + " of graph " + name
                        + " is another one here than the run went by; import it where it comes from, or into a schema"
                        + " that has no such graph";
            }
        }

        private void checkEvent(JsonNode event) throws ImportException {
            events++;
            if (event.path("seq").asLong() != events) {
                throw ImportException.damaged(
                        lines.number(), "is event " + event.path("seq") + " where " + events + " is expected");
            }
        }

        private void gather(Line line, boolean ofJournal) throws SQLException, ImportException {
            gathered.add(line.text());
            bytes += line.text().length();
            if (gathered.size() == LINES_AT_ONCE || bytes > BYTES_AT_ONCE) {
                store(ofJournal);
            }
        }

        private void store(boolean ofJournal) throws SQLException, ImportException {
            if (!gathered.isEmpty()) {
                rows.insert(gathered, ofJournal, lines.number());
                gathered.clear();
                bytes = 0;
            }
        }

        private void checkEnd(Line end) throws ImportException, IOException {
            JsonNode tree = end.tree();
            if (!end.kind().equals(ArchiveFormat.END)) {
                throw ImportException.damaged(lines.number(), "is a \"" + end.kind() + "\" where none can be");
            }
            if (!tree.path("checksum").asText().equals(lines.checksum())
                    || tree.path("graphs").asLong() != graphs
                    || tree.path("events").asLong() != events
                    || tree.path("logs").asLong() != logs
                    || events == 0) {
                throw ImportException.damaged(lines.number(), "the lines before it are not those that were written");
            }
            if (lines.next() != null) {
                throw ImportException.damaged(lines.number(), "stands behind the end; a file holds one run");
            }
        }
    }
}
