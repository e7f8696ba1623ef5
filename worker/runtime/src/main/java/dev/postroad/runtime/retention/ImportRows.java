package dev.postroad.runtime.retention;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Stores the lines of an archive, in the transaction of one connection. Confined to one thread. */
final class ImportRows {
    private static final String UNIQUE_VIOLATION = "23505";

    /** Data that Postgres cannot make of it what it should be: the line is not as it was written. */
    private static final String DATA_EXCEPTION = "22";

    private static final String GOING = "SELECT EXISTS (SELECT FROM postroad.rows_to_prune WHERE run_id = ?)";

    /** It stays on its shard where there is one of that number, and is spread over those that there are else. */
    private static final String RUN = """
            INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, tags, error, traceparent,
                                       queued_at, started_at, ended_at, rank, limited, status_seq, migrations,
                                       tokens, cost)
            SELECT x."runId", coalesce(
                       (SELECT s.shard FROM postroad.shards s WHERE s.shard = x.shard),
                       (SELECT s.shard FROM postroad.shards s
                        ORDER BY s.shard OFFSET abs(hashtext(x."runId")::bigint) % greatest(
                            (SELECT count(*) FROM postroad.shards), 1) LIMIT 1), 0),
                   x.graph, x."graphVersion", x.status, x.priority, x.input, x.tags, x.error, x.traceparent,
                   x."queuedAt", x."startedAt", x."endedAt", x.rank, x.limited, x."statusSeq", x.migrations,
                   x.tokens, x.cost
            FROM json_to_record(?::json) AS x (
                "runId" text, shard int, graph text, "graphVersion" int, status text, priority smallint, input json,
                tags json, error json, traceparent text, "queuedAt" timestamptz, "startedAt" timestamptz,
                "endedAt" timestamptz, rank timestamptz, limited boolean, "statusSeq" int, migrations int[],
                tokens bigint, cost numeric)
            RETURNING id""";

    private static final List<String> NOTES = List.of(
            "INSERT INTO postroad.imported_runs (run) VALUES (?)",
            "DELETE FROM postroad.pruned_runs WHERE run_id = (SELECT run_id FROM postroad.runs WHERE id = ?)");

    /** Nobody is to start runs of a graph that is here for an old one alone. */
    private static final String REMOVED = """
            INSERT INTO postroad.graph_removals (name, removed_at)
            SELECT ?, now() WHERE NOT EXISTS (SELECT FROM postroad.graphs WHERE name = ?) ON CONFLICT (name) DO NOTHING""";

    private static final String GRAPH = """
            INSERT INTO postroad.graphs (name, version, definition, published_at, inside)
            SELECT x.graph, x.version, x.definition, x."publishedAt", x.inside
            FROM json_to_record(?::json) AS x (
                graph text, version int, definition json, "publishedAt" timestamptz, inside json)
            ON CONFLICT (name, version) DO NOTHING""";
    private static final String SAME_GRAPH = """
            SELECT g.definition::jsonb = x.definition::jsonb
                   AND coalesce(g.inside::jsonb, '{}') = coalesce(x.inside::jsonb, '{}')
            FROM json_to_record(?::json) AS x (graph text, version int, definition json, inside json)
            JOIN postroad.graphs g ON g.name = x.graph AND g.version = x.version""";
    private static final String EVENTS = """
            INSERT INTO postroad.journal (run, seq, type, node, task, attempt, superstep, version, at, duration, progress,
                                          data)
            SELECT ?, x.seq, x.type, x.node, x.task, x.attempt, x.superstep, x.version, x.at,
                   x."durationMs" * interval '1 millisecond', x.progress, x.data
            FROM unnest(?::text[]) AS l (line)
            CROSS JOIN LATERAL json_to_record(l.line::json) AS x (
                seq int, type text, node text, task text, attempt int, superstep int, version int, at timestamptz,
                "durationMs" bigint, progress real, data json)""";
    private static final String LOGS = """
            INSERT INTO postroad.agent_logs (at, level, run_id, graph, node, task, attempt, agent, worker, message, fields)
            SELECT x.at, x.level, r.run_id, x.graph, x.node, x.task, x.attempt, x.agent, x.worker, x.message, x.fields
            FROM postroad.runs r, unnest(?::text[]) WITH ORDINALITY AS l (line, place)
            CROSS JOIN LATERAL json_to_record(l.line::json) AS x (
                at timestamptz, level text, graph text, node text, task text, attempt int, agent text, worker text,
                message text, fields json)
            WHERE r.id = ? ORDER BY l.place""";

    private final Connection connection;
    private long number;

    ImportRows(Connection connection) {
        this.connection = connection;
    }

    void insertRun(String runId, String line) throws SQLException, ImportException {
        try (PreparedStatement going = connection.prepareStatement(GOING)) {
            going.setString(1, runId);
            if (truth(going)) {
                throw new ImportException(
                        "run " + runId + " is being pruned at this very time; import it a little later");
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(RUN)) {
            insert.setString(1, line);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                number = row.getLong(1);
            }
        } catch (SQLException failed) {
            if (UNIQUE_VIOLATION.equals(failed.getSQLState())) {
                throw new ImportException("there is a run " + runId
                        + " already, and it is left as it is; prune it before, or go on with what there is");
            }
            throw damagedIfData(failed, 1);
        }
        for (String sql : NOTES) {
            try (PreparedStatement note = connection.prepareStatement(sql)) {
                note.setLong(1, number);
                note.executeUpdate();
            }
        }
    }

    /** False where the version of that name is another one here. */
    boolean insertGraph(String name, String line, long number) throws SQLException, ImportException {
        try (PreparedStatement removed = connection.prepareStatement(REMOVED);
                PreparedStatement insert = connection.prepareStatement(GRAPH);
                PreparedStatement same = connection.prepareStatement(SAME_GRAPH)) {
            removed.setString(1, name);
            removed.setString(2, name);
            removed.executeUpdate();
            insert.setString(1, line);
            insert.executeUpdate();
            same.setString(1, line);
            return truth(same);
        } catch (SQLException failed) {
            throw damagedIfData(failed, number);
        }
    }

    /** @param before the number of the line that was read last */
    void insert(List<String> lines, boolean ofJournal, long before) throws SQLException, ImportException {
        try (PreparedStatement insert = connection.prepareStatement(ofJournal ? EVENTS : LOGS)) {
            int place = 1;
            if (ofJournal) {
                insert.setLong(place++, number);
            }
            insert.setArray(place++, connection.createArrayOf("text", lines.toArray()));
            if (!ofJournal) {
                insert.setLong(place, number);
            }
            insert.executeUpdate();
        } catch (SQLException failed) {
            throw damagedIfData(failed, before);
        }
    }

    private static SQLException damagedIfData(SQLException failed, long line) throws ImportException {
        String state = String.valueOf(failed.getSQLState());
        if (state.startsWith(DATA_EXCEPTION) || state.startsWith("23")) {
            throw ImportException.damaged(
                    line,
                    "or one shortly before it does not fit ("
                            + String.valueOf(failed.getMessage()).strip() + ")");
        }
        return failed;
    }

    private static boolean truth(PreparedStatement question) throws SQLException {
        try (ResultSet row = question.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }
}
