package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.guard.Pass;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whom the answers of remote agents matter to beside their runs: circuit breakers that let a few calls through to see, and
 * the results that are kept for equal inputs. The oldest is forgotten where there are too many. Thread-safe.
 */
final class AwaitedAnswers {
    private static final int MOST = 10_000;

    private final SequencedMap<RemoteCalls.Attempt, Awaiting> all = new LinkedHashMap<>();

    private record Awaiting(Pass pass, Consumer<AgentReply> replied) {}

    void keep(RemoteCalls.Attempt attempt, Pass pass, Consumer<AgentReply> replied) {
        Awaiting gone;
        synchronized (all) {
            gone = all.putLast(attempt, new Awaiting(pass, replied));
            if (gone == null && all.size() > MOST) {
                gone = all.remove(all.firstEntry().getKey());
            }
        }
        abandon(gone);
    }

    /** Whether somebody waited for it. */
    boolean tell(RemoteCalls.Attempt attempt, AgentReply reply, long durationMillis) {
        Awaiting awaiting = take(attempt);
        if (awaiting == null) {
            return false;
        }
        awaiting.pass().ended(reply, durationMillis);
        // What is kept goes to Postgres, which nobody here may wait for.
        Thread.ofVirtual().start(() -> awaiting.replied().accept(reply));
        return true;
    }

    void forget(RemoteCalls.Attempt attempt) {
        abandon(take(attempt));
    }

    private @Nullable Awaiting take(RemoteCalls.Attempt attempt) {
        synchronized (all) {
            return all.remove(attempt);
        }
    }

    private static void abandon(@Nullable Awaiting awaiting) {
        if (awaiting != null) {
            awaiting.pass().abandoned();
        }
    }
}
