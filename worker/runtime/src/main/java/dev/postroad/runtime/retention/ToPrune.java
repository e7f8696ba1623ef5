package dev.postroad.runtime.retention;

import org.jdbi.v3.core.Jdbi;

/**
 * What there is to do, whoever does it, in one question: mostly nothing.
 *
 * @param rows of runs that are gone
 * @param requests to delete runs
 */
record ToPrune(boolean rows, boolean requests) {
    /** By the keys: EXISTS would read through all that was deleted and is not vacuumed. */
    private static final String LOOK = """
            SELECT (SELECT min(run) FROM postroad.rows_to_prune) IS NOT NULL AS rows,
                   (SELECT min(run) FROM postroad.prune_requests) IS NOT NULL AS requests""";

    static ToPrune look(Jdbi jdbi) {
        return jdbi.withHandle(handle -> handle.createQuery(LOOK)
                .map((row, context) -> new ToPrune(row.getBoolean("rows"), row.getBoolean("requests")))
                .one());
    }
}
