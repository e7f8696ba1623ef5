package dev.postroad.runtime.availability;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.ScheduleEvent;
import dev.postroad.runtime.background.Repeats;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what happened to agents and schedules, after the commit, whichever worker or command noted it: at least once, and per agent
 * and schedule in the order of the ids. Owns one virtual thread.
 *
 * <p>One worker at a time does so for all, the one that holds the lock, and it marks events as published only when Kafka
 * has acknowledged them: so whoever comes next begins with the first that may be missing, and nothing is overtaken. While
 * Kafka is away the events wait in Postgres, and the lock's transaction, which has no snapshot, holds nothing up.
 */
public final class AgentEventPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentEventPublisher.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration LONGEST_CLOSING = Duration.ofSeconds(5);
    private static final int MOST_AT_ONCE = 200;

    /** Longer ones go out without their data; what was noted of them is in Postgres. */
    private static final int MAX_VALUE_BYTES = 256 << 10;

    private final Repeats repeats;
    private final Jdbi jdbi;
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** @param producer keeps the order of what it is given, and gives up on nothing; closed by its owner */
    public AgentEventPublisher(Jdbi jdbi, Producer<String, byte[]> producer, String topic, InstantSource clock) {
        this.repeats = new Repeats(LOG, clock);
        this.jdbi = jdbi;
        this.producer = producer;
        this.topic = topic;
        this.thread = Thread.ofVirtual()
                .name("postroad-agent-events")
                .uncaughtExceptionHandler(Thread.currentThread().getThreadGroup())
                .unstarted(this::loop);
    }

    /** Starts publishing. */
    public void start() {
        thread.start();
    }

    private void loop() {
        try {
            boolean isOver = false;
            while (!isOver) {
                boolean isMore = published() == MOST_AT_ONCE;
                isOver = closing.await(isMore ? 0 : BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private int published() throws InterruptedException {
        try {
            return publishSome();
        } catch (JdbiException | KafkaException away) {
            note(away);
            return 0;
        } catch (RuntimeException defect) {
            repeats.error("publishing the events of agents broke; it goes on", defect);
            return 0;
        }
    }

    private void note(Throwable away) {
        repeats.warn("events of agents wait in Postgres, they cannot be published yet", away);
    }

    /** Publishes what waits, if no other worker does; says how many of them Kafka has. */
    private int publishSome() throws InterruptedException {
        return jdbi.inTransaction(handle -> {
            boolean isAlone = handle.createQuery("SELECT pg_try_advisory_xact_lock(hashtext('postroad.agent-events'))")
                    .mapTo(Boolean.class)
                    .one();
            if (!isAlone) {
                return 0;
            }
            List<Noted> waiting = handle.createQuery("""
                SELECT id, agent, schedule, type, at, worker, data FROM postroad.agent_events
                WHERE NOT published ORDER BY id LIMIT :most\
                """)
                    .bind("most", MOST_AT_ONCE)
                    .map((row, context) -> noted(row))
                    .list();
            int published = acknowledged(send(waiting));
            mark(handle, waiting.subList(0, published));
            return published;
        });
    }

    private List<Future<RecordMetadata>> send(List<Noted> events) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Noted event : events) {
            Future<RecordMetadata> sending = producer.send(record(event));
            sent.add(sending);
            if (sending.state() == Future.State.FAILED) {
                // None must overtake it.
                return sent;
            }
        }
        return sent;
    }

    /** Waits for Kafka; says how many of the first it has. */
    private int acknowledged(List<Future<RecordMetadata>> sent) throws InterruptedException {
        for (int i = 0; i < sent.size(); i++) {
            while (!sent.get(i).isDone()) {
                if (closing.getCount() == 0) {
                    return i;
                }
                await(sent.get(i));
            }
            if (sent.get(i).state() != Future.State.SUCCESS) {
                note(sent.get(i).exceptionNow());
                return i;
            }
        }
        return sent.size();
    }

    private static void await(Future<RecordMetadata> sending) throws InterruptedException {
        try {
            sending.get(BEAT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException seenByItsState) {
            LOG.trace("an event of an agent is not acknowledged", seenByItsState);
        }
    }

    private static void mark(Handle handle, List<Noted> published) {
        if (!published.isEmpty()) {
            handle.createUpdate("UPDATE postroad.agent_events SET published = true WHERE id = ANY (:ids)")
                    .bindArray(
                            "ids", Long.class, published.stream().map(Noted::id).toList())
                    .execute();
        }
    }

    /**
     * An event that waits to be published.
     *
     * @param key of its record: the name of what it is about
     * @param eventId what tells it from all others
     */
    private record Noted(long id, String key, String eventId, String type, ObjectNode json) {}

    private ProducerRecord<String, byte[]> record(Noted event) {
        byte[] value = Json.bytes(event.json());
        if (value.length > MAX_VALUE_BYTES) {
            ObjectNode shorter = event.json().deepCopy();
            shorter.putObject("data").put("omitted", true);
            value = Json.bytes(shorter);
        }
        List<Header> headers = List.of(
                header(EventHeaders.SPEC_VERSION, "1.0"),
                header(EventHeaders.ID, event.eventId()),
                header(EventHeaders.TYPE, EventType.CLOUD_EVENTS_PREFIX + event.type()),
                header(EventHeaders.SOURCE, "postroad"),
                header(EventHeaders.CONTENT_TYPE, "application/json"));
        return new ProducerRecord<>(topic, null, null, event.key(), value, headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static Noted noted(ResultSet row) throws SQLException {
        long id = row.getLong("id");
        String agent = row.getString("agent");
        String type = row.getString("type");
        Instant at = row.getObject("at", OffsetDateTime.class).toInstant();
        String worker = row.getString("worker");
        ObjectNode data = data(id, row.getString("data"));
        if (agent != null) {
            return new Noted(
                    id, agent, agent + "/" + id, type, new AgentEvent(id, agent, type, at, worker, data).toJson());
        }
        String schedule = row.getString("schedule");
        return new Noted(
                id,
                schedule,
                "schedule/" + schedule + "/" + id,
                type,
                new ScheduleEvent(id, schedule, type, at, worker, data).toJson());
    }

    /** One that cannot be read goes out without it, so that it keeps no other back. */
    private static ObjectNode data(long id, String text) {
        try {
            if (Json.readOwn(text.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode data) {
                return data;
            }
            LOG.warn("agent event {} is published without its data, which is no object", id);
        } catch (FaultsException unreadable) {
            LOG.warn("agent event {} is published without its data: {}", id, unreadable.getMessage());
        }
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LONGEST_CLOSING);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
