package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.client.CommandAnswer;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunOutcome;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@NullMarked
class ClientTest {
    private static final String ASKING = """
            graph: asking
            state: { n: { reducer: sum } }
            nodes:
              ask: { agent: test-puppet, retry: { maxAttempts: 1 } }
              add: { set: "{'n': 1}" }
            edges: [{ from: START, to: ask }, { from: ask, to: add }, { from: add, to: END }]
            """;

    private static final Site SITE = Site.open();
    private static final PostroadClient CLIENT = SITE.client();

    @BeforeAll
    static void startAWorker() {
        SITE.apply(ASKING);
        SITE.worker();
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void awaitsTheEndOfARunThatIsTriggeredBeforeOrAfter() throws Exception {
        SITE.trigger("asking", "before", "{'n': 1}");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RunOutcome> before = threads.submit(() -> CLIENT.await("before", Site.LIMIT));
            Future<RunOutcome> after = threads.submit(() -> CLIENT.await("after", Site.LIMIT));
            SITE.trigger("asking", "after", "{'n': 2}");
            assertThat(completed(before.get()).state()).isEqualTo(Site.json("{'n': 2}"));
            assertThat(completed(after.get()).state()).isEqualTo(Site.json("{'n': 3}"));
        }
    }

    @Test
    void findsTheEndOfARunFarBack() {
        SITE.trigger("asking", "far-back", "{'n': 41}");
        CLIENT.await("far-back", Site.LIMIT);
        int partition = SITE.records(SITE.topics().events()).stream()
                .filter(record -> Site.event(record).runId().equals("far-back"))
                .findFirst()
                .orElseThrow()
                .partition();
        byte[] other = SITE.records(SITE.topics().events()).getFirst().value();
        SITE.sendAll(IntStream.range(0, 30_000)
                .mapToObj(i -> new ProducerRecord<>(SITE.topics().events(), partition, Site.bytes("noise"), other))
                .toList());
        assertThat(completed(CLIENT.await("far-back", Site.LIMIT)).state()).isEqualTo(Site.json("{'n': 42}"));
    }

    @Test
    void saysHowARunEnded() {
        PuppetAgent.play("fails", call -> {
            throw new IllegalStateException("no paper");
        });
        SITE.trigger("asking", "fails", "{}");
        assertThat(CLIENT.await("fails", Site.LIMIT)).isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
            assertThat(failed.message()).contains("no paper");
            assertThat(failed.error()).isNotEmpty();
            assertThat(failed.state()).isNotNull();
        });
        SITE.trigger("askign", "misspelt", "{}");
        assertThat(CLIENT.await("misspelt", Site.LIMIT))
                .isInstanceOfSatisfying(
                        RunOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("askign"));
    }

    @Test
    void saysHowFarARunCameThatHasNotEnded() {
        CountDownLatch enough = new CountDownLatch(1);
        PuppetAgent.play("slow", call -> {
            enough.await();
            return PuppetAgent.nothing();
        });
        SITE.trigger("asking", "slow", "{}");
        Site.await("the agent works", () -> !PuppetAgent.calls("slow").isEmpty());
        Site.await("that is published", () -> SITE.publishedOnce("slow").size() == 3);
        // How much of the topic it comes to read within its time is for the machine to say.
        Site.await(
                "it says how far the run came",
                () -> CLIENT.await("slow", Duration.ofSeconds(1)) instanceof RunOutcome.Unfinished(RunEvent last)
                        && last != null
                        && last.type() == EventType.NODE_STARTED);
        enough.countDown();
        assertThat(CLIENT.await("never-triggered", Duration.ofMillis(500))).isEqualTo(new RunOutcome.Unfinished(null));
    }

    @Test
    void awaitsTheAnswerOfACommandThatWasAnsweredBeforeOrIsLater() {
        CountDownLatch never = new CountDownLatch(1);
        PuppetAgent.play("stopped", call -> {
            never.await();
            return PuppetAgent.nothing();
        });
        SITE.trigger("asking", "stopped", "{}");
        Site.await("the agent works", () -> !PuppetAgent.calls("stopped").isEmpty());
        String cancel = CLIENT.control(new Control("stopped", null, new Control.Cancel("enough")));
        assertThat(CLIENT.awaitAnswer("stopped", cancel, Site.LIMIT))
                .isInstanceOfSatisfying(
                        CommandAnswer.Applied.class,
                        applied -> assertThat(applied.event().type()).isEqualTo(EventType.RUN_CANCELLED));
        assertThat(CLIENT.await("stopped", Site.LIMIT))
                .isInstanceOfSatisfying(
                        RunOutcome.Cancelled.class,
                        cancelled -> assertThat(cancelled.reason()).isEqualTo("enough"));

        String again = CLIENT.control(new Control("stopped", "cancel-again", new Control.Cancel(null)));
        assertThat(CLIENT.awaitAnswer("stopped", again, Site.LIMIT))
                .isInstanceOfSatisfying(
                        CommandAnswer.Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("cancelled already"));
        assertThat(CLIENT.awaitAnswer("stopped", cancel, Site.LIMIT)).isInstanceOf(CommandAnswer.Applied.class);
        assertThat(CLIENT.awaitAnswer("stopped", "never-sent", Duration.ofMillis(500)))
                .isEqualTo(new CommandAnswer.Unanswered());
    }

    @Test
    void followsARunThatGoesOnAfterItsEndToItsNext() {
        CountDownLatch never = new CountDownLatch(1);
        PuppetAgent.play("twice", call -> {
            never.await();
            return PuppetAgent.nothing();
        });
        try (RunWatch watch = CLIENT.watch("twice")) {
            SITE.trigger("asking", "twice", "{}");
            Site.await("the agent works", () -> !PuppetAgent.calls("twice").isEmpty());
            CLIENT.control(new Control("twice", "stop", new Control.Cancel(null)));
            assertThat(watch.within(Site.LIMIT))
                    .last()
                    .extracting(RunEvent::type)
                    .isEqualTo(EventType.RUN_CANCELLED);

            PuppetAgent.play("twice", call -> PuppetAgent.nothing());
            CLIENT.control(new Control("twice", "on", new Control.Retry()));
            CLIENT.awaitAnswer("twice", "on", Site.LIMIT);
            assertThat(CLIENT.await("twice", Site.LIMIT)).isInstanceOf(RunOutcome.Completed.class);
            assertThat(watch.within(Site.LIMIT))
                    .last()
                    .extracting(RunEvent::type)
                    .isEqualTo(EventType.RUN_COMPLETED);
            assertThat(watch.hasEnded()).isTrue();
        }
        try (RunWatch past = CLIENT.watch("twice", Instant.EPOCH)) {
            List<RunEvent> journal = SITE.journal("twice");
            assertThat(past).containsExactlyElementsOf(journal.subList(0, cancelledAt(journal)));
            assertThat(past).containsExactlyElementsOf(journal.subList(cancelledAt(journal), journal.size()));
        }
    }

    private static int cancelledAt(List<RunEvent> journal) {
        return journal.stream()
                .filter(event -> event.type() == EventType.RUN_CANCELLED)
                .findFirst()
                .orElseThrow()
                .seq();
    }

    private static RunOutcome.Completed completed(RunOutcome outcome) {
        assertThat(outcome).isInstanceOf(RunOutcome.Completed.class);
        return (RunOutcome.Completed) outcome;
    }
}
