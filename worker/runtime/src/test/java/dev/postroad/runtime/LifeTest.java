package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker does not live on without its threads. */
@NullMarked
class LifeTest {
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CompletableFuture<String> told = new CompletableFuture<>();
    private final List<CountDownLatch> ends = new ArrayList<>();
    private final Life life = new Life(() -> stopped.complete(null));

    @AfterEach
    void close() {
        life.close();
        ends.forEach(CountDownLatch::countDown);
    }

    /** A thread that ends when it is told to, with what it is given. */
    private CountDownLatch thread(String name, Runnable last) {
        CountDownLatch end = new CountDownLatch(1);
        ends.add(end);
        Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                end.await();
            } catch (InterruptedException stop) {
                return;
            }
            last.run();
        });
        return end;
    }

    private CountDownLatch begun(String name, Runnable last) {
        List<CountDownLatch> begun = new ArrayList<>();
        life.begin(() -> {
            begun.add(thread(name, last));
            life.started();
        });
        life.whenBroken(told::complete);
        return begun.getFirst();
    }

    private void awaitTold(String reason) {
        // Not by Awaitility, which takes what other threads end with for its own.
        assertThat(told.orTimeout(60, TimeUnit.SECONDS).join()).contains(reason);
        assertThat(life.isWell()).isFalse();
        assertThat(stopped.orTimeout(60, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postroad-lane-0", "kafka-producer-network-thread | p", "kafka-admin-client-thread | a"})
    void breaksOffWhereAThreadThatItLivesOnEndsWithoutAWord(String name) {
        begun(name, () -> {}).countDown();
        awaitTold("its thread " + name + " has ended");
    }

    @Test
    void breaksOffWhereAnyThreadOfItsFindsNoMemory() {
        begun("some-library", () -> {
                    throw new OutOfMemoryError("by the test");
                })
                .countDown();
        awaitTold("no memory left");
    }

    @Test
    void breaksOffWhereAVirtualThreadOfItsFindsNoMemory() {
        life.begin(() -> Thread.ofVirtual()
                .uncaughtExceptionHandler(Thread.currentThread().getThreadGroup())
                .start(() -> {
                    throw new OutOfMemoryError("by the test");
                }));
        life.whenBroken(told::complete);
        awaitTold("no memory left");
    }

    @ParameterizedTest
    @ValueSource(strings = {"some-library", "postroad-plugin-a.jar"})
    void livesOnWhereAThreadOfOthersEnds(String name) {
        List<CountDownLatch> begun = new ArrayList<>();
        life.begin(() -> {
            begun.add(thread(name, () -> {}));
            begun.add(thread("postroad-lane-0", () -> {}));
            life.started();
        });
        life.whenBroken(told::complete);
        begun.getFirst().countDown();
        Site.await("it has ended", () -> !isThere(name));
        begun.getLast().countDown();
        awaitTold("postroad-lane-0");
    }

    @Test
    void threadsOfTheStartMayEnd() {
        List<CountDownLatch> begun = new ArrayList<>();
        life.begin(() -> {
            begun.add(thread("kafka-admin-client-thread | provisioning", () -> {}));
            life.mayEnd();
            begun.add(thread("postroad-lane-0", () -> {}));
            life.started();
        });
        life.whenBroken(told::complete);
        begun.getFirst().countDown();
        begun.getLast().countDown();
        awaitTold("postroad-lane-0");
    }

    @Test
    void anEndThatWasAskedForIsNoBreak() {
        CountDownLatch end = begun("postroad-lane-0", () -> {});
        life.close();
        end.countDown();
        Site.await("nobody looks any more", () -> !isThere("postroad-life"));
        assertThat(told).isNotDone();
        assertThat(stopped).isNotDone();
    }

    private static boolean isThere(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }

    @Test
    void whatTheStartFailsWithReachesTheCaller() {
        assertThatThrownBy(() -> life.begin(() -> {
                    throw new IllegalArgumentException("by the test");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("by the test");
    }

    @Test
    void anArrayThatIsTooLargeIsNoLackOfMemory() {
        Memory.passOnIfShort(new OutOfMemoryError("Requested array size exceeds VM limit"));
        Memory.passOnIfShort(new OutOfMemoryError("Java heap space"));
        Memory.passOnIfShort(new StackOverflowError());
        assertThatThrownBy(() -> Memory.passOnIfShort(new OutOfMemoryError("Metaspace")))
                .isInstanceOf(OutOfMemoryError.class);
    }
}
