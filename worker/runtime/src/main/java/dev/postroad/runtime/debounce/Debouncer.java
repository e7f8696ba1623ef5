package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.debounce.DebouncedTriggers.Chosen;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the triggers whose time is over to the topic of triggers anew, without what held them, each to the partition that it
 * came from. It may be sent twice where a worker dies in between; as it names its run, it is one run all the same. Owns one
 * thread.
 */
public final class Debouncer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Debouncer.class);
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final long LONGEST_SENDING_SECONDS = 10;
    private static final int MOST_AT_ONCE = 500;

    private final DebouncedTriggers triggers;
    private final Supplier<Set<Integer>> owned;
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final Hourly old;
    private final Rounds rounds;

    /**
     * @param owned the shards whose triggers are sent here
     * @param producer gives up on nothing; closed by its owner
     */
    public Debouncer(
            DebouncedTriggers triggers,
            Supplier<Set<Integer>> owned,
            Producer<String, byte[]> producer,
            String topic,
            InstantSource clock) {
        this.triggers = triggers;
        this.owned = owned;
        this.producer = producer;
        this.topic = topic;
        this.old = new Hourly(clock);
        this.rounds = new Rounds("postroad-debounce", "triggers that are due", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws InterruptedException {
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return;
        }
        List<Chosen> chosen = triggers.choose(shards, MOST_AT_ONCE);
        if (!chosen.isEmpty()) {
            triggers.sent(acknowledged(chosen));
        }
        if (old.isDue()) {
            triggers.forgetOld();
            old.done();
        }
    }

    private List<Chosen> acknowledged(List<Chosen> chosen) throws InterruptedException {
        List<Future<RecordMetadata>> sending =
                chosen.stream().map(each -> producer.send(record(each))).toList();
        List<Chosen> acknowledged = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            try {
                RecordMetadata _ = sending.get(i).get(LONGEST_SENDING_SECONDS, TimeUnit.SECONDS);
                acknowledged.add(chosen.get(i));
            } catch (ExecutionException | TimeoutException away) {
                LOG.warn("a trigger that was held is not sent yet: {}", away.toString());
                return acknowledged;
            }
        }
        return acknowledged;
    }

    private ProducerRecord<String, byte[]> record(Chosen chosen) {
        HeldTrigger held = chosen.trigger();
        var record = new ProducerRecord<>(
                topic, chosen.shard(), held.runId(), Json.bytes(held.trigger().toJson()));
        if (held.traceParent() != null) {
            record.headers().add(EventHeaders.TRACE_PARENT, held.traceParent().getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    @Override
    public void close() {
        rounds.close();
    }
}
