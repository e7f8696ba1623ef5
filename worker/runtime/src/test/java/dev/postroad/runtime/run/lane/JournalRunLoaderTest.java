package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.SetAsideRuns;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullMarked
@Timeout(60)
final class JournalRunLoaderTest {
    /** Such as one of a class that cannot be loaded; the thread that is told of it is the run's own. */
    @Test
    void errorsOfSomeRunsKeepNoOtherFromBeingRead() throws Exception {
        try (Site site = Site.open();
                JournalRunLoader loader = new JournalRunLoader(
                        new JournalReader(site.database(), new SetAsideRuns(site.sql(), "me", (runId, what) -> {})),
                        (name, version) -> {
                            throw new AssertionError("there are no runs");
                        },
                        InstantSource.system())) {
            for (int broken = 0; broken < GatheredLoads.MOST_AT_ONCE; broken++) {
                // Together with others, and alone.
                CountDownLatch read = new CountDownLatch(2);
                loader.load("broken-" + broken, found -> {
                    read.countDown();
                    throw new StackOverflowError("a test's own");
                });
                assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
            }
            CompletableFuture<Optional<StoredRun>> sound = new CompletableFuture<>();
            loader.load("sound", sound::complete);
            assertThat(sound.get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }
}
