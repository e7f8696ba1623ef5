package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
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

    @Test
    void whatHasTheSameKeyIsDoneInItsOrderHoweverOftenItIsTried() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(PIECES);
        Map<Integer, Queue<Integer>> ended = new ConcurrentHashMap<>();
        RandomGenerator random = new Random(20261129);
        try (Insistence insistence = new Insistence("test", 4)) {
            for (int i = 0; i < PIECES; i++) {
                int piece = i;
                int triesNeeded = random.nextInt(10) == 0 ? 1 : 0;
                insistence.untilDone("key " + i % 7, tries -> {
                    if (tries < triesNeeded) {
                        return false;
                    }
                    ended.computeIfAbsent(piece % 7, key -> new ConcurrentLinkedQueue<>())
                            .add(piece);
                    done.countDown();
                    return true;
                });
            }
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(ended).hasSize(7);
        assertThat(ended.values())
                .allSatisfy(pieces -> assertThat(List.copyOf(pieces)).isSorted());
    }

    @Test
    void whatWaitsToBeTriedAgainHoldsUpOnlyWhatHasItsKey() throws InterruptedException {
        CountDownLatch other = new CountDownLatch(1);
        try (Insistence insistence = new Insistence("test", 1)) {
            insistence.untilDone("a", tries -> false);
            insistence.untilDone("a", tries -> {
                throw new AssertionError("the one before is not done");
            });
            insistence.untilDone("b", tries -> {
                other.countDown();
                return true;
            });
            assertThat(other.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(insistence.isBusyWith("a")).isTrue();
        }
    }
}
