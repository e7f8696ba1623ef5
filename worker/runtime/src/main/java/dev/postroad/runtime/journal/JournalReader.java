package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.PublishedRow.Position;
import dev.postroad.runtime.journal.StoredRun.Graphs;
import dev.postroad.runtime.journal.StoredRun.Readable;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** Reads journals back: for recovery, for commands to runs at rest, and for publishing again. Thread-safe. */
public final class JournalReader {
    private static final int FETCH_ROWS = 1_000;
    private static final int QUERY_LIMIT_SECONDS = 60;
    private static final String RUN_COLUMNS = "r.id, r.run_id, r.shard, r.traceparent, r.graph, r.version";
    private static final String ROW_COLUMNS =
            "j.seq, j.type, j.node, j.task, j.attempt, j.superstep, j.version AS state_version, j.at,"
                    + " (extract(epoch FROM j.duration) * 1000)::bigint AS millis, j.progress, j.data";
    private static final String UNFINISHED = "SELECT " + RUN_COLUMNS + ", " + ROW_COLUMNS + """
             FROM postroad.runs r LEFT JOIN postroad.journal j ON j.run = r.id
            WHERE r.shard = ? AND r.status = 'running'
            ORDER BY r.id, j.seq""";
    private static final String ONE = "SELECT " + RUN_COLUMNS + ", " + ROW_COLUMNS + """
             FROM postroad.runs r LEFT JOIN postroad.journal j ON j.run = r.id
            WHERE r.run_id = ?
            ORDER BY j.seq""";
    private static final String SOME = "SELECT " + RUN_COLUMNS + ", " + ROW_COLUMNS + """
             FROM postroad.runs r LEFT JOIN postroad.journal j ON j.run = r.id
            WHERE r.run_id = ANY (?)
            ORDER BY r.id, j.seq""";
    private static final String UNTIL_VERSION = "SELECT " + RUN_COLUMNS + ", " + ROW_COLUMNS + """
             FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id
            WHERE r.run_id = ? AND j.seq <= (
                SELECT min(made.seq) FROM postroad.journal made WHERE made.run = r.id AND made.version = ?)
            ORDER BY j.seq""";
    private static final String DUE = """
            SELECT run_id, shard FROM postroad.runs
            WHERE shard = ANY (?) AND wake_at <= ? AND status = 'waiting'
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY wake_at LIMIT ?""";
    /** The inner part comes first, so that a long table is not read in the order of its ids. */
    private static final String WAITING_FOR = """
            WITH waiting AS MATERIALIZED (
                SELECT id, run_id, shard FROM postroad.runs
                WHERE waits_for @> ARRAY[?::text] AND shard = ANY (?) AND status = 'waiting' AND id > ?
                  AND id NOT IN (SELECT run FROM postroad.unreadable_runs))
            SELECT id, run_id, shard FROM waiting ORDER BY id LIMIT ?""";

    private static final String AGENTS_WAITED_FOR = """
            SELECT DISTINCT unnest(waits_for) FROM postroad.runs
            WHERE waits_for IS NOT NULL AND status = 'waiting' AND shard = ANY (?)""";
    private static final String PAGE = "SELECT " + RUN_COLUMNS + ", " + ROW_COLUMNS + """
             FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
            WHERE r.shard = ? AND j.at >= ? AND j.at < ? AND (j.at, j.run, j.seq) > (?, ?, ?)
            ORDER BY j.at, j.run, j.seq
            LIMIT ?""";

    private final DataSource database;
    private final SetAsideRuns aside;

    /** @param aside told of all runs that are read, as some cannot be */
    public JournalReader(DataSource database, SetAsideRuns aside) {
        this.database = database;
        this.aside = aside;
    }

    /**
     * The runs of a shard that are under way, those that cannot be read among them. Those that are queued, or wait, are found when their time has come: see {@link QueuedRuns} and {@link #due}.
     */
    public List<StoredRun> unfinished(int shard, Graphs graphs) throws SQLException {
        return runs(UNFINISHED, graphs, statement -> statement.setInt(1, shard));
    }

    /** The run of an id. */
    public Optional<StoredRun> find(String runId, Graphs graphs) throws SQLException {
        return runs(ONE, graphs, statement -> statement.setString(1, runId)).stream()
                .findFirst();
    }

    /** The runs of some ids, by them. */
    public Map<String, StoredRun> find(Collection<String> runIds, Graphs graphs) throws SQLException {
        Map<String, StoredRun> found = new LinkedHashMap<>();
        runs(
                        SOME,
                        graphs,
                        statement -> statement.setArray(
                                1, statement.getConnection().createArrayOf("text", runIds.toArray())))
                .forEach(stored -> found.put(stored.key().id(), stored));
        return found;
    }

    /** The run of an id, as it was when a version of its state was made; empty where there is no such version. */
    public Optional<StoredRun> findAt(String runId, int version, Graphs graphs) throws SQLException {
        return runs(UNTIL_VERSION, graphs, statement -> {
                    statement.setString(1, runId);
                    statement.setInt(2, version);
                })
                .stream()
                .filter(found -> !(found instanceof Readable(var _, Run run)) || run.version() == version)
                .findFirst();
    }

    /** The runs of some shards that waited until a time that has come, the longest overdue first. */
    public List<DueRun> due(Collection<Integer> shards, Instant now, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            statement.setObject(2, time(now));
            statement.setInt(3, limit);
            List<DueRun> due = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    due.add(new DueRun(rows.getString("run_id"), rows.getInt("shard")));
                }
            }
            return due;
        }
    }

    /** The runs of some shards that wait for an agent, after the run of a number, the oldest first. */
    public List<WaitingRun> waitingFor(String agent, Collection<Integer> shards, long after, int limit)
            throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WAITING_FOR)) {
            statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
            statement.setString(1, agent);
            statement.setArray(2, connection.createArrayOf("int4", shards.toArray()));
            statement.setLong(3, after);
            statement.setInt(4, limit);
            List<WaitingRun> waiting = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    waiting.add(new WaitingRun(rows.getLong("id"), rows.getString("run_id"), rows.getInt("shard")));
                }
            }
            return waiting;
        }
    }

    /** The agents that runs of some shards wait for. */
    public List<String> agentsWaitedFor(Collection<Integer> shards) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(AGENTS_WAITED_FOR)) {
            statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            List<String> agents = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    agents.add(rows.getString(1));
                }
            }
            return agents;
        }
    }

    /** A run that waits for an agent. */
    public record WaitingRun(long number, String runId, int shard) {}

    /** A run whose time has come. */
    public record DueRun(String runId, int shard) {}

    /** The rows of a shard from one time to before another, after a position, in order. */
    public List<PublishedRow> page(int shard, Position after, Instant before, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(PAGE)) {
            statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
            statement.setInt(1, shard);
            statement.setObject(2, time(after.at()));
            statement.setObject(3, time(before));
            statement.setObject(4, time(after.at()));
            statement.setLong(5, after.run());
            statement.setInt(6, after.seq());
            statement.setInt(7, limit);
            List<PublishedRow> page = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    page.add(new PublishedRow(
                            key(rows),
                            rows.getString("graph"),
                            rows.getInt("version"),
                            columns(rows),
                            rows.getString("data").getBytes(StandardCharsets.UTF_8)));
                }
            }
            return page;
        }
    }

    private List<StoredRun> runs(String sql, Graphs graphs, Binding binding) throws SQLException {
        Map<RunKey, JournalFold> journals = new LinkedHashMap<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_ROWS);
                statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
                binding.bind(statement);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        String graph = rows.getString("graph");
                        int version = rows.getInt("version");
                        JournalFold journal =
                                journals.computeIfAbsent(key(rows), key -> new JournalFold(key, graph, version));
                        String data = rows.getString("data");
                        if (data != null) {
                            journal.add(columns(rows), data);
                        }
                    }
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        List<StoredRun> runs = new ArrayList<>(journals.size());
        journals.values().forEach(journal -> runs.add(journal.run(graphs)));
        aside.noted(runs);
        return runs;
    }

    private static RunKey key(ResultSet rows) throws SQLException {
        return new RunKey(
                rows.getLong("id"), rows.getString("run_id"), rows.getInt("shard"), rows.getString("traceparent"));
    }

    private static PublishedRow.Columns columns(ResultSet rows) throws SQLException {
        long millis = rows.getLong("millis");
        long duration = rows.wasNull() ? -1 : millis;
        return new PublishedRow.Columns(
                rows.getInt("seq"),
                rows.getString("type"),
                rows.getObject("at", OffsetDateTime.class).toInstant(),
                rows.getString("node"),
                rows.getString("task"),
                rows.getInt("attempt"),
                rows.getInt("superstep"),
                rows.getInt("state_version"),
                duration,
                progress(rows.getFloat("progress")));
    }

    /** The column is single precision; progress has three decimals. */
    private static double progress(float stored) {
        return Math.round(stored * 1000.0) / 1000.0;
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
