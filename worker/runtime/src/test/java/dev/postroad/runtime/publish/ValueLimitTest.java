package dev.postroad.runtime.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueLimitTest {
    private final ValueLimit limit = new ValueLimit();

    @Test
    void upToAMebibyteGoesOutWholeAtFirst() {
        assertThat(limit.allows(Producers.MAX_VALUE_BYTES)).isTrue();
        assertThat(limit.allows(Producers.MAX_VALUE_BYTES + 1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {ValueLimit.FLOOR_BYTES + 1, 10_000, 533_000, Producers.MAX_VALUE_BYTES})
    void whatWasRefusedIsNotAllowedAgainAndHalfOfItIs(int bytes) {
        assertThat(limit.refused(bytes)).isTrue();
        assertThat(limit.allows(bytes)).isFalse();
        assertThat(limit.allows(bytes / 2 - 1)).isTrue();
    }

    @Test
    void severalRefusalsOfOneSizeLowerOnce() {
        limit.refused(600_000);
        assertThat(limit.refused(600_000)).isTrue();
        assertThat(limit.allows(500_000)).isTrue();
    }

    @Test
    void whatEveryTopicMustTakeIsAlwaysAllowed() {
        assertThat(limit.refused(ValueLimit.FLOOR_BYTES)).isFalse();
        assertThat(limit.allows(ValueLimit.FLOOR_BYTES)).isTrue();
    }

    @Test
    void aSizeIsProvenByBeingTakenUntilSomethingIsRefused() {
        assertThat(limit.isProven(ValueLimit.FIRST_PROVEN_BYTES + 1)).isFalse();
        limit.taken(200_000);
        assertThat(limit.isProven(200_000)).isTrue();
        assertThat(limit.isProven(200_001)).isFalse();
        limit.refused(100_000);
        assertThat(limit.isProven(ValueLimit.FLOOR_BYTES + 1)).isFalse();
    }
}
