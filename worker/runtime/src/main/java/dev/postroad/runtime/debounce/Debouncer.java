package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.background.Trouble;
import dev.postroad.runtime.debounce.DueTriggers.Chosen;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.Future.State;
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
    private static final int MOST_AT_ONCE = 500;

    private final DueTriggers triggers;
    private final Supplier<Set<Integer>> owned;
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final Hourly old;
    private final Trouble trouble;
    private final Rounds rounds;

    /** By the place of the record that it was read from. The rounds' thread alone comes here. */
    private final Map<Origin, Sending> onTheirWay = new HashMap<>();

    private record Sending(Chosen chosen, Future<RecordMetadata> sending) {
        Origin place() {
            return chosen.trigger().origin();
        }
    }

    /**
     * @param owned the shards whose triggers are sent here
     * @param producer closed by its owner; what it gives up is sent again
     */
    public Debouncer(
            DueTriggers triggers,
            Supplier<Set<Integer>> owned,
            Producer<String, byte[]> producer,
            String topic,
            InstantSource clock) {
        this.triggers = triggers;
        this.owned = owned;
        this.producer = producer;
        this.topic = topic;
        this.old = new Hourly(clock);
        this.trouble = new Trouble(LOG, "a trigger that was held is not sent yet, and is sent again", clock);
        this.rounds = new Rounds("postroad-debounce", "triggers that are due", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() {
        noteSent();
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return;
        }
        for (Chosen chosen : triggers.choose(shards, MOST_AT_ONCE)) {
            onTheirWay.computeIfAbsent(chosen.trigger().origin(), place -> send(chosen));
        }
        if (old.isDue() && !triggers.forgetOld()) {
            old.done();
        }
    }

    private Sending send(Chosen chosen) {
        return new Sending(chosen, producer.send(record(chosen)));
    }

    /** Those that Kafka has not taken are chosen again, and sent again. */
    private void noteSent() {
        List<Sending> ended = onTheirWay.values().stream()
                .filter(each -> each.sending().isDone())
                .toList();
        ended.stream().filter(each -> each.sending().state() == State.FAILED).forEach(each -> {
            trouble.tell(String.valueOf(each.sending().exceptionNow().getMessage()));
            onTheirWay.remove(each.place());
        });
        List<Sending> taken = ended.stream()
                .filter(each -> each.sending().state() == State.SUCCESS)
                .toList();
        if (!taken.isEmpty()) {
            triggers.sent(taken.stream().map(Sending::chosen).toList());
            taken.forEach(each -> onTheirWay.remove(each.place()));
            trouble.over();
        }
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
