package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits batches of entries, each by one statement on a connection of its own.
 *
 * <p>A batch whose outcome is unknown, because the connection broke, is sent again until it is known: rows that are
 * there already are left alone, and run numbers are reserved, so a run found under its number is this batch's own. A
 * batch that Postgres refuses for what is in it is halved until the run to blame stands alone. Confined to one thread,
 * but for {@link #isConnected} and {@link #failures}.
 */
public final class JournalWriter implements AutoCloseable {
    /**
     * Settings that a writer's connections should have. Each statement is planned once: a plan for each batch costs
     * more than the batch. And so that a plan made while the tables were small serves when they are large, it goes by
     * index, whatever the tables' sizes.
     */
    public static final String PLANNING = "-c plan_cache_mode=force_generic_plan"
            + " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final int RESERVED_AT_ONCE = 500;
    private static final long RETRY_MILLIS = 200;
    private static final String RESERVE =
            "SELECT nextval(pg_get_serial_sequence('postroad.runs', 'id')) FROM generate_series(1, ?)";
    private static final String ARRIVED = "SELECT id FROM postroad.runs WHERE id = ANY (?)";
    private static final String PENDING_OF_ARRIVED = """
            SELECT json_agg(json_build_object('runId', p.run_id, 'commandId', p.command_id, 'command', p.command::text)
                            ORDER BY p.received_at)
            FROM postroad.pending_commands p JOIN postroad.runs r USING (run_id) WHERE r.id = ANY (?)""";
    private static final String REMEMBER_PUBLISHED = """
            UPDATE postroad.shards s SET published_at = greatest(s.published_at, p.at)
            FROM unnest(?::int[], ?::bigint[], ?::timestamptz[]) AS p (shard, epoch, at)
            WHERE s.shard = p.shard AND s.epoch = p.epoch""";

    private final DataSource database;
    private final BooleanSupplier givingUp;
    private final RunTroubles troubles;
    private final BatchColumns columns = new BatchColumns();
    private long[] reserved = new long[0];
    private int reservedUsed;
    private @Nullable Connection connection;
    private final LongAdder failures = new LongAdder();
    private volatile boolean connected = true;

    /**
     * @param database hands out a connection for this writer alone, with a limit on the time of its statements: a timer
     *     for each would cost more than the limit is worth
     * @param givingUp whether to stop trying while the database is away
     * @param troubles told of runs that are put aside
     */
    public JournalWriter(DataSource database, BooleanSupplier givingUp, RunTroubles troubles) {
        this.database = database;
        this.givingUp = givingUp;
        this.troubles = troubles;
    }

    /** Whether the last statement reached the database. Thread-safe. */
    public boolean isConnected() {
        return connected;
    }

    /** How many statements failed, as Postgres was away or refused them; they are sent again. Thread-safe. */
    public long failures() {
        return failures.sum();
    }

    /**
     * A number for a new run.
     *
     * @throws JournalUnavailableException where the writer gave up
     */
    public long nextRunNumber() {
        if (reservedUsed == reserved.length) {
            reserved = untilDone(this::reserve);
            reservedUsed = 0;
        }
        return reserved[reservedUsed++];
    }

    /**
     * Commits entries, in their order.
     *
     * @param epochs the epoch under which each shard is owned; the shards of all entries are among them
     * @throws JournalUnavailableException where the writer gave up; the outcome is unknown then
     */
    public CommitResult commit(List<JournalEntry> entries, Map<Integer, Long> epochs) {
        Map<Integer, Long> touched = new TreeMap<>();
        entries.forEach(entry ->
                touched.put(entry.key().shard(), epochs.getOrDefault(entry.key().shard(), -1L)));
        boolean[] again = {false};
        try {
            return untilDone(() -> {
                boolean resent = again[0];
                again[0] = true;
                return commitOnce(entries, touched, resent);
            });
        } catch (RefusedException refused) {
            return halved(entries, epochs, refused);
        }
    }

    /**
     * Notes up to what time the events of shards are published.
     *
     * @throws JournalUnavailableException where the writer gave up
     */
    public void rememberPublished(Map<Integer, Instant> times, Map<Integer, Long> epochs) {
        untilDone(() -> {
            ArrayColumn shards = ArrayColumn.ofInts();
            ArrayColumn owned = ArrayColumn.ofLongs();
            ArrayColumn at = ArrayColumn.ofTimes();
            times.forEach((shard, time) -> {
                shards.add(shard.intValue());
                owned.add(epochs.getOrDefault(shard, -1L).longValue());
                at.add(time);
            });
            try (PreparedStatement statement = prepare(REMEMBER_PUBLISHED)) {
                BaseConnection base = base();
                statement.setArray(1, shards.toArray(base));
                statement.setArray(2, owned.toArray(base));
                statement.setArray(3, at.toArray(base));
                return statement.executeUpdate();
            }
        });
    }

    private CommitResult halved(List<JournalEntry> entries, Map<Integer, Long> epochs, RefusedException refused) {
        Set<Long> runs = new HashSet<>();
        entries.forEach(entry -> runs.add(entry.key().number()));
        if (runs.size() == 1) {
            String runId = entries.getFirst().key().id();
            LOG.error("Postgres refuses the rows of run {}; the run is put aside", runId, refused);
            troubles.tell(runId, "Postgres refuses the rows of this run, which is put aside: " + refused.getCause());
            return new CommitResult(shards(entries), Set.of(), runs, Map.of());
        }
        Set<Long> firstRuns = Set.copyOf(List.copyOf(runs).subList(0, runs.size() / 2));
        List<JournalEntry> ones = entries.stream()
                .filter(entry -> firstRuns.contains(entry.key().number()))
                .toList();
        List<JournalEntry> others = entries.stream()
                .filter(entry -> !firstRuns.contains(entry.key().number()))
                .toList();
        CommitResult first = commit(ones, epochs);
        CommitResult second = commit(others, epochs);
        // A shard may be lost between the two, and then what was written of it is for the new owner to see to.
        Set<Integer> owned = shards(entries);
        owned.removeIf(shard -> isLost(shard, ones, first) || isLost(shard, others, second));
        return both(owned, first, second);
    }

    private static Set<Integer> shards(List<JournalEntry> entries) {
        Set<Integer> shards = new HashSet<>();
        entries.forEach(entry -> shards.add(entry.key().shard()));
        return shards;
    }

    private static boolean isLost(int shard, List<JournalEntry> entries, CommitResult result) {
        return shards(entries).contains(shard) && !result.ownedShards().contains(shard);
    }

    private static CommitResult both(Set<Integer> owned, CommitResult first, CommitResult second) {
        Set<Long> admitted = new HashSet<>(first.admittedRuns());
        admitted.addAll(second.admittedRuns());
        Set<Long> unwritable = new HashSet<>(first.unwritable());
        unwritable.addAll(second.unwritable());
        Map<String, List<PendingCommand>> pending = new HashMap<>(first.pendingCommands());
        pending.putAll(second.pendingCommands());
        return new CommitResult(owned, admitted, unwritable, pending);
    }

    private CommitResult commitOnce(List<JournalEntry> entries, Map<Integer, Long> epochs, boolean resent)
            throws SQLException {
        columns.fill(entries, epochs);
        try (PreparedStatement statement = prepare(JournalStatement.sql(columns))) {
            columns.bind(statement, base());
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                Set<Integer> owned = ints(answer.getArray(1));
                if (resent && columns.admits()) {
                    // The runs may have been admitted by the first sending, which nobody heard of.
                    return new CommitResult(owned, arrived(entries), Set.of(), pendingOfArrived(entries));
                }
                return new CommitResult(owned, longs(answer.getArray(2)), Set.of(), pending(answer.getString(3)));
            }
        }
    }

    private static Long[] freshRuns(List<JournalEntry> entries) {
        return entries.stream()
                .filter(JournalEntry::fresh)
                .map(entry -> entry.key().number())
                .toArray(Long[]::new);
    }

    private Map<String, List<PendingCommand>> pendingOfArrived(List<JournalEntry> entries) throws SQLException {
        try (PreparedStatement statement = prepare(PENDING_OF_ARRIVED)) {
            statement.setArray(1, base().createArrayOf("int8", freshRuns(entries)));
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return pending(answer.getString(1));
            }
        }
    }

    private Set<Long> arrived(List<JournalEntry> entries) throws SQLException {
        try (PreparedStatement statement = prepare(ARRIVED)) {
            statement.setArray(1, base().createArrayOf("int8", freshRuns(entries)));
            Set<Long> arrived = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    arrived.add(rows.getLong(1));
                }
            }
            return arrived;
        }
    }

    private long[] reserve() throws SQLException {
        try (PreparedStatement statement = prepare(RESERVE)) {
            statement.setInt(1, RESERVED_AT_ONCE);
            long[] numbers = new long[RESERVED_AT_ONCE];
            try (ResultSet rows = statement.executeQuery()) {
                for (int i = 0; i < numbers.length && rows.next(); i++) {
                    numbers[i] = rows.getLong(1);
                }
            }
            return numbers;
        }
    }

    private static Map<String, List<PendingCommand>> pending(@Nullable String json) {
        if (json == null) {
            return Map.of();
        }
        Map<String, List<PendingCommand>> pending = new HashMap<>();
        try {
            for (JsonNode command : Json.read(json)) {
                String runId = command.path("runId").asText();
                pending.computeIfAbsent(runId, id -> new ArrayList<>())
                        .add(new PendingCommand(
                                runId,
                                command.path("commandId").asText(),
                                command.path("command").asText()));
            }
        } catch (FaultsException impossible) {
            throw new IllegalStateException("Postgres gave JSON that cannot be read", impossible);
        }
        return pending;
    }

    private static Set<Integer> ints(@Nullable Array array) throws SQLException {
        return array == null ? Set.of() : new HashSet<>(Arrays.asList((Integer[]) array.getArray()));
    }

    private static Set<Long> longs(@Nullable Array array) throws SQLException {
        return array == null ? Set.of() : new HashSet<>(Arrays.asList((Long[]) array.getArray()));
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        if (connection == null) {
            connection = database.getConnection();
            connection.setAutoCommit(true);
        }
        return connection.prepareStatement(sql);
    }

    private BaseConnection base() throws SQLException {
        return java.util.Objects.requireNonNull(connection).unwrap(BaseConnection.class);
    }

    private <T> T untilDone(Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                T result = work.run();
                connected = true;
                return result;
            } catch (SQLException failed) {
                failures.increment();
                if (isRefusal(failed)) {
                    throw new RefusedException(failed);
                }
                connected = false;
                disconnect();
                if (tries % 50 == 1) {
                    LOG.warn("Postgres cannot be reached; trying again: {}", failed.getMessage());
                }
                pauseOrGiveUp(failed);
            }
        }
    }

    private void pauseOrGiveUp(SQLException failed) {
        boolean interrupted = false;
        try {
            TimeUnit.MILLISECONDS.sleep(Duration.ofMillis(RETRY_MILLIS).toMillis());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            interrupted = true;
        }
        if (interrupted || givingUp.getAsBoolean()) {
            throw new JournalUnavailableException("the journal cannot be reached", failed);
        }
    }

    /** Whether the statement itself is at fault: data (22), constraints (23), limits of the program (54). */
    private static boolean isRefusal(SQLException failed) {
        String state = failed.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    private void disconnect() {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (SQLException alreadyBroken) {
                LOG.debug("closing a broken connection", alreadyBroken);
            }
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(SQLException cause) {
            super(cause);
        }
    }
}
