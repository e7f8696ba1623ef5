package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.Debounce;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.StartAt;
import dev.postroad.contracts.message.Trigger;
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
    private final DebouncedTriggers triggers;
    private final Outlets outlets;

    TriggerHolds(DebouncedTriggers triggers, Outlets outlets) {
        this.triggers = triggers;
        this.outlets = outlets;
    }

    void hold(Admissible admissible, Debounce debounce, Incoming incoming) {
        HeldTrigger held = held(admissible, debounce, incoming);
        String about = held.target() + "/" + held.key();
        incoming.settle(about, () -> {
            Taken taken = triggers.take(held, incoming.record().partition());
            if (taken.size() == 0) {
                incoming.done();
                return;
            }
            tell(
                    taken,
                    () -> incoming.settle(about, () -> {
                        triggers.told(taken);
                        incoming.done();
                    }));
        });
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
