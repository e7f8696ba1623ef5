package dev.postroad.runtime.intake;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.RunIds;
import dev.postroad.engine.run.Command;
import dev.postroad.runtime.agent.kafka.AgentResult;
import dev.postroad.runtime.publish.AttemptOutput;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Incoming;
import dev.postroad.runtime.reading.RecordHandler;
import dev.postroad.runtime.run.calls.RemoteCalls;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.run.lane.Lanes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Hands what remote agents say to their runs. What nobody waits for any more, because it is late or came twice, is counted
 * and otherwise ignored; what can be nobody's is a dead letter. Thread-safe.
 */
final class ResultHandler implements RecordHandler {
    private static final Duration MOST_WAIT_FOR_OUTPUT = Duration.ofSeconds(1);

    private final int maxValueBytes;
    private final Lanes lanes;
    private final Outlets outlets;
    private final RemoteCalls remote;
    private final UnaryOperator<AgentReply> prices;
    private final ResultFigures figures;
    private final InstantSource clock;

    ResultHandler(int maxValueBytes, ResultIntake.Collaborators collaborators) {
        this.maxValueBytes = maxValueBytes;
        this.lanes = collaborators.lanes();
        this.outlets = collaborators.outlets();
        this.remote = collaborators.remote();
        this.prices = collaborators.prices();
        this.figures = collaborators.figures();
        this.clock = collaborators.clock();
    }

    @Override
    public Reception take(Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        String runId = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        String unfit = RunIds.isLegal(runId)
                ? TriggerJudge.unfit(record.value(), maxValueBytes)
                : "the key is no run id; send the run's id as the key";
        if (unfit != null) {
            refuse(incoming, unfit);
            return Reception.TAKEN;
        }
        try {
            take(runId, AgentResult.read(record.value(), clock), incoming);
        } catch (FaultsException faults) {
            refuse(incoming, String.valueOf(faults.getMessage()));
        }
        return Reception.TAKEN;
    }

    private void refuse(Incoming incoming, String why) {
        figures.refused();
        incoming.refuse(why);
    }

    private void take(String runId, AgentResult result, Incoming incoming) {
        switch (result.said()) {
            case AgentResult.AtWork() -> hear(runId, result, incoming);
            case AgentResult.Shows(String chunk) -> show(runId, result, chunk, incoming);
            case AgentResult.NotDone() ->
                instruct(runId, new Command.NotDone(result.task(), result.attempt()), new Outcome(result, incoming));
            case AgentResult.Answered answered -> answer(runId, result, answered, incoming);
        }
    }

    /** For the first time the run is asked, as it may be stepped by whoever reads another partition. */
    private void hear(String runId, AgentResult result, Incoming incoming) {
        figures.heartbeat();
        if (remote.hears(runId, result.task(), result.attempt())) {
            remote.heard(runId, result.task(), result.attempt());
            incoming.done();
        } else {
            ask(runId, result, incoming);
        }
    }

    private void show(String runId, AgentResult result, String chunk, Incoming incoming) {
        if (remote.hears(runId, result.task(), result.attempt())) {
            remote.heard(runId, result.task(), result.attempt());
        } else if (remote.isRefused(runId, result.task(), result.attempt())) {
            figures.late();
            incoming.done();
            return;
        }
        if (remote.output().show(runId, result.task(), result.attempt(), chunk)) {
            ask(runId, result, incoming);
        } else {
            incoming.done();
        }
    }

    /** Not for every sign of life of an attempt that nobody waits for: the run may have to be read back for it. */
    private void ask(String runId, AgentResult result, Incoming incoming) {
        if (remote.isRefused(runId, result.task(), result.attempt())) {
            figures.late();
            incoming.done();
        } else {
            instruct(runId, new Command.Shown(result.task(), result.attempt()), new Outcome(result, incoming));
        }
    }

    /** What an attempt showed is there before anybody learns of its end. */
    private void answer(String runId, AgentResult result, AgentResult.Answered answered, Incoming incoming) {
        int shard = incoming.record().partition();
        Command command = new Command.Result(
                result.task(),
                result.attempt(),
                prices.apply(answered.reply()),
                answered.logs(),
                remote.of(runId, shard));
        Outcome outcome = new Outcome(result, incoming);
        AttemptOutput shown = remote.output().close(runId, result.task(), result.attempt());
        if (shown == null || shown.isSettled()) {
            instruct(runId, command, outcome);
            return;
        }
        incoming.settle(runId + "/" + result.task(), () -> {
            shown.awaitSettled(MOST_WAIT_FOR_OUTPUT);
            instruct(runId, command, outcome);
        });
    }

    private void instruct(String runId, Command command, Outcome outcome) {
        lanes.instruct(new Instruction(runId, outcome.incoming.record().partition(), command, outcome));
    }

    private final class Outcome implements InstructionOutcome {
        private final AgentResult result;
        private final Incoming incoming;

        Outcome(AgentResult result, Incoming incoming) {
            this.result = result;
            this.incoming = incoming;
        }

        private String runId() {
            return new String(incoming.record().key(), StandardCharsets.UTF_8);
        }

        @Override
        public void applied() {
            figures.taken();
            incoming.done();
        }

        @Override
        public void unknownRun() {
            forgetOutput();
            refuse(incoming, "there is no run " + runId());
        }

        @Override
        public void elsewhere(int itsShard) {
            forgetOutput();
            if (incoming.record().headers().lastHeader(EventHeaders.FORWARDED) != null) {
                refuse(incoming, "its run is of shard " + itsShard + ", and it was sent on once already");
                return;
            }
            figures.forwarded();
            outlets.forwardResult(incoming.record(), itsShard, incoming::done, why -> refuse(incoming, why));
        }

        @Override
        public void shardIsGone() {
            forgetOutput();
        }

        /** It is late, or came twice. */
        @Override
        public void rejected(String code, String reason) {
            forgetOutput();
            remote.refused(runId(), result.task(), result.attempt());
            figures.late();
            incoming.done();
        }

        @Override
        public void unreadable(String why) {
            forgetOutput();
            refuse(incoming, "the run cannot be read by this release and is set aside as it is: " + why);
        }

        private void forgetOutput() {
            remote.output().forget(runId(), result.task(), result.attempt());
        }
    }
}
