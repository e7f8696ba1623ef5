package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Branches of different speed, on a whole worker. */
@NullMarked
class EagerOnWorkerTest {
    private static final String FAN = """
            graph: %s
            schedule: eager
            state: { log: { reducer: append } }
            nodes:
              f1: { agent: test-puppet }
              f2: { agent: test-puppet }
              f3: { agent: test-puppet }
              s1: { %s }
              s2: { agent: test-puppet }
              s3: { agent: test-puppet }
              end: { agent: test-puppet }
            edges:
              [{ from: START, to: [f1, s1] }, { from: f1, to: f2 }, { from: f2, to: f3 }, { from: s1, to: s2 },
              { from: s2, to: s3 }, { from: [f3, s3], to: end }, { from: end, to: END }]
            """;

    private static final Site SITE = Site.open();

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void theFastBranchIsAtItsLastNodeBeforeTheSlowOneIsPastItsFirst() {
        SITE.worker();
        SITE.apply(FAN.formatted("fan", "agent: test-puppet"));
        CountDownLatch last = new CountDownLatch(1);
        PuppetAgent.play("fan-1", call -> {
            if (call.node().equals("f3")) {
                last.countDown();
            }
            boolean inTime = !call.node().equals("s1") || last.await(60, TimeUnit.SECONDS);
            return inTime ? log(call) : AgentReply.permanent("late", "the fast branch waits for the slow one");
        });
        SITE.trigger("fan", "fan-1", "{}");
        List<RunEvent> journal = SITE.ended("fan-1");
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(place(journal, EventType.NODE_STARTED, "f3"))
                .isLessThan(place(journal, EventType.NODE_COMPLETED, "s1"));
        assertThat(journal.getLast().data().path("state").path("log"))
                .isEqualTo(Site.json("['f1', 's1', 'f2', 's2', 'f3', 's3', 'end']"));
        SITE.stopWorkers();
        goesOnAfterAWorkerIsGone();
    }

    /** What ran ahead is read back from the journal. */
    private static void goesOnAfterAWorkerIsGone() {
        SITE.worker();
        SITE.apply(FAN.formatted("asking", "interrupt: \"'go on?'\", output: \"{'log': [result]}\""));
        PuppetAgent.play("fan-2", EagerOnWorkerTest::log);
        SITE.trigger("asking", "fan-2", "{}");
        List<RunEvent> waiting = SITE.journalWith("fan-2", event -> event.type() == EventType.RUN_WAITING);
        assertThat(place(waiting, EventType.NODE_COMPLETED, "f3")).isPositive();
        SITE.stopWorkers();
        SITE.worker();
        SITE.control(
                "fan-2",
                new Control.Resume(
                        Map.of(Control.Resume.ONLY, JsonNodeFactory.instance.textNode("s1")), null, List.of()));
        List<RunEvent> journal = SITE.ended("fan-2");
        assertThat(journal.getLast().data().path("state").path("log"))
                .isEqualTo(Site.json("['f1', 's1', 'f2', 's2', 'f3', 's3', 'end']"));
        assertThat(PuppetAgent.nodes("fan-2")).containsExactlyInAnyOrder("f1", "f2", "f3", "s2", "s3", "end");
    }

    private static AgentReply log(AgentCall call) {
        ObjectNode writes = JsonNodeFactory.instance.objectNode();
        writes.putArray("log").add(call.node());
        return AgentReply.completed(writes);
    }

    private static int place(List<RunEvent> journal, EventType type, String node) {
        for (int i = 0; i < journal.size(); i++) {
            if (journal.get(i).type() == type && node.equals(journal.get(i).node())) {
                return i;
            }
        }
        return -1;
    }
}
