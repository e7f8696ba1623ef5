package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RoundsTest {
    @Test
    void goesOnWhateverARoundEndsWith() {
        AtomicInteger rounds = new AtomicInteger();
        try (Rounds looking = new Rounds("rounds-test", "nothing", 1, InstantSource.system(), () -> {
            switch (rounds.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("a defect of this test");
                case 2 -> throw new StackOverflowError("as if something were too deep");
                default -> assertThat(Thread.currentThread().isDaemon()).isTrue();
            }
        })) {
            looking.start();
            Site.await("there are more rounds", () -> rounds.get() > 2);
        }
    }
}
