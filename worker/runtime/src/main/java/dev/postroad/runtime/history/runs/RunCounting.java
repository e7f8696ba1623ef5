package dev.postroad.runtime.history.runs;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;

/** Counts runs by status, each status by the index that has it, and none beyond what people read. Thread-safe. */
public final class RunCounting {
    private static final String QUESTIONS =
            "questions IS NOT NULL AND questions_seq = status_seq" + " AND status IN ('waiting', 'paused', 'failed')";
    private static final String OF_QUESTIONS = "questions";

    private final Jdbi postgres;

    public RunCounting(Jdbi postgres) {
        this.postgres = postgres;
    }

    /** How many of the runs that are wanted are in which status; no status that is not asked for is counted. */
    public RunCounts count(RunFilter filter) {
        Search search = RunListing.search(filter);
        String conditions = search.conditions().stream()
                .map(condition -> " AND " + condition)
                .collect(Collectors.joining());
        String sql = Arrays.stream(RunStatus.values())
                        .filter(status ->
                                filter.statuses().isEmpty() || filter.statuses().contains(status))
                        .map(status -> branch(status.publicName(), conditions))
                        .collect(Collectors.joining(" UNION ALL "))
                + " UNION ALL SELECT '" + OF_QUESTIONS + "', least(" + RunCounts.MOST
                + ", coalesce(sum(json_array_length(questions)), 0)), statement_timestamp()"
                + " FROM (SELECT questions FROM postroad.runs WHERE " + QUESTIONS + conditions + " LIMIT "
                + RunCounts.MOST + ") asking";
        Map<RunStatus, Long> runs = new EnumMap<>(RunStatus.class);
        return postgres.withHandle(handle -> {
            long questions = 0;
            Instant at = Instant.EPOCH;
            for (Line line : handle.createQuery(sql)
                    .bindMap(search.values())
                    .configure(SqlStatements.class, statement -> statement.addCustomizer(Search.PLANNED_ANEW))
                    .map((row, context) ->
                            new Line(row.getString("what"), row.getLong("counted"), Rows.requiredTime(row, "at")))
                    .list()) {
                at = line.at();
                if (line.what().equals(OF_QUESTIONS)) {
                    questions = line.counted();
                } else {
                    runs.put(RunStatus.of(line.what()), line.counted());
                }
            }
            return new RunCounts(at, runs, questions);
        });
    }

    private record Line(String what, long counted, Instant at) {}

    private static String branch(String status, String conditions) {
        return "SELECT '" + status + "' AS what, count(*) AS counted, statement_timestamp() AS at"
                + " FROM (SELECT FROM postroad.runs WHERE status = '" + status + "'" + conditions + " LIMIT "
                + RunCounts.MOST + ") " + status;
    }
}
