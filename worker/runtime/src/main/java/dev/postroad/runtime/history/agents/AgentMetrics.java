package dev.postroad.runtime.history.agents;

import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** How agents fare, over all workers, a few seconds late. Counts whole minutes. Thread-safe. */
public final class AgentMetrics {
    /** What is told unless somebody says since when. */
    public static final Duration USUAL_SPAN = Duration.ofHours(1);

    /** So many rows are in memory at once. */
    private static final int FETCHED_AT_ONCE = 1_000;

    private static final String HEALTH = """
            SELECT statement_timestamp() AS at, a.name, a.enabled, a.breaker, a.last_error, a.last_error_at
            FROM (SELECT 1) always
            LEFT JOIN postroad.agents a ON a.name = :agent""";
    private static final String ROWS =
            "SELECT agent, minute, graph, calls, failures, tokens_in, tokens_out, millis, histogram"
                    + " FROM postroad.agent_metrics WHERE minute >= :since ";
    private static final String OF_ONE = ROWS + "AND agent = :agent ORDER BY minute";
    private static final String OF_ALL = ROWS + "ORDER BY agent, minute";

    private final Jdbi postgres;

    public AgentMetrics(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * How an agent fared.
     *
     * @param since null for the last hour
     * @return empty where there is no such agent, and none was called in that time
     */
    public Optional<AgentStats> find(String agent, @Nullable Instant since) {
        return postgres.inTransaction(handle -> {
            Now now = now(handle, agent);
            Instant from = minuteOf(since == null ? now.at().minus(USUAL_SPAN) : since);
            StatsFold fold = new StatsFold();
            read(handle.createQuery(OF_ONE).bind("agent", agent), from, fold::add);
            AgentStats stats = fold.stats(agent, from, now.at(), now.health());
            return now.health() == null && stats.total().calls() == 0 ? Optional.empty() : Optional.of(stats);
        });
    }

    /** How the agents fared that were called in the last hour, by name. Without their health. */
    public Map<String, AgentStats> lately() {
        return postgres.inTransaction(handle -> {
            Instant at = now(handle, "").at();
            Instant since = minuteOf(at.minus(USUAL_SPAN));
            Map<String, StatsFold> folds = new LinkedHashMap<>();
            read(
                    handle.createQuery(OF_ALL),
                    since,
                    row -> folds.computeIfAbsent(row.getString("agent"), agent -> new StatsFold())
                            .add(row));
            Map<String, AgentStats> all = new LinkedHashMap<>();
            folds.forEach((agent, fold) -> all.put(agent, fold.stats(agent, since, at, null)));
            return all;
        });
    }

    private static Instant minuteOf(Instant time) {
        return time.truncatedTo(ChronoUnit.MINUTES);
    }

    private record Now(Instant at, @Nullable AgentHealth health) {}

    private static Now now(Handle handle, String agent) {
        return handle.createQuery(HEALTH)
                .bind("agent", agent)
                .map((row, context) -> new Now(Rows.requiredTime(row, "at"), health(row)))
                .one();
    }

    private static @Nullable AgentHealth health(ResultSet row) throws SQLException {
        return row.getString("name") == null
                ? null
                : new AgentHealth(
                        row.getBoolean("enabled"),
                        Objects.requireNonNull(row.getString("breaker")),
                        Rows.json(row, "last_error"),
                        Rows.time(row, "last_error_at"));
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private static void read(Query query, Instant since, RowReader reader) {
        query.bind("since", since.atOffset(ZoneOffset.UTC))
                .setFetchSize(FETCHED_AT_ONCE)
                .execute((statement, context) -> {
                    try (ResultSet rows = statement.get().getResultSet()) {
                        while (rows.next()) {
                            reader.read(rows);
                        }
                    }
                    return true;
                });
    }
}
