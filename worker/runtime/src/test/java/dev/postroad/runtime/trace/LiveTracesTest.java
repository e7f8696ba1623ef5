package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
final class LiveTracesTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final TracedRun RUN = TracedRun.of(7, "order-1", null);

    /** Keeps what it is given, once it is let. */
    private static class Kept implements SpanSink {
        private final List<SpanDraft> spans = new CopyOnWriteArrayList<>();
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public boolean samples(TracedRun run, @Nullable String traceParent) {
            return true;
        }

        @Override
        public void write(SpanDraft span) {
            try {
                open.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            spans.add(span);
        }

        @Override
        public long sent() {
            return spans.size();
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private static Moment moment(int seq, EventType type) {
        return new Moment(seq, type, NOW.plusSeconds(seq), null, null, 0, 0, null, null);
    }

    private static Commit commit(int seq, EventType type) {
        return new Commit("letters", 1, List.of(moment(seq, type)), 1, NOW, NOW);
    }

    @Test
    void whatThereIsNoRoomForIsDroppedAndCounted() {
        Kept kept = new Kept();
        LiveTraces traces = new LiveTraces(kept, (run, seq) -> List.of(), false, InstantSource.system());
        traces.start();
        for (int i = 0; i < LiveTraces.MOST_WAITING + 1_000; i++) {
            traces.committed(RUN, commit(1, EventType.RUN_QUEUED));
        }
        assertThat(traces.dropped()).isBetween(990L, 1_000L);
        kept.open.countDown();
        traces.close();
    }

    @Test
    void contentThatWaitsIsBoundedByItsLengthToo() {
        Kept kept = new Kept();
        LiveTraces traces = new LiveTraces(kept, (run, seq) -> List.of(), true, InstantSource.system());
        String much = "x".repeat(1 << 20);
        CallTrace.Call call = new CallTrace.Call("chat m", NOW, NOW, Map.of("gen_ai.input.messages", much), null);
        for (int i = 0; i < 40; i++) {
            traces.attempted(RUN, RunSpansTest.attempt(1, null, call));
        }
        assertThat(traces.dropped()).isEqualTo(40 - (LiveTraces.MOST_CHARACTERS >> 20));
        kept.open.countDown();
        traces.start();
        Site.await("there is room again", () -> kept.spans.size() == 32);
        traces.attempted(RUN, RunSpansTest.attempt(1, null, call));
        Site.await("it is taken", () -> kept.spans.size() == 34);
        traces.close();
    }

    @Test
    void forgetsTheRunThatWasToldOfLeastLatelyWhereTooManyTasksAreKnown() {
        Kept kept = new Kept();
        kept.open.countDown();
        List<Long> readBack = new CopyOnWriteArrayList<>();
        LiveTraces traces = new LiveTraces(
                kept,
                (run, seq) -> {
                    readBack.add(run);
                    return List.of();
                },
                false,
                InstantSource.system());
        traces.start();
        int tasks = LiveTraces.MOST_TASKS / 2 + 1;
        for (long number : List.of(7L, 8L)) {
            traces.committed(TracedRun.of(number, "run-" + number, null), tasks(tasks));
        }
        for (long number : List.of(8L, 7L)) {
            TracedRun run = TracedRun.of(number, "run-" + number, null);
            traces.committed(
                    run, new Commit("letters", 1, List.of(moment(tasks + 1, EventType.COMMAND_REJECTED)), 1, NOW, NOW));
        }
        Site.await("what was forgotten is read back", () -> !readBack.isEmpty());
        traces.close();
        assertThat(readBack).containsExactly(7L);
    }

    private static Commit tasks(int count) {
        List<Moment> begun = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            begun.add(new Moment(i, EventType.NODE_STARTED, NOW, "write", "write@" + i, 1, 1, null, null));
        }
        return new Commit("letters", 1, begun, count, NOW, NOW);
    }

    @Test
    void itsThreadEndsWhereNoMemoryIsLeftSoThatTheWorkerBreaksOff() {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        ThreadGroup group = new ThreadGroup("traces") {
            @Override
            public void uncaughtException(Thread thread, Throwable thrown) {
                ended.complete(thrown);
            }
        };
        var _ = Thread.ofPlatform().group(group).start(() -> {
            LiveTraces traces = new LiveTraces(
                    new Kept(),
                    (run, seq) -> {
                        throw new OutOfMemoryError("Metaspace, says the test");
                    },
                    false,
                    InstantSource.system());
            traces.start();
            traces.resumed(RUN, 1);
        });
        assertThat(ended.orTimeout(60, TimeUnit.SECONDS).join()).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void decidesForEachRunByItself() {
        Kept kept = new Kept();
        LiveTraces traces = new LiveTraces(kept, (run, seq) -> List.of(), false, InstantSource.system());
        for (long number : List.of(1L, 2L, 1L, 4_097L, 1L)) {
            assertThat(traces.traced(number, "run-" + number, null))
                    .isEqualTo(TracedRun.of(number, "run-" + number, null));
        }
    }

    @Test
    void asksTheSamplerOnceOfEachOfManyRunsThatAreNotTraced() {
        AtomicInteger asked = new AtomicInteger();
        SpanSink none = new Kept() {
            @Override
            public boolean samples(TracedRun run, @Nullable String traceParent) {
                asked.incrementAndGet();
                return false;
            }
        };
        LiveTraces traces = new LiveTraces(none, (run, seq) -> List.of(), false, InstantSource.system());
        for (int time = 0; time < 3; time++) {
            for (long number = 1; number <= 100_000; number++) {
                assertThat(traces.traced(number, "run", null) == null).isTrue();
            }
        }
        assertThat(asked).hasValue(100_000);
    }

    @Test
    void readsBackWhatARunDidElsewhere() {
        Kept kept = new Kept();
        kept.open.countDown();
        List<Moment> before = List.of(
                moment(1, EventType.RUN_QUEUED), moment(2, EventType.RUN_STARTED), moment(3, EventType.RUN_WAITING));
        LiveTraces traces = new LiveTraces(
                kept,
                (run, seq) ->
                        before.stream().filter(moment -> moment.seq() <= seq).toList(),
                false,
                InstantSource.system());
        traces.start();
        traces.committed(RUN, commit(4, EventType.RUN_RESUMED));
        traces.committed(RUN, commit(5, EventType.RUN_COMPLETED));
        Site.await(
                "the run's span",
                () -> kept.spans.stream().anyMatch(span -> span.name().startsWith("invoke_workflow")));
        traces.close();
        assertThat(kept.spans.getLast().linkId()).isEqualTo(SpanIds.stretch(7, 1));
        assertThat(kept.spans.getLast().spanId()).isEqualTo(SpanIds.stretch(7, 4));
    }

    @Test
    void takesNothingForTheOthersThatIsStillToBeTold() {
        Kept kept = new Kept();
        kept.open.countDown();
        List<Moment> journal = List.of(
                moment(1, EventType.RUN_QUEUED), moment(2, EventType.RUN_STARTED), moment(3, EventType.RUN_COMPLETED));
        LiveTraces traces = new LiveTraces(
                kept,
                (run, seq) ->
                        journal.stream().filter(moment -> moment.seq() <= seq).toList(),
                false,
                InstantSource.system());
        traces.start();
        traces.resumed(RUN, 2);
        traces.attempted(RUN, RunSpansTest.attempt(1, null));
        traces.committed(RUN, commit(3, EventType.RUN_COMPLETED));
        traces.close();
        assertThat(kept.spans)
                .extracting(SpanDraft::name)
                .containsExactly("invoke_agent writer", "commit run.completed", "invoke_workflow letters");
    }

    @Test
    void readsBackWhatItMissed() {
        Kept kept = new Kept();
        kept.open.countDown();
        List<Moment> all = List.of(moment(1, EventType.RUN_QUEUED), moment(2, EventType.RUN_STARTED));
        LiveTraces traces = new LiveTraces(kept, (run, seq) -> all, false, InstantSource.system());
        traces.start();
        traces.committed(RUN, commit(1, EventType.RUN_QUEUED));
        traces.committed(RUN, commit(3, EventType.RUN_COMPLETED));
        traces.close();
        assertThat(kept.spans.getLast().begunAt()).isEqualTo(NOW.plusSeconds(2));
    }
}
