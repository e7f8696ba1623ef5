package dev.postroad.runtime.history.agents;

import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** What happened to agents. Thread-safe. */
public final class AgentEventLog {
    private static final String EVENTS =
            "SELECT id, agent, type, at, worker, data FROM postroad.agent_events WHERE agent IS NOT NULL";

    private final Jdbi postgres;

    public AgentEventLog(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * The events behind an id, the oldest first.
     *
     * @param agent null for those of all agents
     */
    public List<AgentEvent> after(@Nullable String agent, long id, int limit) {
        return query(agent, EVENTS + " AND id > :id", " ORDER BY id LIMIT :limit", id, limit);
    }

    /**
     * The last events, the oldest of them first.
     *
     * @param agent null for those of all agents
     */
    public List<AgentEvent> last(@Nullable String agent, int limit) {
        return before(agent, Long.MAX_VALUE, limit).reversed();
    }

    /**
     * The events before an id, the newest first.
     *
     * @param agent null for those of all agents
     */
    public List<AgentEvent> before(@Nullable String agent, long id, int limit) {
        return query(agent, EVENTS + " AND id < :id", " ORDER BY id DESC LIMIT :limit", id, limit);
    }

    private List<AgentEvent> query(@Nullable String agent, String events, String order, long id, int limit) {
        return postgres.withHandle(handle -> {
            Query query = handle.createQuery(events + (agent == null ? "" : " AND agent = :agent") + order)
                    .bind("id", id)
                    .bind("limit", limit);
            if (agent != null) {
                query.bind("agent", agent);
            }
            return query.map((row, context) -> event(row)).list();
        });
    }

    private static AgentEvent event(ResultSet row) throws SQLException {
        return new AgentEvent(
                row.getLong("id"),
                row.getString("agent"),
                row.getString("type"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("worker"),
                Rows.object(row, "data"));
    }
}
