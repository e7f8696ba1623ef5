package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.Debounce;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.StartAt;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.background.Gathering;
import dev.postroad.runtime.background.OrderedGathering;
import dev.postroad.runtime.debounce.Arrival;
import dev.postroad.runtime.debounce.DebouncedTriggers;
import dev.postroad.runtime.debounce.DebouncedTriggers.Taken;
import dev.postroad.runtime.debounce.HeldTrigger;
import dev.postroad.runtime.intake.TriggerVerdict.Admissible;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Incoming;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Holds triggers that wait whether another one of their key comes, and tells of those in whose place another one runs, or
 * whose run has another one. A record is done once that is told. Thread-safe.
 */
final class TriggerHolds {
    private static final int TAKEN_AT_ONCE = 2;
    private static final int TOLD_AT_ONCE = 1;

    private final OrderedGathering<Arrival, Taken> taking;
    private final Gathering<Taken, Taken> telling;
    private final Outlets outlets;

    TriggerHolds(DebouncedTriggers triggers, Outlets outlets) {
        this.taking = new OrderedGathering<>(TAKEN_AT_ONCE, Arrival::bytes, triggers::take);
        this.telling = new Gathering<>(TOLD_AT_ONCE, TriggerHolds::characters, all -> {
            triggers.told(all);
            return all;
        });
        this.outlets = outlets;
    }

    private static int characters(Taken told) {
        return told.all()
                .mapToInt(each -> each.key().length() + each.runId().length())
                .sum();
    }

    void hold(Admissible admissible, Debounce debounce, Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        HeldTrigger held = held(admissible, debounce, incoming);
        String about = held.target() + "/" + held.key();
        OrderedGathering<Arrival, Taken>.Turn turn =
                taking.turn(about, new Arrival(held, record.partition(), record.serializedValueSize()));
        incoming.settleTogether(about, () -> {
            Taken taken = turn.ask();
            if (taken.size() == 0) {
                incoming.done();
                return;
            }
            tell(taken, () -> incoming.settleTogether("told/" + held.place(), () -> forget(taken, incoming)));
        });
    }

    private void forget(Taken taken, Incoming incoming) throws InterruptedException {
        Taken _ = telling.ask(taken);
        incoming.done();
    }

    private void tell(Taken taken, Runnable told) {
        AtomicInteger left = new AtomicInteger(taken.size());
        Runnable kept = () -> {
            if (left.decrementAndGet() == 0) {
                told.run();
            }
        };
        taken.superseded()
                .forEach(each -> answer(
                        EventType.TRIGGER_SUPERSEDED,
                        each,
                        "another trigger with the key " + each.key() + " came within " + each.within(),
                        kept));
        taken.repeats()
                .forEach(each -> answer(
                        EventType.TRIGGER_DUPLICATE,
                        each,
                        "another trigger with the key " + each.key() + " is for the run " + each.runId() + ", too",
                        kept));
    }

    private void answer(EventType type, HeldTrigger trigger, String reason, Runnable kept) {
        outlets.answer(type, trigger.runId(), trigger.trigger().target().name(), reason, trigger.origin(), kept);
    }

    private static HeldTrigger held(Admissible admissible, Debounce debounce, Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        Trigger trigger = admissible.trigger();
        return new HeldTrigger(
                switch (trigger.target()) {
                    case Trigger.OfGraph graph -> "graph/" + graph.name();
                    case Trigger.OfAgent agent -> "agent/" + agent.name();
                },
                debounce.key(),
                admissible.runId(),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                debounce.within(),
                trigger.settled(admissible.runId(), fixed(TriggerHandler.startAt(trigger, record))),
                TriggerHandler.traceParent(record),
                TriggerHandler.origin(incoming));
    }

    /** How long after the record, as a time: the record that is sent anew is written later. */
    private static @Nullable StartAt fixed(@Nullable Instant startAt) {
        return startAt == null ? null : new StartAt.At(startAt);
    }
}
