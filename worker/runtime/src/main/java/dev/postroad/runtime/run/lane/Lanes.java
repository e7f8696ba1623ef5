package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.run.queue.TicketOffice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** All lanes of a worker: each shard has its runs stepped by one of them, always the same. Thread-safe. */
public final class Lanes implements TicketOffice, AutoCloseable {
    private final List<Lane> lanes;

    public Lanes(List<Lane> lanes) {
        this.lanes = List.copyOf(lanes);
    }

    /**
     * Starts all lanes.
     *
     * @param fenced told of a shard that turned out to have a new owner; must not block
     */
    public void start(Fenced fenced) {
        lanes.forEach(lane -> lane.start(fenced));
    }

    /** The lanes themselves, for reports. */
    public List<Lane> all() {
        return lanes;
    }

    /** Whether all lanes step their runs. */
    public boolean areAlive() {
        return lanes.stream().allMatch(Lane::isAlive);
    }

    /** Whether the lane of a shard takes more triggers now. */
    public boolean hasRoom(int shard) {
        return lane(shard).hasRoom();
    }

    /** Hands a trigger to its lane. */
    public void admit(Admittee admittee) {
        lane(admittee.shard()).post(new Message.Admit(admittee));
    }

    /** Hands a command to its lane. */
    public void instruct(Instruction instruction) {
        lane(instruction.shard()).post(new Message.Instruct(instruction));
    }

    /** Lets the runs go on that are in memory and wait for an agent, which can be called again. */
    public void agentAvailable(String agent) {
        lanes.forEach(lane -> lane.post(new Message.AgentAvailable(agent)));
    }

    @Override
    public Ticket ticket(QueuedRun run) {
        return new Ticket(
                run.rank(),
                run.number(),
                run.runId(),
                run.shard(),
                run.turn(),
                lane(run.shard()).tickets());
    }

    @Override
    public void prefetch(List<Ticket> tickets) {
        Map<Lane, List<String>> byLane = new HashMap<>();
        tickets.forEach(ticket -> byLane.computeIfAbsent(lane(ticket.shard()), lane -> new ArrayList<>())
                .add(ticket.runId()));
        byLane.forEach((lane, runIds) -> lane.post(new Message.Prefetch(runIds)));
    }

    /**
     * Has nobody take up runs of a shard that are at rest, so that they can be deleted; done with those of them that nobody
     * has in hand. What they are told meanwhile waits. To be followed by {@link #letBe}, whatever becomes of it.
     */
    public CompletableFuture<List<String>> hold(int shard, List<String> runIds) {
        CompletableFuture<List<String>> held = new CompletableFuture<>();
        lane(shard).post(new Message.Hold(runIds, held));
        return held;
    }

    /** Ends a hold; what runs were told meanwhile is looked at now. */
    public void letBe(int shard, List<String> runIds) {
        lane(shard).post(new Message.LetBe(runIds));
    }

    /**
     * Gives a shard to its lane, with the runs to take up.
     *
     * @param publishedAt every row of the shard with an earlier time is on the events topic
     */
    public void own(int shard, long epoch, Instant publishedAt, List<Readable> unfinished) {
        lane(shard).post(new Message.Own(shard, epoch, publishedAt, unfinished));
    }

    /**
     * Takes a shard from its lane while its calls go on; done when what was under way besides is committed, with the calls
     * that go on. It stays where the lane has it in another epoch by then.
     */
    public CompletableFuture<List<LeftCall>> giveUp(int shard, long epoch) {
        if (!lane(shard).isAlive()) {
            return CompletableFuture.completedFuture(List.of());
        }
        CompletableFuture<List<LeftCall>> done = new CompletableFuture<>();
        lane(shard).post(new Message.GiveUp(shard, epoch, done));
        return done;
    }

    /**
     * Takes a shard from its lane; done when what was under way is committed, and at once where the lane has stopped. It stays
     * where the lane has it in another epoch by then.
     */
    public CompletableFuture<Void> disown(int shard, long epoch) {
        if (!lane(shard).isAlive()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane(shard).post(new Message.Disown(shard, epoch, done));
        return done;
    }

    private Lane lane(int shard) {
        return lanes.get(shard % lanes.size());
    }

    /** Stops all lanes, each after the batch that it has under way, and waits for them, for 10 s at most. */
    @Override
    public void close() {
        lanes.forEach(Lane::stop);
        lanes.forEach(lane -> lane.join(Duration.ofSeconds(10)));
    }
}
