package dev.postroad.runtime.journal;

/**
 * The one statement that commits a batch. It is autocommitted, so a worker that is paused half-way holds nothing.
 *
 * <p>The lock on the shards' rows orders it against a new owner, which raises the epoch first and reads after: either
 * this batch is committed before the epoch is raised, and the new owner reads it, or it finds the epoch raised, and
 * writes nothing. The parts for new runs and changed statuses are left out where a batch has none, and so
 * are the columns of what people are asked: a batch of runs that ask nobody pays nothing for them.
 *
 * <p>There are two forms of it. What is sent for the first time finds none of its rows, so it looks for none: to leave rows
 * alone that are there, Postgres looks each of them up before, and logs each twice, a fifth of all it does. The other form is for what
 * is sent again, or has met a row of its own.
 *
 * <p>Within an epoch a batch may be executed twice, and the first time after the second: its connection was given up, it
 * was sent again, later batches followed, and only then does Postgres come to what was sent first. So nothing in it goes
 * back: rows and runs that are there are left alone, or make all of it fail, and a status changes only to that of a later row than it had. (That
 * costs nothing. To make the change depend on the rows that were inserted, they would all have to be returned and hashed:
 * a tenth more of Postgres's time, measured.)
 */
final class JournalStatement {
    private static final String CLAIM = """
        WITH owned AS MATERIALIZED (
            SELECT s.shard
            FROM postroad.shards s
            JOIN unnest(?::int[], ?::bigint[]) AS claimed (shard, epoch)
              ON s.shard = claimed.shard AND s.epoch = claimed.epoch
            FOR SHARE OF s
        )\
        """;
    private static final String ADMIT_FORM = """
        , admitted AS (
            INSERT INTO postroad.runs (id, run_id, shard, graph, version, status, priority, input, tags, error,
                                       traceparent, queued_at, started_at, ended_at, wake_at, rank,
                                       limited, fair_key, limit_keys, line, retention, fair_weight, ranks_at%s)
            SELECT n.id, n.run_id, n.shard, n.graph, n.version, n.status, n.priority, n.input, n.tags, n.error,
                   n.traceparent, n.queued_at, n.started_at, n.ended_at, n.wake_at, n.rank, n.limited,
                   n.fair_key, n.limit_keys, n.line, n.retention::interval, n.fair_weight, n.ranks_at%s
            FROM unnest(?::postroad.ranked_run[]) AS n%s
            WHERE n.shard IN (SELECT shard FROM owned)
              AND NOT EXISTS (SELECT FROM postroad.pruned_runs p WHERE p.run_id = n.run_id)
            ON CONFLICT (run_id) DO NOTHING
            RETURNING id, run_id
        )\
        """;
    private static final String CHANGE_FORM = """
        , changed AS (
            UPDATE postroad.runs r
            SET status = c.status, error = c.error, started_at = c.started_at, ended_at = c.ended_at,
                wake_at = c.wake_at, waits_for = string_to_array(c.waits_for, ','),
                turn_at = CASE WHEN c.status = 'queued' THEN NULL ELSE r.turn_at END, status_seq = c.seq,
                ranks_at = CASE WHEN c.status = 'queued' AND r.fair_key IS NOT NULL THEN greatest(now(), c.wake_at) END%s
            FROM unnest(?::postroad.changed_run[]) AS c%s
            WHERE r.id = c.id AND r.status_seq < c.seq AND c.shard IN (SELECT shard FROM owned)
        )\
        """;
    private static final String ADMIT = ADMIT_FORM.formatted("", "", "");
    private static final String ASKED = ", questions, asked_at, due_at, assignees, questions_seq";
    private static final String ASKS = ", n.questions, n.asked_at, n.due_at, n.assignees, 0";
    private static final String ADMIT_ASKING = ADMIT_FORM.formatted(ASKED, ASKS, "");
    private static final Change CHANGE = Change.of("", "");
    private static final String CHANGE_QUESTIONS =
            ", questions = c.questions, asked_at = c.asked_at, due_at = c.due_at,"
                    + " assignees = c.assignees, questions_seq = c.seq";
    private static final Change CHANGE_ASKING = Change.of(CHANGE_QUESTIONS, "");

    /** Of a batch with runs that go by another version of their graph from now on, which are few. */
    private static final String MIGRATED = " LEFT JOIN unnest(?::bigint[], ?::int[], ?::text[], ?::boolean[],"
            + " ?::json[], ?::bigint[]) AS m (id, version, migrations, limited, limit_keys, line) ON m.id = %s.id";

    private static final String ADMIT_MIGRATED =
            ADMIT_FORM.formatted(ASKED + ", migrations", ASKS + ", m.migrations::int[]", MIGRATED.formatted("n"));
    private static final Change CHANGE_MIGRATED = Change.of(
            CHANGE_QUESTIONS + ", version = coalesce(m.version, r.version),"
                    + " migrations = coalesce(m.migrations::int[], r.migrations), limited = coalesce(m.limited, r.limited),"
                    + " limit_keys = CASE WHEN m.id IS NULL THEN r.limit_keys ELSE m.limit_keys END,"
                    + " line = CASE WHEN m.id IS NULL THEN r.line ELSE m.line END",
            MIGRATED.formatted("c"));
    private static final String WRITE =
            """
        , written AS (
            INSERT INTO postroad.journal (%s)
            SELECT %s
            FROM unnest(?::%s[]) AS j
            WHERE j.shard IN (SELECT shard FROM owned)\
        """.formatted(JournalColumns.kept(""), JournalColumns.kept("j."), JournalColumns.TYPE);
    private static final String LEAVING_WHAT_IS_THERE = " ON CONFLICT (run, seq) DO NOTHING";
    private static final String SPEND_FORM = """
        ), spent AS (
            INSERT INTO postroad.budgets AS b (graph, key, slot, tokens, cost)
            SELECT s.graph, s.key, s.slot, sum(s.tokens), sum(s.cost::numeric)
            FROM unnest(?::postroad.spent_row[]) AS s
            WHERE s.shard IN (SELECT shard FROM owned)%s
            GROUP BY s.graph, s.key, s.slot ORDER BY s.graph, s.key, s.slot
            ON CONFLICT (graph, key, slot) DO UPDATE SET tokens = b.tokens + EXCLUDED.tokens, cost = b.cost + EXCLUDED.cost\
        """;
    private static final String SPEND = SPEND_FORM.formatted("");
    private static final String SPEND_OF_NEW_ROWS =
            " RETURNING run, seq" + SPEND_FORM.formatted(" AND (s.run, s.seq) IN (SELECT run, seq FROM written)");
    private static final String WRITTEN = ") SELECT (SELECT array_agg(shard) FROM owned) AS owned,";
    private static final String NONE_ADMITTED = " NULL::bigint[] AS admitted, NULL::json AS pending";
    private static final String ONLY_ADMITTED = " AND (NOT j.fresh OR j.run IN (SELECT id FROM admitted))";
    private static final String ADMITTED = """
         (SELECT array_agg(id) FROM admitted) AS admitted,
        (SELECT json_agg(json_build_object('runId', p.run_id, 'commandId', p.command_id, 'command', p.command::text)
                         ORDER BY p.number)
         FROM postroad.pending_commands p JOIN admitted USING (run_id)) AS pending\
        """;

    private JournalStatement() {}

    /** A change of runs, where none of them spent anything, and where some did. */
    private record Change(String free, String spending) {
        private static final String SPENT =
                ", tokens = coalesce(u.tokens, r.tokens), cost = coalesce(u.cost::numeric, r.cost)";
        private static final String JOINED =
                " LEFT JOIN unnest(?::bigint[], ?::bigint[], ?::text[]) AS u (id, tokens, cost) ON u.id = c.id";

        static Change of(String set, String joined) {
            return new Change(CHANGE_FORM.formatted(set, joined), CHANGE_FORM.formatted(set + SPENT, joined + JOINED));
        }
    }

    /** Fails with a unique violation, and writes nothing, where a row is there. */
    static String first(BatchRecords batch) {
        return sql(batch, "");
    }

    /** Leaves rows alone that are there. */
    static String again(BatchRecords batch) {
        return sql(batch, LEAVING_WHAT_IS_THERE);
    }

    private static String sql(BatchRecords batch, String whereRowsAreThere) {
        boolean admits = batch.admits();
        return CLAIM
                + (admits ? admit(batch) : "")
                + (batch.changesStatus() ? change(batch) : "")
                + WRITE
                + (admits ? ONLY_ADMITTED : "")
                + whereRowsAreThere
                + spend(batch, whereRowsAreThere)
                + WRITTEN
                + (admits ? ADMITTED : NONE_ADMITTED);
    }

    /** What is there was spent when it was written; a first sending fails as a whole where some of it is there. */
    private static String spend(BatchRecords batch, String whereRowsAreThere) {
        if (!batch.spends()) {
            return "";
        }
        return whereRowsAreThere.isEmpty() ? SPEND : SPEND_OF_NEW_ROWS;
    }

    private static String admit(BatchRecords batch) {
        if (batch.migrates()) {
            return ADMIT_MIGRATED;
        }
        return batch.admitsQuestions() ? ADMIT_ASKING : ADMIT;
    }

    private static String change(BatchRecords batch) {
        Change change = batch.migrates() ? CHANGE_MIGRATED : batch.changesQuestions() ? CHANGE_ASKING : CHANGE;
        return batch.hasCosts() ? change.spending() : change.free();
    }
}
