package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.Debounce;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.StartAt;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.intake.TriggerVerdict.Admissible;
import dev.postroad.runtime.intake.TriggerVerdict.NotYetKnown;
import dev.postroad.runtime.intake.TriggerVerdict.Rejected;
import dev.postroad.runtime.intake.TriggerVerdict.Unreadable;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Incoming;
import dev.postroad.runtime.reading.RecordHandler;
import dev.postroad.runtime.run.lane.Admittee;
import dev.postroad.runtime.run.lane.Lanes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Judges triggers and hands those that are in order to the lanes. Thread-safe. */
final class TriggerHandler implements RecordHandler {
    private static final int LONGEST_TRACE_PARENT = 55;

    private final TriggerJudge judge;
    private final Lanes lanes;
    private final Outlets outlets;
    private final Origins origins;
    private final TriggerHolds holds;

    TriggerHandler(TriggerJudge judge, Lanes lanes, Outlets outlets, Origins origins, TriggerHolds holds) {
        this.judge = judge;
        this.lanes = lanes;
        this.outlets = outlets;
        this.origins = origins;
        this.holds = holds;
    }

    @Override
    public Reception take(Incoming incoming) {
        if (!lanes.hasRoom(incoming.record().partition())) {
            return Reception.NO_ROOM;
        }
        switch (judge.judge(incoming.record(), incoming.readAt())) {
            case NotYetKnown() -> {
                return Reception.NOT_YET;
            }
            case Admissible admissible -> {
                Debounce debounce = admissible.trigger().debounce();
                if (debounce == null) {
                    admit(admissible, incoming);
                } else {
                    holds.hold(admissible, debounce, incoming);
                }
            }
            case Rejected(String runId, String graph, String reason) ->
                outlets.answer(
                        EventType.TRIGGER_REJECTED,
                        runId,
                        graph,
                        reason,
                        origin(incoming),
                        () -> incoming.refuse(reason));
            case Unreadable(String reason) -> incoming.refuse(reason);
        }
        return Reception.TAKEN;
    }

    private void admit(Admissible admissible, Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        lanes.admit(new Admittee(
                admissible.runId(),
                record.partition(),
                admissible.graph(),
                admission(admissible.trigger(), origin(incoming))
                        .startingAt(startAt(admissible.trigger(), record))
                        .pausing(admissible.trigger().breakpoints())
                        .under(admissible.rules())
                        .by(admissible.trigger().by()),
                record.serializedValueSize(),
                traceParent(record),
                new Outcome(admissible, incoming)));
    }

    /** When a run may begin that is not to begin at once; null where it is. */
    static @Nullable Instant startAt(Trigger trigger, ConsumerRecord<?, ?> record) {
        StartAt startAt = trigger.startAt();
        return startAt == null ? null : startAt.from(Instant.ofEpochMilli(Math.max(0, record.timestamp())));
    }

    static Origin origin(Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        return new Origin(record.topic(), incoming.topicId(), record.partition(), record.offset());
    }

    private static Admission admission(Trigger trigger, Origin origin) {
        return switch (trigger.target()) {
            case Trigger.OfGraph _ ->
                new Admission(trigger.input(), trigger.priority(), trigger.timeout(), trigger.tags(), origin);
            case Trigger.OfAgent(String agent) ->
                Admission.ofAgent(
                        agent, trigger.input(), trigger.priority(), trigger.timeout(), trigger.tags(), origin);
        };
    }

    static @Nullable String traceParent(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(EventHeaders.TRACE_PARENT);
        if (header == null) {
            // Where a trigger is a CloudEvent, its extension for distributed tracing says where that began.
            header = record.headers().lastHeader(EventHeaders.CLOUD_EVENT_TRACE_PARENT);
        }
        if (header == null || header.value() == null || header.value().length > LONGEST_TRACE_PARENT) {
            return null;
        }
        String value = new String(header.value(), StandardCharsets.UTF_8);
        // Zeros alone are no id, by the same rule that says how the others look.
        return value.matches("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}") ? value : null;
    }

    private final class Outcome implements Admittee.AdmissionOutcome {
        private final Admissible admissible;
        private final Incoming incoming;

        Outcome(Admissible admissible, Incoming incoming) {
            this.admissible = admissible;
            this.incoming = incoming;
        }

        @Override
        public void admitted() {
            incoming.done();
        }

        @Override
        public void duplicate() {
            incoming.settleTogether(admissible.runId(), this::tellRepeatFromSecond);
        }

        @Override
        public void refused(String reason) {
            outlets.answer(
                    EventType.TRIGGER_REJECTED,
                    admissible.runId(),
                    admissible.graph().name(),
                    reason,
                    origin(incoming),
                    () -> incoming.refuse(reason));
        }

        private void tellRepeatFromSecond() throws InterruptedException {
            Origin origin = origin(incoming);
            String runId = admissible.runId();
            Origins.Earlier earlier = origins.earlier(runId, origin);
            if (earlier.isSame()) {
                incoming.done();
                return;
            }
            String other = TriggerJudge.otherRunId(origin, runId);
            if (other != null) {
                admit(new Admissible(other, admissible.graph(), admissible.trigger(), admissible.rules()), incoming);
                return;
            }
            outlets.answer(
                    EventType.TRIGGER_DUPLICATE,
                    runId,
                    admissible.graph().name(),
                    earlier.reason(),
                    origin,
                    incoming::done);
        }
    }
}
