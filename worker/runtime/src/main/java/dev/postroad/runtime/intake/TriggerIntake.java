package dev.postroad.runtime.intake;

import dev.postroad.runtime.debounce.DebouncedTriggers;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.reading.TopicLook;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.InstantSource;

/**
 * Reads triggers, as a member of the worker's consumer group, and hands them to the lanes. The poll thread never waits
 * for an agent or a database: what the lanes have no room for stays in a short backlog, and its partition is paused;
 * the rest stays in Kafka. Offsets are committed after the admission is.
 */
public final class TriggerIntake {
    private TriggerIntake() {}

    /** What the intake calls on. */
    public record Collaborators(
            TriggerJudgement judgement,
            Lanes lanes,
            ShardOwner owner,
            Outlets outlets,
            Origins origins,
            DebouncedTriggers debounced,
            InstantSource clock) {}

    /**
     * How triggers are judged.
     *
     * @param maxValueBytes the longest value that is accepted
     */
    public record TriggerJudgement(Catalog catalog, int maxValueBytes) {}

    /**
     * The reader, which is to be started; it joins the group then, and leaves it as it is closed, so that others take over
     * at once.
     *
     * @param consumers of the worker's group
     */
    public static PartitionReader reader(
            Consumers consumers, TopicLook look, String topic, Collaborators collaborators) {
        Lanes lanes = collaborators.lanes();
        Outlets outlets = collaborators.outlets();
        TriggerJudge judge = new TriggerJudge(
                collaborators.judgement().catalog(), collaborators.judgement().maxValueBytes());
        return new PartitionReader(
                "postroad-triggers",
                "triggers",
                topic,
                new PartitionReader.Collaborators(
                        consumers,
                        look,
                        new ByGroup(topic, collaborators.owner(), lanes::areAlive),
                        new TriggerHandler(
                                judge,
                                lanes,
                                outlets,
                                collaborators.origins(),
                                new TriggerHolds(collaborators.debounced(), outlets)),
                        (incoming, reason, kept) -> outlets.deadLetter(incoming.record(), reason, kept)),
                collaborators.clock());
    }
}
