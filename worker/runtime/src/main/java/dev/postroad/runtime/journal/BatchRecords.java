package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunError;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** The rows of a batch of entries, as {@link JournalStatement} wants them. Kept, and filled anew for each batch. Confined to one thread. */
final class BatchRecords {
    private final ArrayColumn claimedShards = ArrayColumn.ofInts();
    private final ArrayColumn claimedEpochs = ArrayColumn.ofLongs();
    private final RecordArray admissions = new RecordArray("postroad.ranked_run", 27);
    private final RecordArray changes = new RecordArray("postroad.changed_run", 13);
    private final RecordArray rows = JournalColumns.rows();
    private final MigratedRuns migrated = new MigratedRuns();
    private final SpentRows spent = new SpentRows();
    private final RunCosts costs = new RunCosts();
    private boolean admitsQuestions;
    private boolean changesQuestions;

    boolean admits() {
        return !admissions.isEmpty();
    }

    boolean changesStatus() {
        return !changes.isEmpty();
    }

    /** Whether a new run has come to a rest already, in which it may ask people. */
    boolean admitsQuestions() {
        return admitsQuestions;
    }

    /** Whether a run may have begun to ask people, or may ask them no more. */
    boolean changesQuestions() {
        return changesQuestions;
    }

    /** Whether a run goes by another version of its graph from now on; then all columns that asking needs are there too. */
    boolean migrates() {
        return !migrated.isEmpty();
    }

    /** Whether agents have spent of a budget that runs share. */
    boolean spends() {
        return !spent.isEmpty();
    }

    /** Whether a run whose row changes has spent something, of whatever budget or none. */
    boolean hasCosts() {
        return !costs.isEmpty();
    }

    /** Fills them; {@code epochs} has an epoch for the shard of every entry. */
    void fill(List<JournalEntry> entries, Map<Integer, Long> epochs) {
        claimedShards.clear();
        claimedEpochs.clear();
        epochs.forEach((shard, epoch) -> {
            claimedShards.add(shard.intValue());
            claimedEpochs.add(epoch.longValue());
        });
        Map<Long, JournalEntry> fresh = new LinkedHashMap<>();
        Map<Long, JournalEntry> changed = new LinkedHashMap<>();
        admitsQuestions = false;
        changesQuestions = false;
        rows.clear();
        migrated.clear();
        spent.clear();
        for (JournalEntry entry : entries) {
            Long number = entry.key().number();
            migrated.note(entry);
            boolean isFresh = entry.fresh() || fresh.containsKey(number);
            if (isFresh) {
                fresh.put(number, entry);
                admitsQuestions |= OpenQuestions.mayAsk(entry.run());
            } else {
                RowEffect effect = RowEffect.of(entry);
                if (effect != RowEffect.NONE) {
                    changed.put(number, entry);
                    changesQuestions |= effect == RowEffect.QUESTIONS;
                }
            }
            spent.add(entry);
            entry.rows().forEach(row -> JournalColumns.add(rows, entry.key(), row, isFresh));
        }
        admitsQuestions |= migrates();
        changesQuestions |= migrates();
        admissions.clear();
        fresh.values().forEach(this::admit);
        changes.clear();
        costs.clear();
        changed.values().forEach(this::change);
    }

    /** Binds what {@link JournalStatement} has for this batch, in its order. */
    void bind(PreparedStatement statement, BaseConnection connection) throws SQLException {
        int place = 1;
        statement.setArray(place++, claimedShards.toArray(connection));
        statement.setArray(place++, claimedEpochs.toArray(connection));
        if (admits()) {
            statement.setArray(place++, admissions.toArray(connection));
            place = migrated.bind(statement, place, connection);
        }
        if (changesStatus()) {
            statement.setArray(place++, changes.toArray(connection));
            place = migrated.bind(statement, place, connection);
            place = costs.bind(statement, place, connection);
        }
        statement.setArray(place++, rows.toArray(connection));
        if (spends()) {
            statement.setArray(place, spent.toArray(connection));
        }
    }

    private void admit(JournalEntry entry) {
        Run run = entry.run();
        Admission admission = run.admission();
        admissions.beginRow();
        admissions.add(entry.key().number());
        admissions.add(entry.key().id());
        admissions.add(entry.key().shard());
        admissions.add(run.graph().name());
        admissions.add(run.graph().version());
        admissions.add(run.status().publicName());
        admissions.add(admission.priority());
        admissions.addJson(Json.bytes(admission.input()));
        admissions.addJson(tags(admission.tags()));
        admissions.addJson(error(run.error()));
        admissions.add(entry.key().traceParent());
        admissions.add(run.queuedAt());
        admissions.add(startedAt(run));
        admissions.add(run.status().isEnded() ? run.lastAt() : null);
        admissions.add(run.wakeAt());
        admissions.add(QueueRank.of(run));
        admissions.add(run.queue().isLimited());
        addPlace(entry);
        addQuestions(admissions, admitsQuestions ? OpenQuestions.of(run) : null);
        admissions.endRow();
    }

    private void addPlace(JournalEntry entry) {
        Run run = entry.run();
        QueuePlace place = run.admission().place();
        LimitKeys limits = LimitKeys.of(run);
        Long line = limits.line();
        Duration retention = run.admission().rules().terms().retention();
        admissions.add(place == null ? null : place.key());
        if (line == null) {
            admissions.addJson(null);
            admissions.addNoLong();
        } else {
            admissions.addJson(Json.bytes(limits.json()));
            admissions.add(line.longValue());
        }
        admissions.add(retention == null ? null : retention.toString());
        if (place == null || place.key() == null) {
            admissions.addNoReal();
            admissions.add((Instant) null);
        } else {
            admissions.addReal(weight(run));
            admissions.add(run.status() == RunStatus.QUEUED ? ranksAt(entry) : null);
        }
    }

    /** Null where it waits, or ended before it began. */
    private static @Nullable Instant startedAt(Run run) {
        return run.status() == RunStatus.QUEUED || run.startedAt().equals(Instant.EPOCH) ? null : run.startedAt();
    }

    /** Null for one that has its rank, and stands in the queue by it. */
    private static @Nullable Instant ranksAt(JournalEntry entry) {
        Run run = entry.run();
        Instant early = run.wakeAt();
        if (entry.fresh() || (early != null && early.isAfter(run.lastAt()))) {
            return early;
        }
        return run.lastAt();
    }

    /** One that has gone over to a version without fairness counts as one. */
    private static double weight(Run run) {
        QueueRules.Fairness fairness = run.queue().fairness();
        if (fairness == null || fairness.weight() == null) {
            return 1;
        }
        return fairness.weightOf(run.admission().input(), QueuePlace.facts(run.id(), run.graph(), run.admission()));
    }

    private void change(JournalEntry entry) {
        Run run = entry.run();
        costs.note(entry);
        changes.beginRow();
        changes.add(entry.key().number());
        changes.add(entry.key().shard());
        changes.add(entry.rows().getLast().event().seq());
        changes.add(run.status().publicName());
        changes.addJson(error(run.error()));
        changes.add(startedAt(run));
        changes.add(run.status().isEnded() ? run.lastAt() : null);
        changes.add(run.wakeAt());
        // A new run waits for none yet: an agent is called after the run is admitted, never with it.
        changes.add(names(run.waitsFor()));
        addQuestions(changes, changesQuestions ? OpenQuestions.of(run) : null);
        changes.endRow();
    }

    private static void addQuestions(RecordArray record, @Nullable OpenQuestions open) {
        record.addJson(open == null ? null : open.json());
        record.add(open == null ? null : open.askedAt());
        record.add(open == null ? null : open.dueAt());
        record.addJson(open == null ? null : open.assignees());
    }

    /** An array in an array would be taken apart with it; a name holds no comma. */
    private static @Nullable String names(List<String> agents) {
        return agents.isEmpty() ? null : String.join(",", agents);
    }

    private static byte @Nullable [] tags(Map<String, String> tags) {
        if (tags.isEmpty()) {
            return null;
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        tags.forEach(json::put);
        return Json.bytes(json);
    }

    private static byte @Nullable [] error(@Nullable RunError error) {
        if (error == null) {
            return null;
        }
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("type", error.type()).put("message", error.message());
        if (error.node() != null) {
            json.put("node", error.node());
        }
        return Json.bytes(json);
    }
}
