package dev.postroad.runtime.run.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of keys, over a model: one place, and a line in the order of the ranks. */
@NullMarked
class FairRanksTest {
    private static final FairRanks.Line LINE = new FairRanks.Line("g", 0);
    private static final TicketHolder NOBODY = new TicketHolder() {
        @Override
        public void begin(Ticket ticket) {}

        @Override
        public void putAway(String runId) {}
    };

    private final FairRanks fair = new FairRanks();
    private final QueuePolicy.Line line = new TurnsOfKeys(fair).line();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long number;

    private void come(String key, double weight) {
        now = now.plusNanos(10_000);
        line.add(new Ticket(fair.rank(LINE, key, weight, now), ++number, key, 0, null, NOBODY));
    }

    private String begin() {
        Ticket next = line.takeFirst();
        fair.began(LINE, next.rank());
        return next.runId();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keysThatWaitBeginByTheirWeightsWithinFivePercentOver1000Starts(long seed) {
        Random random = new Random(seed);
        int keys = random.nextInt(2, 8);
        double[] weights = random.doubles(keys, 0.5, 10).toArray();
        double all = 0;
        for (double weight : weights) {
            all += weight;
        }
        // All of a key at once, or mixed: the order of coming must not matter.
        List<Integer> coming = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            for (int i = 0; i < 1_000; i++) {
                coming.add(key);
            }
        }
        if (random.nextBoolean()) {
            java.util.Collections.shuffle(coming, random);
        }
        coming.forEach(key -> come("k" + key, weights[key]));
        Map<String, Integer> begun = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            begun.merge(begin(), 1, Integer::sum);
        }
        for (int key = 0; key < keys; key++) {
            double share = 1_000 * weights[key] / all;
            assertThat((double) begun.getOrDefault("k" + key, 0))
                    .as("share of weight " + weights[key] + " of " + all + ", seed " + seed)
                    .isBetween(share * 0.95 - 1, share * 1.05 + 1);
        }
    }

    @Test
    void oneRunOfAKeyBeginsNextHoweverManyOfAnotherWait() {
        for (int i = 0; i < 100_000; i++) {
            come("many", 1);
        }
        for (int i = 0; i < 5_000; i++) {
            begin();
            if (i % 500 == 0) {
                come("one", 1);
                assertThat(List.of(begin(), begin())).contains("one");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noKeyStarvesWhileOthersKeepComing(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            come("busy" + random.nextInt(5), 5);
        }
        come("patient", 1);
        int waited = 0;
        while (!begin().equals("patient")) {
            come("busy" + random.nextInt(5), 5);
            assertThat(++waited).as("seed " + seed).isLessThan(5 * 5 * 2 + 1);
        }
    }

    @Test
    void aKeyThatHadNothingWaitingSavesNothingUp() {
        for (int i = 0; i < 1_000; i++) {
            come("a", 1);
        }
        for (int i = 0; i < 500; i++) {
            begin();
        }
        for (int i = 0; i < 500; i++) {
            come("b", 1);
        }
        Map<String, Integer> begun = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            begun.merge(begin(), 1, Integer::sum);
        }
        assertThat(begun.getOrDefault("a", 0)).isBetween(95, 105);
    }

    @Test
    void runsRankInTheOrderOfComingOnceNobodyWaits() {
        come("a", 1);
        begin();
        now = now.plusSeconds(60);
        Instant before = now;
        come("a", 1);
        assertThat(fair.rank(LINE, "b", 1, now)).isAfterOrEqualTo(before);
    }

    @Test
    void whatWaitsInShardsThatComeTakesItsTurnsWithWhatComesAfter() {
        Instant first = now.minusSeconds(100);
        fair.takeIn(LINE, "old", first, first.plusMillis(500));
        assertThat(fair.rank(LINE, "old", 1, now)).isAfter(first.plusMillis(500));
        assertThat(fair.rank(LINE, "new", 1, now)).isEqualTo(first);
    }
}
