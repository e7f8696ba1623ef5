package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.background.Stoppable;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class PartsTest {
    private static final int ROUNDS = 2_000;

    @Test
    void closesInTheReverseOrder() {
        List<String> closed = new ArrayList<>();
        Parts parts = new Parts();
        parts.add(() -> closed.add("first"));
        parts.add(() -> closed.add("second"));
        parts.close();
        parts.close();
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void allThatCanBeToldToStopAreToldBeforeAnyIsWaitedFor() {
        List<String> events = new ArrayList<>();
        Parts parts = new Parts();
        parts.add(stoppable("first", events));
        parts.add(() -> events.add("second closed"));
        parts.add(stoppable("third", events));
        parts.close();
        assertThat(events)
                .containsExactly("third stopped", "first stopped", "third closed", "second closed", "first closed");
    }

    private static Stoppable stoppable(String name, List<String> events) {
        return new Stoppable() {
            @Override
            public void stop() {
                events.add(name + " stopped");
            }

            @Override
            public void close() {
                events.add(name + " closed");
            }
        };
    }

    @Test
    void whatIsOpenedAfterTheWorkerBrokeOffIsClosedAtOnceAndEndsTheStart() {
        List<String> closed = new ArrayList<>();
        Parts parts = new Parts();
        parts.close();
        assertThatThrownBy(() -> parts.add(() -> closed.add("late"))).hasMessageContaining("closed");
        assertThat(closed).containsExactly("late");
    }

    @Test
    void manyMayCloseItAtOnceAsAWorkerMayBreakOffWhileItIsClosed() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            AtomicInteger closed = new AtomicInteger();
            Parts parts = new Parts();
            parts.add(closed::incrementAndGet);
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> close(parts, together));
            close(parts, together);
            other.get(60, TimeUnit.SECONDS);
            assertThat(closed).hasValue(1);
        }
    }

    @Test
    void whoeverClosesIsBackWhenAllIsClosedAndInOrderThoughOthersCloseToo() throws InterruptedException {
        Parts parts = new Parts();
        List<String> closed = new CopyOnWriteArrayList<>();
        CountDownLatch isClosing = new CountDownLatch(1);
        CountDownLatch mayClose = new CountDownLatch(1);
        parts.add(() -> closed.add("first"));
        parts.add(() -> {
            isClosing.countDown();
            mayClose.await();
            closed.add("second");
        });
        Thread one = Thread.ofPlatform().start(parts::close);
        isClosing.await();
        Thread other = Thread.ofPlatform().start(parts::close);
        Site.await("the other one waits", () -> other.getState() == Thread.State.WAITING || !other.isAlive());
        assertThat(closed).isEmpty();
        assertThat(other.isAlive()).isTrue();
        mayClose.countDown();
        other.join();
        assertThat(closed).containsExactly("second", "first");
        one.join();
    }

    @Test
    void aPartMayCloseTheWorkerThatItIsPartOf() {
        Parts parts = new Parts();
        List<String> closed = new CopyOnWriteArrayList<>();
        parts.add(() -> closed.add("first"));
        parts.add(() -> {
            parts.close();
            closed.add("second");
        });
        parts.close();
        assertThat(closed).containsExactly("first", "second");
    }

    private static void close(Parts parts, CyclicBarrier together) {
        try {
            together.await(60, TimeUnit.SECONDS);
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
        parts.close();
    }
}
