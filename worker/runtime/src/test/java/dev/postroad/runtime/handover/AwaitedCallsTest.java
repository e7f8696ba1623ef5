package dev.postroad.runtime.handover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
final class AwaitedCallsTest {
    private static final Site SITE = Site.open();
    private static final int SHARD = 2;
    private static final long HERE = 11;
    private static final long ELSEWHERE = 12;
    private static final RunKey RUN = new RunKey(7, "run", SHARD, null);

    private static final LeftCall.Answer ANSWER = new LeftCall.Answer(AgentReply.permanent("no", "why"), 1_500);

    private final List<String> made = new CopyOnWriteArrayList<>();
    private final List<AgentReply> answers = new CopyOnWriteArrayList<>();
    private final LeftCallRows here = new LeftCallRows(SITE.sql(), HERE);
    private final LeftCallRows elsewhere = new LeftCallRows(SITE.sql(), ELSEWHERE);
    private final LeftCall left = new LeftCall(RUN, "task", 1, new CompletableFuture<>());
    private final AwaitedCalls calls =
            new AwaitedCalls(new Recorder(), here, name -> Optional.empty(), InstantSource.system());

    @BeforeEach
    void begin() {
        SITE.sql().useHandle(handle -> {
            handle.execute("TRUNCATE postroad.left_calls, postroad.workers, postroad.shards CASCADE");
            handle.execute("INSERT INTO postroad.shards (shard, epoch, owner, published_at, holder, held_epoch)"
                    + " VALUES (2, 1, 'here', now(), 11, 1)");
            handle.execute("INSERT INTO postroad.workers (id, name, host, version, lease, locked)"
                    + " VALUES (12, 'elsewhere', 'h', 'v', '3 s', false)");
        });
        calls.start();
    }

    @AfterEach
    void end() {
        calls.close();
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void anAnswerThatIsGivenElsewhereIsReadHere() {
        elsewhere.enter(SHARD, List.of(left));
        calls.expect(SHARD);
        call();
        elsewhere.answer(Map.of(LeftCallRows.Key.of(left), ANSWER));
        Site.await("it is answered", () -> !answers.isEmpty());
        assertThat(answers).containsExactly(ANSWER.reply());
        assertThat(made).isEmpty();
        Site.await("it is forgotten", () -> rows() == 0);
    }

    @Test
    void answersThatComeTogetherAreHandedOverThoughPostgresRefusesOneOfThem() {
        refuse("bad");
        List<LeftCall> many = IntStream.range(0, 300)
                .mapToObj(i -> new LeftCall(RUN, i == 7 ? "bad" : "task" + i, 1))
                .toList();
        try (LeftCalls leaving = new LeftCalls(elsewhere, (run, task, attempt) -> {}, InstantSource.system())) {
            leaving.enter(SHARD, many);
            many.forEach(call -> call.outcome().complete(Optional.of(ANSWER)));
            Site.await("all others are there", () -> leaving.open() == 1);
        }
        assertThat(elsewhere.wanted()).extracting(LeftCallRows.Key::task).containsExactly("bad");
        SITE.sql().useHandle(handle -> handle.execute("DROP FUNCTION refuse CASCADE"));
    }

    private static void refuse(String task) {
        SITE.sql().useHandle(handle -> {
            handle.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                    + "$$ BEGIN RAISE EXCEPTION 'as the test asks for' USING ERRCODE = '22000'; END $$");
            handle.execute("CREATE TRIGGER refuse BEFORE UPDATE ON postroad.left_calls FOR EACH ROW WHEN (NEW.task = '"
                    + task + "') EXECUTE FUNCTION refuse()");
        });
    }

    @Test
    void aCallIsMadeHereWhereTheWorkerThatWentOnWithItIsGone() {
        elsewhere.enter(SHARD, List.of(left));
        calls.expect(SHARD);
        call();
        SITE.sql().useHandle(handle -> handle.execute("DELETE FROM postroad.workers"));
        Site.await("it is made", () -> made.equals(List.of("call task#1")));
        Site.await("it is forgotten", () -> rows() == 0);
    }

    @Test
    void aCallThatWasNotLeftIsMadeAtOnce() {
        elsewhere.enter(SHARD + 1, List.of(left));
        calls.expect(SHARD);
        call();
        assertThat(made).containsExactly("call task#1");
    }

    @Test
    void whoeverMakesACallHearsThatNobodyWaitsForItAnyMore() {
        elsewhere.enter(SHARD, List.of(left));
        calls.expect(SHARD);
        call();
        assertThat(elsewhere.wanted()).hasSize(1);
        calls.stop(RUN, "task", 1, AgentCaller.Stop.CANCELLED);
        Site.await("it is not wanted", () -> elsewhere.wanted().isEmpty());
        assertThat(made).isEmpty();
    }

    @Test
    void whatIsLeftOfAShardStaysForItsNextOwner() {
        elsewhere.enter(SHARD, List.of(left));
        calls.expect(SHARD);
        call();
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET holder = 13"));
        here.remove(Set.of(LeftCallRows.Key.of(left)));
        assertThat(rows()).isEqualTo(1);
    }

    private void call() {
        var effect = new Effect.CallAgent(
                "agent",
                "graph",
                "node",
                "task",
                1,
                JsonNodeFactory.instance.objectNode(),
                List.of(),
                null,
                null,
                NodeGuardSettings.UNSET,
                null,
                0);
        calls.call(RUN, 1, "graph", effect, new AgentCaller.Answered() {
            @Override
            public void answered(AgentReply reply, RetryPolicy policy, long durationMillis) {
                answers.add(reply);
            }

            @Override
            public boolean dispatched(Command.Dispatched sent) {
                made.add("dispatched");
                return true;
            }

            @Override
            public void unavailable(AgentCaller.Unavailability why) {
                made.add("unavailable");
            }

            @Override
            public void overBudget(BudgetExceeded exceeded) {
                made.add("over budget");
            }
        });
    }

    private static long rows() {
        return SITE.number("SELECT count(*) FROM postroad.left_calls");
    }

    private final class Recorder implements AgentCaller {
        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            made.add("call " + call.task() + "#" + call.attempt());
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {
            made.add("stop");
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered other) {
            return false;
        }
    }
}
