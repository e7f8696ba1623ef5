package dev.postroad.runtime.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class HoldingsTest {
    private final Holdings holdings = new Holdings();

    /** Else runs of the first shard to be here begin before those of the others that are ahead of them. */
    @Test
    void shardsThatNobodyHasAreToComeBeforeKafkaSaysSo() {
        assertThat(holdings.beginsTaking(1)).isTrue();
        assertThat(holdings.beginsTaking(2)).isTrue();
        assertThat(holdings.beginsTaking(2)).isFalse();
        assertThat(holdings.toCome()).containsExactly(1, 2);
        holdings.take(1, 7);
        assertThat(holdings.toCome()).containsExactly(2);
        holdings.endMove(1);
        // It could not be claimed.
        holdings.endMove(2);
        assertThat(holdings.toCome()).isEmpty();
    }

    @Test
    void shardsOfKafkasAreToComeUntilTheyAreHere() {
        holdings.assigned(Set.of(3, 4));
        holdings.take(3, 1);
        assertThat(holdings.toCome()).containsExactly(4);
        holdings.revoked(Set.of(4));
        assertThat(holdings.toCome()).isEmpty();
    }

    @Test
    void aShardThatIsGivenAwayIsNotToCome() {
        holdings.take(5, 1);
        assertThat(holdings.beginsMove(5)).isTrue();
        assertThat(holdings.letGo(5, 1)).isTrue();
        assertThat(holdings.toCome()).isEmpty();
    }
}
