package dev.postroad.runtime.run.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The order of the queue holds over shards that come slowly, and none that does not come holds up the others. */
@NullMarked
final class ShardPatienceTest {
    private static final Duration NEARLY = ShardPatience.BETWEEN_TWO.minusMillis(1);

    private final ShardPatience patience = new ShardPatience();
    private Instant now = Instant.EPOCH;

    private boolean waitsFor(Integer... toCome) {
        return patience.waitsFor(Set.of(toCome), now);
    }

    @Test
    void waitsWhileOneShardComesAfterTheOther() {
        assertThat(waitsFor(1, 2, 3)).isTrue();
        now = now.plus(NEARLY);
        assertThat(waitsFor(2, 3)).isTrue();
        now = now.plus(NEARLY);
        assertThat(waitsFor(3)).isTrue();
        now = now.plus(NEARLY);
        assertThat(waitsFor(3)).isTrue();
        assertThat(waitsFor()).isFalse();
    }

    @Test
    void doesNotWaitForAShardThatDoesNotCome() {
        assertThat(waitsFor(1)).isTrue();
        now = now.plus(ShardPatience.BETWEEN_TWO).plusMillis(1);
        assertThat(waitsFor(1)).isFalse();
        assertThat(waitsFor(1)).isFalse();
    }

    @Test
    void doesNotWaitForEverWhereShardsComeAndGo() {
        Instant end = now.plus(ShardPatience.AT_MOST);
        for (int shard = 0; !now.isAfter(end); shard++) {
            assertThat(waitsFor(shard)).isTrue();
            now = now.plusSeconds(1);
        }
        assertThat(waitsFor(0)).isFalse();
    }

    @Test
    void waitsAnewForThoseThatComeAfterAllWereHere() {
        assertThat(waitsFor(1)).isTrue();
        assertThat(waitsFor()).isFalse();
        now = now.plus(ShardPatience.AT_MOST);
        assertThat(waitsFor(1)).isTrue();
    }
}
