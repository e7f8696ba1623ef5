package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that is given a run as it was read before its shard went away and came back. */
@NullMarked
class StaleLoadTest {
    private final Queue<AgentCaller.Answered> calls = new ConcurrentLinkedQueue<>();
    private final Held loads = new Held();
    private final OneLane one = new OneLane(new Calls(calls), loads::of);

    @AfterEach
    void close() {
        one.close();
    }

    /** It was stepped on from there: its agent was called again, and events were published that are in no journal. */
    @Test
    void aRunThatHasEndedSinceIsNotTakenUpAgain() throws SQLException {
        beginOne();
        one.lanes().disown(OneLane.MINE, 1).join();
        one.lanes().prefetch(List.of(one.ticket("run")));
        Site.await("it is read", () -> !loads.held.isEmpty());
        own(2, unfinished());
        Site.await("its agent is called by the new owner", () -> calls.size() == 2);
        answer();
        Site.await("it has ended", () -> one.count("status = 'completed'") == 1);
        loads.letGo();
        endAnother(3);
        assertThat(calls).as("calls of agents").hasSize(3);
        assertOnlyItsJournalIsPublished();
    }

    /** Whatever it was that had it read too early. */
    @Test
    void whatIsDecidedOfAnOldStateIsNeitherWrittenNorPublished() throws SQLException {
        beginOne();
        List<Readable> old = unfinished();
        one.lanes().disown(OneLane.MINE, 1).join();
        own(2, old);
        Site.await("its agent is called by the new owner", () -> calls.size() == 2);
        answer();
        Site.await("it has ended", () -> one.count("status = 'completed'") == 1);
        List<RunEvent> journal = one.site().journal("run");
        one.lanes().disown(OneLane.MINE, 2).join();
        own(3, old);
        Site.await("its agent is called anew", () -> calls.size() == 3);
        answer();
        Site.await("it is read anew", () -> !loads.held.isEmpty());
        loads.letGo();
        endAnother(4);
        assertThat(one.site().journal("run")).isEqualTo(journal);
        assertOnlyItsJournalIsPublished();
    }

    private void beginOne() {
        one.start();
        one.admit("run", Map.of(), (run, reason) -> {});
        Site.await("its agent is called", () -> calls.size() == 1);
    }

    private List<Readable> unfinished() throws SQLException {
        return one.reader().unfinished(OneLane.MINE, (name, version) -> one.graph()).stream()
                .map(Readable.class::cast)
                .toList();
    }

    private void own(long epoch, List<Readable> unfinished) {
        one.site().sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = ?", epoch));
        one.lanes().own(OneLane.MINE, epoch, Instant.EPOCH, unfinished);
    }

    /** The lane is past all that it was told before. */
    private void endAnother(int calledBy) {
        one.admit("another", Map.of(), (run, reason) -> {});
        Site.await("the other's agent is called", () -> calls.size() >= calledBy);
        answer();
        Site.await("the other has ended", () -> one.count("status = 'completed'") == 2);
    }

    private void assertOnlyItsJournalIsPublished() {
        Set<RunEvent> journal = Set.copyOf(one.site().journal("run"));
        Site.await("all is published", () -> published().containsAll(journal));
        assertThat(published()).isEqualTo(journal);
    }

    private Set<RunEvent> published() {
        return Set.copyOf(new HashSet<>(one.site().published("run")));
    }

    private void answer() {
        List.copyOf(calls)
                .forEach(call -> call.answered(
                        AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1));
    }

    /** Keeps what is read of runs that are to begin soon until it is let go. */
    private static final class Held {
        private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

        RunLoader of(RunLoader real) {
            return new RunLoader() {
                @Override
                public void load(String runId, Consumer<Optional<StoredRun>> loaded) {
                    real.load(runId, loaded);
                }

                @Override
                public void load(String runId, @Nullable Integer version, Consumer<Optional<StoredRun>> loaded) {
                    real.load(runId, version, loaded);
                }

                @Override
                public void load(Collection<String> runIds, BiConsumer<String, Optional<StoredRun>> loaded) {
                    real.load(runIds, (runId, found) -> held.add(() -> loaded.accept(runId, found)));
                }
            };
        }

        void letGo() {
            held.forEach(Runnable::run);
        }
    }

    private record Calls(Queue<Answered> made) implements AgentCaller {
        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            made.add(answered);
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
