package dev.postroad.bench;

import dev.postroad.runtime.journal.ArrayColumn;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.core.BaseConnection;

/** The raw limit: rows of the journal written again, by bare unnest inserts of 500 on two connections. */
final class RawInserts {
    private static final int ROWS_A_STATEMENT = 500;
    private static final int SAMPLE = 50_000;
    private static final int REPEATS = 4;
    private static final int CONNECTIONS = 2;

    private final String url;

    RawInserts(String url) {
        this.url = url;
    }

    private record Row(
            String type,
            String node,
            String task,
            int attempt,
            int superstep,
            int version,
            Instant at,
            long millis,
            double progress,
            String data) {}

    /** Rows a second. */
    double measure() throws SQLException, InterruptedException, ExecutionException {
        List<Row> sample = sample();
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS bench_raw");
            statement.execute("CREATE TABLE bench_raw (LIKE postroad.journal INCLUDING ALL)");
        }
        insert(sample, 1_000_000, 1);
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int first = 10_000_000 * (i + 1);
                writers.add(threads.submit(() -> {
                    insert(sample, first, REPEATS);
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        double seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
        return (double) CONNECTIONS * REPEATS * sample.size() / seconds;
    }

    private void insert(List<Row> rows, int firstRun, int repeats) throws SQLException {
        List<ArrayColumn> columns = List.of(
                ArrayColumn.ofLongs(),
                ArrayColumn.ofInts(),
                ArrayColumn.ofTexts(),
                ArrayColumn.ofTexts(),
                ArrayColumn.ofTexts(),
                ArrayColumn.ofInts(),
                ArrayColumn.ofInts(),
                ArrayColumn.ofInts(),
                ArrayColumn.ofTimes(),
                ArrayColumn.ofDurations(),
                ArrayColumn.ofReals(),
                ArrayColumn.ofJson());
        try (Connection connection = open();
                PreparedStatement statement = connection.prepareStatement(
                        "INSERT INTO bench_raw (run, seq, type, node, task, attempt, superstep, version, at, duration,"
                                + " progress, data) SELECT * FROM unnest(?::bigint[], ?::int[], ?::text[], ?::text[],"
                                + " ?::text[], ?::int[], ?::int[], ?::int[], ?::timestamptz[], ?::interval[],"
                                + " ?::real[], ?::json[])")) {
            BaseConnection base = connection.unwrap(BaseConnection.class);
            int written = 0;
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (int from = 0; from < rows.size(); from += ROWS_A_STATEMENT) {
                    columns.forEach(ArrayColumn::clear);
                    for (Row row : rows.subList(from, Math.min(rows.size(), from + ROWS_A_STATEMENT))) {
                        fill(columns, row, firstRun + written / 23, written % 23);
                        written++;
                    }
                    for (int i = 0; i < columns.size(); i++) {
                        statement.setArray(i + 1, columns.get(i).toArray(base));
                    }
                    statement.executeUpdate();
                }
            }
        }
    }

    private static void fill(List<ArrayColumn> columns, Row row, long run, int seq) {
        columns.get(0).add(run);
        columns.get(1).add(seq);
        columns.get(2).add(row.type());
        columns.get(3).add(row.node());
        columns.get(4).add(row.task());
        columns.get(5).add(row.attempt());
        columns.get(6).add(row.superstep());
        columns.get(7).add(row.version());
        columns.get(8).add(row.at());
        columns.get(9).addMillis(row.millis());
        columns.get(10).addReal(row.progress());
        columns.get(11).add(row.data());
    }

    private List<Row> sample() throws SQLException {
        List<Row> rows = new ArrayList<>(SAMPLE);
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT *, coalesce((extract(epoch FROM duration) * 1000)::bigint,"
                                + " -1) AS millis FROM postroad.journal ORDER BY run DESC, seq LIMIT " + SAMPLE)) {
            while (result.next()) {
                rows.add(new Row(
                        result.getString("type"),
                        result.getString("node"),
                        result.getString("task"),
                        result.getInt("attempt"),
                        result.getInt("superstep"),
                        result.getInt("version"),
                        result.getObject("at", OffsetDateTime.class).toInstant(),
                        result.getLong("millis"),
                        result.getFloat("progress"),
                        result.getString("data")));
            }
        }
        return rows;
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(
                url + (url.contains("?") ? "&" : "?") + "prepareThreshold=1", "postroad", "");
    }
}
