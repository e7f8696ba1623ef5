package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.reading.TopicLook;
import dev.postroad.runtime.run.commands.Commands;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Reads the control partitions of the shards that this worker owns, apart from the triggers, so that a cancel never
 * waits behind a backlog of them. Offsets are committed after the command's answer is.
 */
public final class ControlIntake {
    private ControlIntake() {}

    /** What the intake calls on. */
    public record Collaborators(
            Commands commands,
            Lanes lanes,
            ShardOwner owner,
            Outlets outlets,
            PendingCommands pending,
            Schedules schedules,
            InstantSource clock) {}

    /** Steers schedules. Thread-safe. */
    public interface Schedules {
        /**
         * Does what is asked; the same again changes nothing. Waits for Postgres.
         *
         * @param at when it was asked
         * @return the runs that begin because of it
         * @throws IllegalArgumentException where it can never be done, with the reason
         */
        List<String> apply(ScheduleCommand command, Instant at);
    }

    /**
     * The reader, which is to be started.
     *
     * @param consumers of a group of its own, for offsets alone
     * @param maxValueBytes the longest value that is accepted
     */
    public static PartitionReader reader(
            Consumers consumers, TopicLook look, String topic, int maxValueBytes, Collaborators collaborators) {
        Outlets outlets = collaborators.outlets();
        return new PartitionReader(
                "postroad-control",
                "control messages",
                topic,
                new PartitionReader.Collaborators(
                        consumers,
                        look,
                        new ByShards(topic, collaborators.owner()),
                        new ControlHandler(maxValueBytes, collaborators),
                        (incoming, reason, kept) -> outlets.deadLetter(incoming.record(), reason, kept)),
                collaborators.clock());
    }
}
