package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Migration;
import dev.postroad.engine.run.Run;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** The runs of a batch that go by another version of their graph from now on. Confined to one thread. */
final class MigratedRuns {
    private final Map<Long, Run> runs = new LinkedHashMap<>();

    void clear() {
        runs.clear();
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    void note(JournalEntry entry) {
        if (entry.run().migrations().size() != entry.before().migrations().size()
                || runs.containsKey(entry.key().number())) {
            runs.put(entry.key().number(), entry.run());
        }
    }

    /** Binds the six arrays of {@link JournalStatement}, where there are any; gives the next place. */
    int bind(PreparedStatement statement, int first, BaseConnection connection) throws SQLException {
        if (isEmpty()) {
            return first;
        }
        int place = first;
        List<Run> all = List.copyOf(runs.values());
        statement.setArray(
                place++, connection.createArrayOf("int8", runs.keySet().toArray()));
        statement.setArray(
                place++,
                connection.createArrayOf(
                        "int4", all.stream().map(run -> run.graph().version()).toArray()));
        statement.setArray(
                place++,
                connection.createArrayOf(
                        "text", all.stream().map(MigratedRuns::migrations).toArray()));
        statement.setArray(
                place++,
                connection.createArrayOf(
                        "bool", all.stream().map(run -> run.queue().isLimited()).toArray()));
        statement.setArray(
                place++,
                connection.createArrayOf(
                        "text", all.stream().map(MigratedRuns::limitKeys).toArray()));
        statement.setArray(
                place++,
                connection.createArrayOf(
                        "int8",
                        all.stream().map(run -> LimitKeys.of(run).line()).toArray()));
        return place;
    }

    private static @Nullable String limitKeys(Run run) {
        LimitKeys limits = LimitKeys.of(run);
        return limits.isEmpty() ? null : limits.json().toString();
    }

    /** As Postgres writes an array of numbers; an array in an array would be taken apart with it. */
    private static String migrations(Run run) {
        return run.migrations().stream().map(MigratedRuns::text).collect(Collectors.joining(",", "{", "}"));
    }

    private static String text(Migration.Done done) {
        return done.seq() + "," + done.from();
    }
}
