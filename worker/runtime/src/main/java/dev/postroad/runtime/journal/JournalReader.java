package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.database.PostgresTrouble;
import dev.postroad.runtime.database.SqlVerdict;
import dev.postroad.runtime.journal.PublishedRow.Position;
import dev.postroad.runtime.journal.SnapshotReader.Which;
import dev.postroad.runtime.journal.StoredRun.Graphs;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
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
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads journals back: for recovery, for commands to runs at rest, and for publishing again. Thread-safe. */
public final class JournalReader {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);
    private static final int FETCH_ROWS = 1_000;
    private static final String RUN_COLUMNS =
            "r.id, r.run_id, r.shard, r.traceparent, r.graph, " + JournalColumns.GRAPH_VERSION;
    private static final String ROW_COLUMNS = JournalColumns.selected("j") + ", j.data";
    private static final String UNFINISHED = "r.shard = ? AND r.status = 'running'";
    private static final String ONE = "r.run_id = ?";
    /** Postgres takes an array that it does not see for a few ids; for many it would read all runs there are. */
    private static final String SOME = "r.run_id = ANY (ARRAY(SELECT unnest(?::text[])))";
    /** The rows of each run are found by its number; for many runs Postgres would read the whole journal. */
    private static final String ROWS_OF_EACH =
            "LEFT JOIN LATERAL (SELECT * FROM postroad.journal WHERE run = r.id%s OFFSET 0) AS j ON true\nWHERE ";

    private static final String WHOLE =
            "SELECT " + RUN_COLUMNS + ", r.status_seq, " + ROW_COLUMNS + " FROM postroad.runs r\n" + ROWS_OF_EACH;
    /** Of runs that are known as they were after a row, what follows it. */
    private static final String SINCE = "SELECT " + RUN_COLUMNS + ", r.status_seq, " + ROW_COLUMNS + """
             FROM postroad.runs r
            LEFT JOIN unnest(?::bigint[], ?::int[]) AS known (id, seq) ON known.id = r.id
            """
            + ROWS_OF_EACH.replace("%s", " AND seq > coalesce(known.seq, 0)%s");

    private static final String IN_ORDER = " ORDER BY r.id, j.seq";
    private static final String UNTIL_VERSION = " AND seq <= ("
            + "SELECT min(made.seq) FROM postroad.journal made WHERE made.run = r.id AND made.version = ?)";
    /** There is no such version where it has none. */
    private static final String HAS_ROWS = " AND j.seq IS NOT NULL";

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
    private final SnapshotDesk snapshots;

    /** @param aside told of all runs that are read, as some cannot be */
    public JournalReader(DataSource database, SetAsideRuns aside) {
        this(database, aside, SnapshotDesk.NONE);
    }

    /**
     * @param aside told of all runs that are read, as some cannot be
     * @param snapshots handed the runs of which many rows had to be read
     */
    public JournalReader(DataSource database, SetAsideRuns aside, SnapshotDesk snapshots) {
        this.database = database;
        this.aside = aside;
        this.snapshots = snapshots;
    }

    /**
     * The runs of a shard that are under way, those that cannot be read among them. Those that are queued, or wait, are found when their time has come: see {@link QueuedRuns} and {@link #due}.
     */
    public List<StoredRun> unfinished(int shard, Graphs graphs) throws SQLException {
        return runs(new Runs(UNFINISHED, (statement, place) -> statement.setInt(place, shard)), graphs);
    }

    /** The run of an id. */
    public Optional<StoredRun> find(String runId, Graphs graphs) throws SQLException {
        return runs(one(runId), graphs).stream().findFirst();
    }

    /** The runs of some ids, by them. */
    public Map<String, StoredRun> find(Collection<String> runIds, Graphs graphs) throws SQLException {
        Map<String, StoredRun> found = new LinkedHashMap<>();
        Which which = (statement, place) ->
                statement.setArray(place, statement.getConnection().createArrayOf("text", runIds.toArray()));
        runs(new Runs(SOME, which), graphs)
                .forEach(stored -> found.put(stored.key().id(), stored));
        return found;
    }

    /** The run of an id, as it was when a version of its state was made; empty where there is no such version. */
    public Optional<StoredRun> findAt(String runId, int version, Graphs graphs) throws SQLException {
        return runs(one(runId).until(version), graphs).stream()
                .filter(found -> !(found instanceof Readable(var _, Run run, var _)) || run.version() == version)
                .findFirst();
    }

    /** The runs of some shards that waited until a time that has come, the longest overdue first. */
    public List<DueRun> due(Collection<Integer> shards, Instant now, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
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

    /** A run that is in Postgres alone. */
    public sealed interface AtRest {
        /** Whose it is. */
        String runId();

        /** Where it is stepped. */
        int shard();
    }

    /** A run that waits for an agent. */
    public record WaitingRun(long number, String runId, int shard) implements AtRest {}

    /** A run whose time has come. */
    public record DueRun(String runId, int shard) implements AtRest {}

    /** The rows of a shard from one time to before another, after a position, in order. */
    public List<PublishedRow> page(int shard, Position after, Instant before, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(PAGE)) {
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
                            rows.getInt("graph_version"),
                            JournalColumns.read(rows),
                            rows.getString("data").getBytes(StandardCharsets.UTF_8)));
                }
            }
            return page;
        }
    }

    private static Runs one(String runId) {
        return new Runs(ONE, (statement, place) -> statement.setString(place, runId));
    }

    /**
     * Which runs are read.
     *
     * @param condition on {@code runs r}
     * @param version the version of the state up to which they are read; null for all there is
     */
    private record Runs(
            String condition, Which which, @Nullable Integer version) {
        Runs(String condition, Which which) {
            this(condition, which, null);
        }

        Runs until(int lastVersion) {
            return new Runs(condition, which, lastVersion);
        }

        String sql(Map<Long, Run> known) {
            String rows = known.isEmpty() ? WHOLE : SINCE;
            return version == null
                    ? rows.formatted("") + condition + IN_ORDER
                    : rows.formatted(UNTIL_VERSION) + condition + HAS_ROWS + IN_ORDER;
        }

        void bind(PreparedStatement statement, Map<Long, Run> known) throws SQLException {
            int place = 1;
            if (!known.isEmpty()) {
                List<Long> numbers = List.copyOf(known.keySet());
                Connection connection = statement.getConnection();
                statement.setArray(place++, connection.createArrayOf("int8", numbers.toArray()));
                statement.setArray(
                        place++,
                        connection.createArrayOf(
                                "int4",
                                numbers.stream()
                                        .map(number -> Objects.requireNonNull(known.get(number))
                                                .seq())
                                        .toArray()));
            }
            if (version != null) {
                statement.setInt(place++, version);
            }
            which.bind(statement, place);
        }
    }

    private List<StoredRun> runs(Runs which, Graphs graphs) throws SQLException {
        List<StoredRun> runs = new ArrayList<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                int before = which.version == null ? Integer.MAX_VALUE : which.version;
                Map<Long, Run> known = snapshots(connection, which, before, graphs);
                for (JournalFold journal : journals(connection, which, known, graphs)) {
                    runs.add(run(connection, journal, which, graphs));
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        aside.noted(runs);
        return runs;
    }

    /** Where Postgres cannot read them, as a page of them is broken, the journal is read without. */
    private static Map<Long, Run> snapshots(Connection connection, Runs which, int before, Graphs graphs)
            throws SQLException {
        try {
            return SnapshotReader.newest(connection, which.condition, which.which, before, graphs);
        } catch (SQLException failed) {
            if (SqlVerdict.of(failed) == SqlVerdict.PASSING) {
                throw failed;
            }
            LOG.warn("snapshots cannot be read, and are passed over: {}", PostgresTrouble.say(failed));
            connection.rollback();
            return Map.of();
        }
    }

    /** What cannot be read from a snapshot on is read from the beginning: the journal alone is what counts. */
    private StoredRun run(Connection connection, JournalFold journal, Runs which, Graphs graphs) throws SQLException {
        StoredRun run = journal.run();
        if (run instanceof Unreadable && journal.isFromSnapshot()) {
            Runs alone = new Runs(ONE, one(run.key().id()).which, which.version);
            for (JournalFold whole : journals(connection, alone, Map.of(), graphs)) {
                return whole.run();
            }
        }
        if (run instanceof Readable(RunKey key, Run read, var _) && journal.rows() >= SnapshotPace.LEAST_ROWS) {
            snapshots.offer(key, read, new SnapshotPace(), journal.bytes());
        }
        return run;
    }

    private static Collection<JournalFold> journals(
            Connection connection, Runs which, Map<Long, Run> known, Graphs graphs) throws SQLException {
        Map<RunKey, JournalFold> journals = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(which.sql(known))) {
            statement.setFetchSize(FETCH_ROWS);
            which.bind(statement, known);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String graph = rows.getString("graph");
                    int version = rows.getInt("graph_version");
                    int statusSeq = rows.getInt("status_seq");
                    JournalFold journal = journals.computeIfAbsent(
                            key(rows),
                            key -> new JournalFold(key, graph, version, statusSeq, graphs, known.get(key.number())));
                    String data = rows.getString("data");
                    if (data != null) {
                        journal.add(JournalColumns.read(rows), data);
                    }
                }
            }
        }
        return journals.values();
    }

    private static RunKey key(ResultSet rows) throws SQLException {
        return new RunKey(
                rows.getLong("id"), rows.getString("run_id"), rows.getInt("shard"), rows.getString("traceparent"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
