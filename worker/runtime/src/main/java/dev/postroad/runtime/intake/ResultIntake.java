package dev.postroad.runtime.intake;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.background.Stoppable;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.reading.TopicLook;
import dev.postroad.runtime.run.calls.RemoteCalls;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads what remote agents answer to the runs of the shards that this worker owns. Offsets are committed after what an
 * answer leads to is. Owns one platform thread.
 */
public final class ResultIntake implements Stoppable {
    private final PartitionReader reader;

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
     * @param consumers of a group of its own, for offsets alone
     * @param maxValueBytes the longest value that is accepted
     */
    public ResultIntake(
            Consumers consumers, TopicLook look, String topic, int maxValueBytes, Collaborators collaborators) {
        Outlets outlets = collaborators.outlets();
        reader = new PartitionReader(
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

    /** Starts reading. */
    public void start() {
        reader.start();
    }

    /** Whether answers are read, or it is tried. Thread-safe. */
    public boolean isAlive() {
        return reader.isAlive();
    }

    /** Why no answers are read at present; null where they are. Thread-safe. */
    public @Nullable String problem() {
        return reader.problem();
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    public void close() {
        reader.close();
    }
}
