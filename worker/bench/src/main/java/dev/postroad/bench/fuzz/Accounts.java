package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * What came in and what became of it, told by the topics alone, whoever wrote to them: a reader of what is committed
 * tells what is to be accounted for, and the events and dead letters tell what is. An event that is too large for its
 * topic is looked up in the journal, and so are the commands that are kept for their runs. Thread-safe.
 */
final class Accounts {
    /** Most of all events, and answers to no record; whatever else there is or will be is looked at. */
    private static final Set<String> OF_NO_RECORD = Set.of(
            "run.started",
            "node.started",
            "node.retrying",
            "node.completed",
            "node.failed",
            "node.cancelled",
            "node.calling",
            "node.waiting",
            "node.reminded",
            "budget.exceeded",
            "run.waiting",
            "run.completed",
            "run.failed");

    /** What begins to be kept before a look is seen by a later one, if it is committed within this time. */
    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(15);

    private final Place place;
    private final Topics topics;
    private final TriggerAccounts triggers = new TriggerAccounts();
    private final ControlAccounts control;
    private final RegistryAccounts registry = new RegistryAccounts();
    private Look lookedAtKept = new Look(Instant.EPOCH, 0);

    /** @param firstUnseen the first transaction of which a look may not have seen what it wrote */
    private record Look(Instant at, long firstUnseen) {}

    /** @param controlTopicId the id of the control topic */
    Accounts(Place place, String controlTopicId) {
        this.control = new ControlAccounts(controlTopicId);
        this.place = place;
        this.topics = place.topics();
    }

    TriggerAccounts triggers() {
        return triggers;
    }

    ControlAccounts control() {
        return control;
    }

    RegistryAccounts registry() {
        return registry;
    }

    /** How many records wait to be accounted for. */
    long open() {
        return triggers.open() + control.open() + registry.open();
    }

    /** Takes a committed record of one of the topics that the worker reads. */
    void expect(ConsumerRecord<byte[], byte[]> record) {
        Spot spot = new Spot(record.partition(), record.offset());
        if (record.topic().equals(topics.triggers())) {
            triggers.expect(spot);
        } else if (record.topic().equals(topics.control())) {
            control.expect(record, spot);
        } else {
            registry.expect(record, spot);
        }
    }

    /** Takes a dead letter. */
    void letter(ConsumerRecord<byte[], byte[]> letter) {
        String topic = header(letter, EventHeaders.DEAD_LETTER_TOPIC);
        Spot spot = new Spot(
                Integer.parseInt(header(letter, EventHeaders.DEAD_LETTER_PARTITION)),
                Long.parseLong(header(letter, EventHeaders.DEAD_LETTER_OFFSET)));
        if (topic.equals(topics.triggers())) {
            triggers.letter(spot);
        } else if (topic.equals(topics.control())) {
            control.letter(letter, topic, spot);
        } else {
            registry.letter(spot);
        }
    }

    /** The worker's own header is the last of that name. */
    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** The type of an event. */
    static String type(ConsumerRecord<byte[], byte[]> event) {
        String type = header(event, EventHeaders.TYPE);
        return type.startsWith(EventType.CLOUD_EVENTS_PREFIX)
                ? type.substring(EventType.CLOUD_EVENTS_PREFIX.length())
                : type;
    }

    /** Takes an event. */
    void event(ConsumerRecord<byte[], byte[]> event) {
        String type = type(event);
        if (OF_NO_RECORD.contains(type)) {
            return;
        }
        try {
            JsonNode json = Json.readOwn(event.value());
            JsonNode told = json.path("data");
            JsonNode data = told.path("omitted").asBoolean() ? journaled(json) : told;
            event(type, json.path("runId").asText(), data);
        } catch (FaultsException unreadable) {
            throw new IllegalStateException("an event cannot be read: " + event, unreadable);
        }
    }

    private JsonNode journaled(JsonNode event) throws FaultsException {
        String data = place.sql()
                .withHandle(handle -> handle.createQuery("""
                    SELECT j.data::text FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                    WHERE r.run_id = :runId AND j.seq = :seq\
                    """)
                        .bind("runId", event.path("runId").asText())
                        .bind("seq", event.path("seq").asInt())
                        .mapTo(String.class)
                        .one());
        return Json.readOwn(data);
    }

    private void event(String type, String runId, JsonNode data) {
        Spot spot = spot(data.path("trigger"));
        if (spot != null) {
            switch (type) {
                case "run.queued" -> triggers.queued(spot);
                case "trigger.duplicate" -> triggers.duplicate(spot);
                case "trigger.superseded" -> triggers.superseded(spot);
                default -> triggers.rejected(spot);
            }
        }
        if (data.path("commandId").isTextual()) {
            control.answered(runId, data.path("commandId").asText());
        }
    }

    /** What a schedule starts has no record. */
    private @Nullable Spot spot(JsonNode trigger) {
        return trigger.path("topic").asText().equals(topics.triggers())
                ? new Spot(
                        trigger.path("partition").asInt(),
                        trigger.path("offset").asLong())
                : null;
    }

    /**
     * Looks which commands have come to be kept for runs that may yet come, and which triggers are held or were, until they
     * are sent anew. What an earlier look saw is left out by the number of its transaction: there are thousands.
     */
    synchronized void lookAtKept() {
        place.sql().useHandle(handle -> {
            Look look = handle.createQuery("SELECT now(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
                    .map((row, context) ->
                            new Look(row.getObject(1, OffsetDateTime.class).toInstant(), row.getLong(2)))
                    .one();
            handle.createQuery("""
                    SELECT run_id, command_id FROM postroad.pending_commands
                    WHERE received_at > :since AND xmin::text::bigint >= :unseen\
                    """)
                    .bind("since", lookedAtKept.at().minus(LONGEST_COMMIT))
                    .bind("unseen", lookedAtKept.firstUnseen())
                    .map((row, context) -> new String[] {row.getString(1), row.getString(2)})
                    .forEach(kept -> control.answered(kept[0], kept[1]));
            lookedAtKept = look;
        });
        place.sql()
                .useHandle(handle -> handle.createQuery("""
                    SELECT partition, "offset" FROM postroad.debounced_triggers WHERE NOT superseded\
                    """)
                        .map((row, context) -> new Spot(row.getInt(1), row.getLong(2)))
                        .forEach(triggers::held));
    }

    void judge(Verdict verdict) {
        triggers.judge(verdict);
        control.judge(verdict);
        registry.judge(verdict);
    }
}
