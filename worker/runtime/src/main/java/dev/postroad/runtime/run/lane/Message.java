package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.queue.Ticket;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a lane is sent. */
sealed interface Message {
    /** A trigger to admit. */
    record Admit(Admittee admittee) implements Message {}

    /** A user's command. */
    record Instruct(Instruction instruction) implements Message {}

    /** An answer, a timer, or a decision that goes on. */
    record Tell(LiveRun run, Command command) implements Message {}

    /** What reading a run back gave, for the commands that wait for it; empty where there is none. */
    record Loaded(String runId, Optional<StoredRun> found) implements Message {}

    /** A run that has a place now, and may begin. */
    record Begin(Ticket ticket) implements Message {}

    /** A run that has no ticket any more; it is in Postgres, and need not be in memory. */
    record PutAway(String runId) implements Message {}

    /** Runs that are soon to begin, to be read back together. */
    record Prefetch(List<String> runIds) implements Message {}

    /** Ended runs that are to be deleted; done with those that nobody has in hand, and nobody takes up until they are let be. */
    record Hold(List<String> runIds, CompletableFuture<List<String>> held) implements Message {}

    /** Runs that are held no more. */
    record LetBe(List<String> runIds) implements Message {}

    /** The command of an instruction for which a version of the run had to be read back. */
    record Resolved(String runId, Command command) implements Message {}

    /** A user's command that went ahead of the shard that it is for. */
    record InTurn(Instruction instruction) implements Message {}

    /** An agent that could not be called can be called again. */
    record AgentAvailable(String agent) implements Message {}

    /** Something goes ahead of all others. */
    record Ring() implements Message {}

    /** A shard that this lane owns from now on. */
    record Own(int shard, long epoch, Instant publishedAt, List<Readable> unfinished) implements Message {}

    /** A shard that this lane is to give up, with its calls left under way. */
    record GiveUp(int shard, long epoch, CompletableFuture<List<LeftCall>> done) implements Message {}

    /** The end of what was told of a shard before its calls were left. */
    record GaveUp(int shard, long epoch, List<LeftCall> left, CompletableFuture<List<LeftCall>> done)
            implements Message {}

    /** A shard that this lane owns no more. */
    record Disown(int shard, long epoch, CompletableFuture<Void> done) implements Message {}
}
