package dev.postroad.bench;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres writes ahead, by what it is for. A record that changes several blocks is counted at its first: all of them
 * are of one table or of one index.
 */
final class WriteAheadLog {
    /** An entry of a leaf comes by these; where its page was full, with the split. */
    private static final String ENTRIES = "'INSERT_LEAF', 'INSERT_POST', 'SPLIT_L', 'SPLIT_R'";

    private static final String BY_RELATION = """
            WITH tables AS (
                SELECT oid, relname, reltoastrelid FROM pg_class
                WHERE relnamespace = 'postroad'::regnamespace AND relkind = 'r'),
            relations AS (
                SELECT oid, relname AS in_table, NULL::name AS in_index FROM tables
                UNION ALL
                SELECT reltoastrelid, relname, NULL FROM tables WHERE reltoastrelid <> 0
                UNION ALL
                SELECT i.indexrelid, t.relname, c.relname FROM tables t
                JOIN pg_index i ON i.indrelid IN (t.oid, t.reltoastrelid)
                JOIN pg_class c ON c.oid = i.indexrelid)
            SELECT r.in_table, r.in_index, count(*) AS records, sum(w.record_length) AS bytes,
                   sum(w.block_fpi_length) AS image_bytes,
                   count(*) FILTER (WHERE w.resource_manager = 'Btree' AND w.record_type IN (%s)) AS entries
            FROM pg_get_wal_block_info(:from::pg_lsn, :to::pg_lsn, false) w
            JOIN relations r ON pg_relation_filenode(r.oid) = w.relfilenode
            WHERE w.block_id = 0
            GROUP BY 1, 2
            ORDER BY 1, 2 NULLS FIRST""".formatted(ENTRIES);
    private static final String WHOLE = """
            SELECT pg_wal_lsn_diff(:to::pg_lsn, :from::pg_lsn)::bigint AS bytes, sum(count)::bigint AS records,
                   coalesce(sum(count) FILTER (WHERE kind = 'Transaction/COMMIT'), 0)::bigint AS commits
            FROM pg_get_wal_stats(:from::pg_lsn, :to::pg_lsn, true) AS s (kind, count)""";

    private final Jdbi superuser;

    /** @param superuser of the database whose tables count */
    WriteAheadLog(Jdbi superuser) {
        this.superuser = superuser;
        superuser.useHandle(handle -> handle.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect"));
    }

    /**
     * What was written for a table or one of its indexes.
     *
     * @param inIndex null for the table itself
     * @param imageBytes those of the bytes that are of whole pages, as each is written after a checkpoint
     * @param entries of the index
     */
    record Part(String inTable, @Nullable String inIndex, long records, long bytes, long imageBytes, long entries) {}

    /** All that was written, what is of no table besides, such as commits. */
    record Whole(long bytes, long records, long commits) {}

    /** Where it ends now. */
    String end() {
        return superuser.withHandle(handle -> handle.select("SELECT pg_current_wal_flush_lsn()::text")
                .mapTo(String.class)
                .one());
    }

    List<Part> parts(String from, String to) {
        return superuser.withHandle(handle -> handle.createQuery(BY_RELATION)
                .bind("from", from)
                .bind("to", to)
                .map((row, context) -> new Part(
                        row.getString("in_table"),
                        row.getString("in_index"),
                        row.getLong("records"),
                        row.getLong("bytes"),
                        row.getLong("image_bytes"),
                        row.getLong("entries")))
                .list());
    }

    Whole whole(String from, String to) {
        return superuser.withHandle(handle -> handle.createQuery(WHOLE)
                .bind("from", from)
                .bind("to", to)
                .map((row, context) -> new Whole(row.getLong("bytes"), row.getLong("records"), row.getLong("commits")))
                .one());
    }
}
