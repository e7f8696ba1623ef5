package dev.postroad.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** How long the tables and their indexes are, by table. */
record TableSizes(Map<String, Size> byTable) {
    private static final String SQL = """
            SELECT relname, pg_table_size(oid) AS heap, pg_indexes_size(oid) AS indexes FROM pg_class
            WHERE relnamespace = 'postroad'::regnamespace AND relkind = 'r' ORDER BY relname""";

    /** In bytes; what is too long for a row is in the heap. */
    record Size(long heap, long indexes) {
        Size since(Size before) {
            return new Size(heap - before.heap, indexes - before.indexes);
        }
    }

    static TableSizes of(Jdbi sql) {
        return new TableSizes(sql.withHandle(handle -> handle.createQuery(SQL)
                .map((row, context) ->
                        Map.entry(row.getString("relname"), new Size(row.getLong("heap"), row.getLong("indexes"))))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, LinkedHashMap::new))));
    }

    /** By how much a table grew. */
    Size grown(String table, TableSizes before) {
        Size nothing = new Size(0, 0);
        return byTable.getOrDefault(table, nothing).since(before.byTable.getOrDefault(table, nothing));
    }
}
