package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.rows.Search;
import dev.postroad.runtime.journal.JournalColumns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads journals, a bounded part at a time: so many rows, and no more once their data is so large. Thread-safe. */
final class Journals {
    private static final int ROWS_AT_ONCE = 1_000;
    private static final int BYTES_AT_ONCE = 8 << 20;
    private static final String DATA = "data";
    /** Of what an event carries, all that says when attempts were under way. */
    private static final String MODE = "CASE type WHEN 'run.continued' THEN json_build_object('mode', data -> 'mode')"
            + " WHEN 'node.waiting' THEN json_strip_nulls(json_build_object('until', data -> 'until',"
            + " 'agent', data -> 'agent')) ELSE '{}' END";

    private static final String ANSWERS =
            "SELECT r.run_id, r.graph, " + JournalColumns.GRAPH_VERSION + ", " + JournalColumns.selected("j") + """
            , j.data
            FROM unnest(:runIds, :commandIds) AS asked (run_id, command_id)
            JOIN postroad.runs r ON r.run_id = asked.run_id
            JOIN postroad.journal j ON j.run = r.id
            WHERE (j.task IS NULL OR j.type = 'node.reassigned') AND j.data ->> 'commandId' = asked.command_id
            """;

    private static final RowMapper<RunEvent> AS_EVENT = (row, context) -> EventRows.event(row);

    private final Jdbi postgres;

    Journals(Jdbi postgres) {
        this.postgres = postgres;
    }

    List<RunEvent> page(String runId, EventFilter filter, int afterSeq, int limit) {
        return page(DATA, runId, filter, afterSeq, limit);
    }

    /** The last of the events before one, the newest first. */
    List<RunEvent> before(String runId, EventFilter filter, int beforeSeq, int limit) {
        return page(DATA, runId, filter, new Part("seq < :from", "seq DESC"), beforeSeq, limit);
    }

    List<RunEvent> answers(Map<String, String> commandIds) {
        List<String> runIds = List.copyOf(commandIds.keySet());
        return postgres.withHandle(handle -> handle.createQuery(ANSWERS)
                .bind("runIds", texts(runIds))
                .bind("commandIds", texts(runIds.stream().map(commandIds::get).toList()))
                .map(AS_EVENT)
                .list());
    }

    private static Argument texts(List<String> texts) {
        return (position, statement, context) ->
                statement.setArray(position, context.getConnection().createArrayOf("text", texts.toArray()));
    }

    /** Hands over the events of a run from the first on, until there are no more or one is refused. */
    void read(String runId, Predicate<RunEvent> reader) {
        read(DATA, runId, 1, reader);
    }

    /** As {@link #read(String, Predicate)}, from an event on. */
    void read(String runId, int fromSeq, Predicate<RunEvent> reader) {
        read(DATA, runId, fromSeq, reader);
    }

    /** As {@link #read(String, Predicate)}, with no more of the events' data than a timeline is made of. */
    void readTimes(String runId, Predicate<RunEvent> reader) {
        read(MODE, runId, 1, reader);
    }

    List<RunEvent> from(String runId, int fromSeq) {
        List<RunEvent> events = new ArrayList<>();
        read(DATA, runId, fromSeq, events::add);
        return events;
    }

    private void read(String data, String runId, int fromSeq, Predicate<RunEvent> reader) {
        int after = fromSeq - 1;
        List<RunEvent> page;
        do {
            page = page(data, runId, EventFilter.ALL, after, ROWS_AT_ONCE);
            for (RunEvent event : page) {
                if (!reader.test(event)) {
                    return;
                }
                after = event.seq();
            }
        } while (!page.isEmpty());
    }

    /** The run's number is looked up first, so that the journal's key gives the rows in their order. */
    private List<RunEvent> page(String data, String runId, EventFilter filter, int afterSeq, int limit) {
        return page(data, runId, filter, new Part("seq > :from", "seq"), afterSeq, limit);
    }

    /** A part of a journal, and the order in which it is read. */
    private record Part(String condition, String order) {}

    private List<RunEvent> page(String data, String runId, EventFilter filter, Part part, int fromSeq, int limit) {
        String rows = "SELECT " + JournalColumns.selected("journal") + ", " + data + " AS data"
                + " FROM postroad.journal"
                + " WHERE run = (SELECT id FROM postroad.runs WHERE run_id = :runId) AND " + part.condition()
                + conditions(filter) + " ORDER BY " + part.order() + " LIMIT " + limit;
        String sql = "SELECT r.run_id, r.graph, " + JournalColumns.GRAPH_VERSION + ", j.* FROM ("
                + "SELECT *, sum(octet_length(data::text)) OVER (ORDER BY " + part.order()
                + ") - octet_length(data::text) AS bytes_before"
                + " FROM (" + rows + ") rows) j, postroad.runs r"
                + " WHERE r.run_id = :runId AND j.bytes_before < " + BYTES_AT_ONCE + " ORDER BY j." + part.order();
        return postgres.withHandle(handle -> {
            Query query = handle.createQuery(sql).bind("runId", runId).bind("from", fromSeq);
            return bound(query, filter).map(AS_EVENT).list();
        });
    }

    private static String conditions(EventFilter filter) {
        return (filter.types().isEmpty() ? "" : " AND type IN (<types>)")
                + (filter.nodes().isEmpty() ? "" : " AND node IN (<nodes>)")
                + (filter.since() == null ? "" : " AND at >= :since")
                + (filter.until() == null ? "" : " AND at < :until");
    }

    private static Query bound(Query query, EventFilter filter) {
        if (!filter.types().isEmpty()) {
            query.bindList(
                    "types", filter.types().stream().map(EventType::publicName).toList());
        }
        if (!filter.nodes().isEmpty()) {
            query.bindList("nodes", List.copyOf(filter.nodes()));
        }
        bind(query, "since", filter.since());
        bind(query, "until", filter.until());
        return query;
    }

    private static void bind(Query query, String name, @Nullable Instant time) {
        if (time != null) {
            query.bind(name, Search.time(time));
        }
    }
}
