package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class InsistenceTest {
    private static final int PIECES = 500;

    @Test
    void aFloodOfWorkTakesNoMoreConnectionsThanItIsAllowed() throws InterruptedException {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(PIECES);
        try (Insistence insistence = new Insistence("test", 3)) {
            for (int i = 0; i < PIECES; i++) {
                insistence.untilDone(tries -> {
                    most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    atWork.decrementAndGet();
                    if (tries == 1) {
                        done.countDown();
                    }
                    return tries == 1;
                });
            }
            assertThat(done.await(30, TimeUnit.SECONDS))
                    .as("each is tried again")
                    .isTrue();
        }
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void whatWaitsToBeTriedAgainKeepsNobodyFromWork() throws InterruptedException {
        Semaphore first = new Semaphore(0);
        CountDownLatch second = new CountDownLatch(1);
        try (Insistence insistence = new Insistence("test", 1)) {
            insistence.untilDone(tries -> {
                first.release();
                return false;
            });
            assertThat(first.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            insistence.untilDone(tries -> {
                second.countDown();
                return true;
            });
            assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
