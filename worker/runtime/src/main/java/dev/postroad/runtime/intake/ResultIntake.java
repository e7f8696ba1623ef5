package dev.postroad.runtime.intake;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.reading.TopicLook;
import dev.postroad.runtime.run.calls.RemoteCalls;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/**
 * Reads what remote agents answer to the runs of the shards that this worker owns. Offsets are committed after what an
 * answer leads to is.
 */
public final class ResultIntake {
    private ResultIntake() {}

    /**
     * What the intake calls on.
     *
     * @param prices says what answers cost whose agent does not say so itself
     */
    public record Collaborators(
            Lanes lanes,
            ShardOwner owner,
            Outlets outlets,
            RemoteCalls remote,
            UnaryOperator<AgentReply> prices,
            ResultFigures figures,
            InstantSource clock) {}

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
                "postroad-results",
                "answers of remote agents",
                topic,
                new PartitionReader.Collaborators(
                        consumers,
                        look,
                        new ByShards(topic, collaborators.owner()),
                        new ResultHandler(maxValueBytes, collaborators),
                        (incoming, reason, kept) -> outlets.deadLetter(incoming.record(), reason, kept)),
                collaborators.clock());
    }
}
