package dev.postroad.runtime.history.rows;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.postgresql.PGStatement;

/**
 * What a statement asks for: the conditions that hold of each row, and the values that they name. Grows while it is put
 * together by one thread.
 */
public record Search(List<String> conditions, Map<String, Object> values) {
    /** For statements of which Postgres should choose the index by the values at hand. */
    public static final StatementCustomizer PLANNED_ANEW = new StatementCustomizer() {
        @Override
        public void beforeBinding(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** No condition yet. */
    public static Search forAll() {
        return new Search(new ArrayList<>(), new LinkedHashMap<>());
    }

    /** One condition, which names no value. */
    public static Search where(String condition) {
        Search search = forAll();
        search.conditions.add(condition);
        return search;
    }

    /** One condition more, and the value that it names. */
    public void ask(String condition, String name, Object value) {
        conditions.add(condition);
        values.put(name, value);
    }

    /** What Postgres has no times of is as good as the last, or the first, that people write. */
    public static Instant bounded(Instant at) {
        return at.isAfter(LATEST) ? LATEST : at.isBefore(EARLIEST) ? EARLIEST : at;
    }

    /** A time to bind. */
    public static OffsetDateTime time(Instant at) {
        return bounded(at).atOffset(ZoneOffset.UTC);
    }
}
