package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.testing.Site;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that meets a run of which no decision can be made. */
@NullMarked
class UndecidableRunTest {
    private final Queue<String> setAside = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final OneLane one = new OneLane(new OddAgent(), (run, why) -> setAside.add(run.id() + ": " + why));

    @BeforeEach
    void start() {
        one.start();
    }

    @AfterEach
    void close() {
        one.close();
    }

    @Test
    void isSetAsideWithItsReasonAndAllOthersGoOn() {
        admit("sound-1", "x");
        admit("odd", "x");
        admit("sound-2", "x");
        Site.await("the odd one is set aside", () -> setAside.size() == 1);
        admit("sound-3", "x");
        Site.await("the others complete", () -> one.site().number("""
                SELECT count(*) FROM postroad.runs WHERE status = 'completed' AND run_id LIKE 'sound-%'""") == 3);
        assertThat(setAside.peek()).startsWith("odd: this release can make no decision of it: ");
        assertThat(one.site().number("SELECT count(*) FROM postroad.runs WHERE run_id = 'odd' AND status = 'running'"))
                .as("left as it is")
                .isEqualTo(1);
        assertThat(one.lane().isAlive()).isTrue();
    }

    @Test
    void thatPostgresRefusesIsToldToWhomTriggeredIt() {
        // A text that Postgres cannot store, which no door lets through.
        admit("unwritable", "\0");
        admit("sound-1", "x");
        Site.await("it is refused", () -> refused.size() == 1);
        assertThat(refused.peek()).startsWith("unwritable: Postgres refuses the rows of this run");
        Site.await(
                "the other completes",
                () -> one.site()
                                .number(
                                        "SELECT count(*) FROM postroad.runs WHERE status = 'completed' AND run_id = 'sound-1'")
                        == 1);
    }

    private void admit(String runId, String tag) {
        one.admit(runId, Map.of("tag", tag), (run, reason) -> refused.add(run + ": " + reason));
    }

    /** Answers what no agent can, where the run is odd. */
    private static final class OddAgent implements AgentCaller {
        @Override
        @SuppressWarnings("NullAway") // That is what is odd.
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            AgentReply reply =
                    run.id().equals("odd") ? null : AgentReply.completed(JsonNodeFactory.instance.objectNode());
            answered.answered(reply, RetryPolicy.DEFAULT, 1);
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
