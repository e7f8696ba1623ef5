package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.database.PostgresTrouble;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * there already are left alone, and run numbers are reserved, so a run found under its number is this batch's own. Where the
 * rows that are there are others, nothing of their run is written, and whoever decided is told. A
 * batch that Postgres refuses for what is in it is taken apart until the run to blame stands alone, and that is put
 * aside. One that merely fails is sent again a few times before, and is taken apart, and put aside at last, only where
 * Postgres takes the rows of others: any error may be that of one row, as a policy, a trigger or a lock of somebody's own
 * makes it. While it takes nobody's, all wait. Confined to one thread, but for {@link #trouble}
 * and {@link #failures}.
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

    /** How often a batch that may be at fault is sent before it is looked for what in it is to blame. */
    private static final int DOUBTS = 3;

    private static final int DOUBTS_ALONE = 2;

    private static final Long NOBODYS_EPOCH = -1L;
    private static final String UNIQUE_VIOLATION = "23505";

    /** The name of the sequence is looked up once, and not for each number. */
    private static final String RESERVE = """
        SELECT nextval(sequence.name)
        FROM (SELECT pg_get_serial_sequence('postroad.runs', 'id')::regclass AS name OFFSET 0) AS sequence,
             generate_series(1, ?)\
        """;

    private static final String ARRIVED = "SELECT id FROM postroad.runs WHERE id = ANY (?)";
    private static final String PENDING_OF_ARRIVED = """
        SELECT json_agg(json_build_object('runId', p.run_id, 'commandId', p.command_id, 'command', p.command::text)
                        ORDER BY p.number)
        FROM postroad.pending_commands p JOIN postroad.runs r USING (run_id) WHERE r.id = ANY (?)\
        """;
    private static final String REMEMBER_PUBLISHED = """
        UPDATE postroad.shards s SET published_at = greatest(s.published_at, p.at)
        FROM unnest(?::int[], ?::bigint[], ?::timestamptz[]) AS p (shard, epoch, at)
        WHERE s.shard = p.shard AND s.epoch = p.epoch\
        """;

    private final JournalConnection connection;
    private final RunTroubles troubles;
    private final BatchRecords records = new BatchRecords();
    private final OvertakenRuns overtaken = new OvertakenRuns();
    private long[] reserved = new long[0];
    private int reservedUsed;

    /**
     * @param database hands out a connection for this writer alone, with a limit on the time of its statements: a timer
     *     for each would cost more than the limit is worth
     * @param givingUp whether to stop trying while the database is away
     * @param troubles told of runs that are put aside
     */
    public JournalWriter(DataSource database, BooleanSupplier givingUp, RunTroubles troubles) {
        this(database, givingUp, troubles, JournalConnection.Pauses.USUAL);
    }

    JournalWriter(
            DataSource database, BooleanSupplier givingUp, RunTroubles troubles, JournalConnection.Pauses pauses) {
        this.connection = new JournalConnection(database, givingUp, pauses);
        this.troubles = troubles;
    }

    /** What keeps it from writing, for operators; null where nothing does. Thread-safe. */
    public @Nullable String trouble() {
        return connection.trouble();
    }

    /** How many statements failed, as Postgres was away or refused them; they are sent again. Thread-safe. */
    public long failures() {
        return connection.failures();
    }

    /**
     * A number for a new run.
     *
     * @throws JournalUnavailableException where the writer gave up
     */
    public long nextRunNumber() {
        if (reservedUsed == reserved.length) {
            reserved = connection.untilDone(this::reserve);
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
        return commit(entries, epochs, false, DOUBTS);
    }

    /**
     * Notes up to what time the events of shards are published.
     *
     * @throws JournalUnavailableException where the writer gave up
     */
    public void rememberPublished(Map<Integer, Instant> times, Map<Integer, Long> epochs) {
        connection.untilDone(() -> {
            ArrayColumn shards = ArrayColumn.ofInts();
            ArrayColumn owned = ArrayColumn.ofLongs();
            ArrayColumn at = ArrayColumn.ofTimes();
            times.forEach((shard, time) -> {
                shards.add(shard.intValue());
                owned.add(epochs.getOrDefault(shard, NOBODYS_EPOCH).longValue());
                at.add(time);
            });
            try (PreparedStatement statement = connection.prepare(REMEMBER_PUBLISHED)) {
                BaseConnection base = connection.base();
                statement.setArray(1, shards.toArray(base));
                statement.setArray(2, owned.toArray(base));
                statement.setArray(3, at.toArray(base));
                return statement.executeUpdate();
            }
        });
    }

    private CommitResult commit(List<JournalEntry> entries, Map<Integer, Long> epochs, boolean sentBefore, int doubts) {
        Map<Integer, Long> touched = new TreeMap<>();
        entries.forEach(entry ->
                touched.put(entry.key().shard(), epochs.getOrDefault(entry.key().shard(), NOBODYS_EPOCH)));
        boolean[] again = {sentBefore};
        while (true) {
            try {
                return connection.untilJudged(doubts, () -> {
                    boolean resent = again[0];
                    again[0] = true;
                    return commitOnce(entries, touched, resent);
                });
            } catch (RefusedException refused) {
                if (refused.isCertain() || takesRowsOfOthers(entries, touched)) {
                    return BatchParts.isOfOneRun(entries) ? putAside(entries, refused) : commitInParts(entries, epochs);
                }
            }
        }
    }

    /** Where the same statement under an epoch that nobody has fails too, it is the site that does not fit. */
    private boolean takesRowsOfOthers(List<JournalEntry> entries, Map<Integer, Long> touched) {
        Map<Integer, Long> nobodys = new TreeMap<>(touched);
        nobodys.replaceAll((shard, epoch) -> NOBODYS_EPOCH);
        return connection.takesRows(() -> commitOnce(entries, nobodys, true));
    }

    /** The first sending may have been carried out without anybody's hearing of it, so that each is sent again. */
    private CommitResult commitInParts(List<JournalEntry> entries, Map<Integer, Long> epochs) {
        BatchParts parts = BatchParts.of(entries);
        return parts.join(parts.all().stream()
                .map(part -> commit(part, epochs, true, BatchParts.isOfOneRun(part) ? DOUBTS_ALONE : 1))
                .toList());
    }

    private CommitResult putAside(List<JournalEntry> entries, RefusedException refused) {
        String runId = entries.getFirst().key().id();
        String why = (refused.isCertain() ? "Postgres refuses" : "Postgres fails at nothing but")
                + " the rows of this run, which is put aside: " + PostgresTrouble.say(refused);
        LOG.error("run {}: {}", runId, why);
        troubles.tell(runId, why);
        return new CommitResult(
                BatchParts.shards(entries),
                Set.of(),
                Set.of(entries.getFirst().key().number()),
                Set.of(),
                Map.of());
    }

    private CommitResult commitOnce(List<JournalEntry> entries, Map<Integer, Long> epochs, boolean resent)
            throws SQLException {
        records.fill(entries, epochs);
        if (!resent) {
            try {
                return send(JournalStatement.first(records), entries, false);
            } catch (SQLException failed) {
                if (!UNIQUE_VIOLATION.equals(failed.getSQLState())) {
                    throw failed;
                }
                LOG.warn(
                        "rows of a batch are there already, and are left as they are: {}", PostgresTrouble.say(failed));
            }
        }
        return sendAgain(entries, epochs);
    }

    /** Of what is there already, this batch's own rows are as they should be; a run that has others is left out of it. */
    private CommitResult sendAgain(List<JournalEntry> entries, Map<Integer, Long> epochs) throws SQLException {
        Set<Long> outdated = overtaken.among(entries, connection);
        List<JournalEntry> others = entries.stream()
                .filter(entry -> !outdated.contains(entry.key().number()))
                .toList();
        if (!outdated.isEmpty()) {
            records.fill(others, epochs);
        }
        CommitResult result = send(JournalStatement.again(records), others, true);
        return new CommitResult(
                result.ownedShards(), result.admittedRuns(), Set.of(), outdated, result.pendingCommands());
    }

    private CommitResult send(String sql, List<JournalEntry> entries, boolean again) throws SQLException {
        try (PreparedStatement statement = connection.prepare(sql)) {
            records.bind(statement, connection.base());
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                Set<Integer> owned = ints(answer.getArray(1));
                if (again && records.admits()) {
                    // The runs may have been admitted by the first sending, which nobody heard of.
                    return new CommitResult(owned, arrived(entries), Set.of(), Set.of(), pendingOfArrived(entries));
                }
                return new CommitResult(
                        owned, longs(answer.getArray(2)), Set.of(), Set.of(), pending(answer.getString(3)));
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
        try (PreparedStatement statement = connection.prepare(PENDING_OF_ARRIVED)) {
            statement.setArray(1, connection.base().createArrayOf("int8", freshRuns(entries)));
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return pending(answer.getString(1));
            }
        }
    }

    private Set<Long> arrived(List<JournalEntry> entries) throws SQLException {
        try (PreparedStatement statement = connection.prepare(ARRIVED)) {
            statement.setArray(1, connection.base().createArrayOf("int8", freshRuns(entries)));
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
        try (PreparedStatement statement = connection.prepare(RESERVE)) {
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

    @Override
    public void close() {
        connection.close();
    }
}
