package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.run.Event;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a row of the journal consists of, in one place: rows are handed to Postgres, inserted and read back by the one list of
 * columns that stands here.
 */
public final class JournalColumns {
    /** The type of the rows that are handed over: {@link #HANDED}, field by field. A release with other fields makes another. */
    static final String TYPE = "postroad.journal_row";

    private static final Map<EventType, byte[]> TYPES = new EnumMap<>(EventType.class);

    static {
        EventType.known().forEach(type -> TYPES.put(type, type.publicName().getBytes(StandardCharsets.UTF_8)));
    }

    /** What says where a row belongs, and is no part of it. */
    private static final List<Column> AROUND = List.of(
            new Column("shard", "integer", (to, key, row, fresh) -> to.add(key.shard())),
            new Column("fresh", "boolean", (to, key, row, fresh) -> to.add(fresh)));

    private static final List<Column> KEPT = List.of(
            new Column("run", "bigint", (to, key, row, fresh) -> to.add(key.number())),
            new Column(
                    "seq",
                    "integer",
                    (to, key, row, fresh) -> to.add(row.event().seq())),
            new Column(
                    "type",
                    "text",
                    (to, key, row, fresh) -> to.addText(
                            Objects.requireNonNull(TYPES.get(row.event().body().type())))),
            new Column(
                    "node", "text", (to, key, row, fresh) -> to.add(row.event().node())),
            new Column(
                    "task", "text", (to, key, row, fresh) -> to.add(row.event().task())),
            new Column("attempt", "integer", (to, key, row, fresh) -> addAttempt(to, row.event())),
            new Column(
                    "superstep",
                    "integer",
                    (to, key, row, fresh) -> to.add(row.event().superstep())),
            new Column(
                    "version",
                    "integer",
                    (to, key, row, fresh) -> to.add(row.event().version())),
            new Column(
                    "at",
                    "timestamp with time zone",
                    (to, key, row, fresh) -> to.add(row.event().at())),
            new Column(
                    "duration",
                    "interval",
                    (to, key, row, fresh) -> to.addMillis(row.event().durationMillis())),
            new Column(
                    "progress",
                    "real",
                    (to, key, row, fresh) -> to.addReal(row.event().progress())),
            new Column("data", "json", (to, key, row, fresh) -> to.addJson(row.data())));

    /** In the order of the type's fields. */
    static final List<Column> HANDED =
            Stream.concat(AROUND.stream(), KEPT.stream()).toList();

    private static final Writer[] WRITERS = HANDED.stream().map(Column::writer).toArray(Writer[]::new);

    /** The version of its graph that applied to a row {@code j} of a run {@code r}, as {@code graph_version}. */
    public static final String GRAPH_VERSION = graphVersion("j");

    private JournalColumns() {}

    /** The same as of the {@code seq} of a row of any table. */
    static String graphVersion(String row) {
        return "CASE WHEN r.migrations IS NULL THEN r.version ELSE postroad.graph_version(r.version, r.migrations, "
                + row + ".seq) END AS graph_version";
    }

    /**
     * A column.
     *
     * @param name in the table, and in the type of the rows that are handed over
     * @param type as Postgres names it
     */
    record Column(String name, String type, Writer writer) {}

    /** Hands the value of a column over. */
    @FunctionalInterface
    interface Writer {
        void write(RecordArray to, RunKey key, JournalRow row, boolean fresh);
    }

    private static void addAttempt(RecordArray to, Event event) {
        if (event.task() == null) {
            to.addNoInt();
        } else {
            to.add(event.attempt());
        }
    }

    /** An empty array of rows. */
    static RecordArray rows() {
        return new RecordArray(TYPE, WRITERS.length);
    }

    /** @param fresh whether the run itself is inserted with the row */
    static void add(RecordArray rows, RunKey key, JournalRow row, boolean fresh) {
        rows.beginRow();
        for (Writer writer : WRITERS) {
            writer.write(rows, key, row, fresh);
        }
        rows.endRow();
    }

    /** The columns that are kept, with a prefix each. */
    static String kept(String prefix) {
        return KEPT.stream().map(column -> prefix + column.name()).collect(Collectors.joining(", "));
    }

    /** What {@link #read} needs of a row, without its data. */
    public static String selected(String table) {
        return KEPT.stream()
                .map(Column::name)
                .filter(name -> !name.equals("run") && !name.equals("data"))
                .map(name -> name.equals("duration")
                        ? "(extract(epoch FROM " + table + ".duration) * 1000)::bigint AS duration_millis"
                        : table + "." + name)
                .collect(Collectors.joining(", "));
    }

    /** A row as {@link #selected} gives it; its data is the caller's to read. */
    public static EventColumns read(ResultSet row) throws SQLException {
        long millis = row.getLong("duration_millis");
        long duration = row.wasNull() ? -1 : millis;
        return new Kept(
                row.getInt("seq"),
                row.getString("type"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("node"),
                row.getString("task"),
                row.getInt("attempt"),
                row.getInt("superstep"),
                row.getInt("version"),
                duration,
                progress(row.getFloat("progress")));
    }

    /** What stands beside the data of a row. */
    record Kept(
            int seq,
            String typeName,
            Instant at,
            @Nullable String node,
            @Nullable String task,
            int attempt,
            int superstep,
            int version,
            long durationMillis,
            double progress)
            implements EventColumns {}

    /** The double of the same decimals, as subscribers have read it, not that of the same bits; three are usual. */
    private static double progress(float stored) {
        double rounded = Math.round(stored * 1000.0) / 1000.0;
        return (float) rounded == stored ? rounded : Double.parseDouble(Float.toString(stored));
    }
}
