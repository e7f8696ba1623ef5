package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunError;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** The columns of a batch of entries, kept and filled anew for each batch. Confined to one thread. */
final class BatchColumns {
    private final ArrayColumn claimedShard = ArrayColumn.ofInts();
    private final ArrayColumn claimedEpoch = ArrayColumn.ofLongs();
    private final List<ArrayColumn> claims = List.of(claimedShard, claimedEpoch);

    private final ArrayColumn newId = ArrayColumn.ofLongs();
    private final ArrayColumn newRunId = ArrayColumn.ofTexts();
    private final ArrayColumn newShard = ArrayColumn.ofInts();
    private final ArrayColumn newGraph = ArrayColumn.ofTexts();
    private final ArrayColumn newVersion = ArrayColumn.ofInts();
    private final ArrayColumn newStatus = ArrayColumn.ofTexts();
    private final ArrayColumn newPriority = ArrayColumn.ofInts();
    private final ArrayColumn newInput = ArrayColumn.ofJson();
    private final ArrayColumn newTags = ArrayColumn.ofJson();
    private final ArrayColumn newError = ArrayColumn.ofJson();
    private final ArrayColumn newTraceParent = ArrayColumn.ofTexts();
    private final ArrayColumn newQueuedAt = ArrayColumn.ofTimes();
    private final ArrayColumn newStartedAt = ArrayColumn.ofTimes();
    private final ArrayColumn newEndedAt = ArrayColumn.ofTimes();
    private final ArrayColumn newWakeAt = ArrayColumn.ofTimes();
    private final ArrayColumn newRank = ArrayColumn.ofTimes();
    private final ArrayColumn newLimited = ArrayColumn.ofBooleans();
    private final List<ArrayColumn> admissions = List.of(
            newId,
            newRunId,
            newShard,
            newGraph,
            newVersion,
            newStatus,
            newPriority,
            newInput,
            newTags,
            newError,
            newTraceParent,
            newQueuedAt,
            newStartedAt,
            newEndedAt,
            newWakeAt,
            newRank,
            newLimited);

    private final ArrayColumn changedId = ArrayColumn.ofLongs();
    private final ArrayColumn changedShard = ArrayColumn.ofInts();
    private final ArrayColumn changedSeq = ArrayColumn.ofInts();
    private final ArrayColumn changedStatus = ArrayColumn.ofTexts();
    private final ArrayColumn changedError = ArrayColumn.ofJson();
    private final ArrayColumn changedStartedAt = ArrayColumn.ofTimes();
    private final ArrayColumn changedEndedAt = ArrayColumn.ofTimes();
    private final ArrayColumn changedWakeAt = ArrayColumn.ofTimes();
    private final ArrayColumn changedWaitsFor = ArrayColumn.ofTexts();
    private final List<ArrayColumn> changes = List.of(
            changedId,
            changedShard,
            changedSeq,
            changedStatus,
            changedError,
            changedStartedAt,
            changedEndedAt,
            changedWakeAt,
            changedWaitsFor);

    private final ArrayColumn rowShard = ArrayColumn.ofInts();
    private final ArrayColumn rowFresh = ArrayColumn.ofBooleans();
    private final ArrayColumn rowRun = ArrayColumn.ofLongs();
    private final ArrayColumn rowSeq = ArrayColumn.ofInts();
    private final ArrayColumn rowType = ArrayColumn.ofTexts();
    private final ArrayColumn rowNode = ArrayColumn.ofTexts();
    private final ArrayColumn rowTask = ArrayColumn.ofTexts();
    private final ArrayColumn rowAttempt = ArrayColumn.ofInts();
    private final ArrayColumn rowSuperstep = ArrayColumn.ofInts();
    private final ArrayColumn rowVersion = ArrayColumn.ofInts();
    private final ArrayColumn rowAt = ArrayColumn.ofTimes();
    private final ArrayColumn rowDuration = ArrayColumn.ofDurations();
    private final ArrayColumn rowProgress = ArrayColumn.ofReals();
    private final ArrayColumn rowData = ArrayColumn.ofJson();
    private final List<ArrayColumn> rows = List.of(
            rowShard,
            rowFresh,
            rowRun,
            rowSeq,
            rowType,
            rowNode,
            rowTask,
            rowAttempt,
            rowSuperstep,
            rowVersion,
            rowAt,
            rowDuration,
            rowProgress,
            rowData);

    private final QuestionColumns newQuestions = new QuestionColumns();
    private final QuestionColumns changedQuestions = new QuestionColumns();

    private boolean admits;
    private boolean changesStatus;

    boolean admits() {
        return admits;
    }

    boolean changesStatus() {
        return changesStatus;
    }

    /** Whether a new run has come to a rest already, in which it may ask people. */
    boolean admitsQuestions() {
        return newQuestions.areUsed();
    }

    /** Whether a run may have begun to ask people, or may ask them no more. */
    boolean changesQuestions() {
        return changedQuestions.areUsed();
    }

    /** Fills the columns; {@code epochs} has an epoch for the shard of every entry. */
    void fill(List<JournalEntry> entries, Map<Integer, Long> epochs) {
        List.of(claims, admissions, changes, rows).forEach(columns -> columns.forEach(ArrayColumn::clear));
        epochs.forEach((shard, epoch) -> {
            claimedShard.add(shard.intValue());
            claimedEpoch.add(epoch.longValue());
        });
        Map<Long, JournalEntry> fresh = new LinkedHashMap<>();
        Map<Long, JournalEntry> changed = new LinkedHashMap<>();
        boolean asking = false;
        boolean changing = false;
        for (JournalEntry entry : entries) {
            long number = entry.key().number();
            if (entry.fresh() || fresh.containsKey(number)) {
                fresh.put(number, entry);
                asking |= OpenQuestions.mayAsk(entry.run());
            } else {
                RowEffect effect = RowEffect.of(entry);
                if (effect != RowEffect.NONE) {
                    changed.put(number, entry);
                    changing |= effect == RowEffect.QUESTIONS;
                }
            }
        }
        fresh.values().forEach(this::admit);
        changed.values().forEach(this::change);
        newQuestions.fill(fresh.values(), asking);
        changedQuestions.fill(changed.values(), changing);
        entries.forEach(entry -> addRows(entry, fresh.containsKey(entry.key().number())));
        admits = !fresh.isEmpty();
        changesStatus = !changed.isEmpty();
    }

    /** Binds what {@link JournalStatement} has for this batch, in its order. */
    void bind(PreparedStatement statement, BaseConnection connection) throws SQLException {
        int place = bind(statement, connection, claims, 1);
        if (admits) {
            place = bind(statement, connection, admissions, place);
            place = bind(statement, connection, newQuestions, place);
        }
        if (changesStatus) {
            place = bind(statement, connection, changes, place);
            place = bind(statement, connection, changedQuestions, place);
        }
        bind(statement, connection, rows, place);
    }

    private static int bind(PreparedStatement statement, BaseConnection connection, QuestionColumns questions, int from)
            throws SQLException {
        return questions.areUsed() ? bind(statement, connection, questions.columns(), from) : from;
    }

    private static int bind(PreparedStatement statement, BaseConnection connection, List<ArrayColumn> columns, int from)
            throws SQLException {
        int place = from;
        for (ArrayColumn column : columns) {
            statement.setArray(place++, column.toArray(connection));
        }
        return place;
    }

    private void admit(JournalEntry entry) {
        Run run = entry.run();
        Admission admission = run.admission();
        newId.add(entry.key().number());
        newRunId.add(entry.key().id());
        newShard.add(entry.key().shard());
        newGraph.add(run.graph().name());
        newVersion.add(run.graph().version());
        newStatus.add(run.status().publicName());
        newPriority.add(admission.priority());
        newInput.add(Json.bytes(admission.input()));
        newTags.add(tags(admission.tags()));
        newError.add(error(run.error()));
        newTraceParent.add(entry.key().traceParent());
        newQueuedAt.add(run.queuedAt());
        newStartedAt.add(run.status() == RunStatus.QUEUED ? null : run.startedAt());
        newEndedAt.add(run.status().isEnded() ? run.lastAt() : null);
        newWakeAt.add(run.wakeAt());
        newRank.add(QueueRank.of(run));
        newLimited.add(run.graph().limits().runs() != null);
    }

    private void change(JournalEntry entry) {
        Run run = entry.run();
        changedId.add(entry.key().number());
        changedShard.add(entry.key().shard());
        changedSeq.add(entry.rows().getLast().event().seq());
        changedStatus.add(run.status().publicName());
        changedError.add(error(run.error()));
        changedStartedAt.add(run.status() == RunStatus.QUEUED ? null : run.startedAt());
        changedEndedAt.add(run.status().isEnded() ? run.lastAt() : null);
        changedWakeAt.add(run.wakeAt());
        // A new run waits for none yet: an agent is called after the run is admitted, never with it.
        changedWaitsFor.add(names(run.waitsFor()));
    }

    private void addRows(JournalEntry entry, boolean fresh) {
        for (JournalRow row : entry.rows()) {
            Event event = row.event();
            rowShard.add(entry.key().shard());
            rowFresh.add(fresh);
            rowRun.add(entry.key().number());
            rowSeq.add(event.seq());
            rowType.add(event.body().type().publicName());
            rowNode.add(event.node());
            rowTask.add(event.task());
            if (event.task() == null) {
                rowAttempt.addNull();
            } else {
                rowAttempt.add(event.attempt());
            }
            rowSuperstep.add(event.superstep());
            rowVersion.add(event.version());
            rowAt.add(event.at());
            rowDuration.addMillis(event.durationMillis());
            rowProgress.addReal(event.progress());
            rowData.add(row.data());
        }
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
