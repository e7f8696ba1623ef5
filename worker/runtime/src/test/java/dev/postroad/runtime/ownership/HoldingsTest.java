package dev.postroad.runtime.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
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
        assertThat(holdings.hold(1, 7)).isTrue();
        assertThat(holdings.toCome()).containsExactly(1, 2);
        assertThat(holdings.take(1, 7)).isTrue();
        assertThat(holdings.toCome()).containsExactly(2);
        holdings.endMove(1);
        // It could not be claimed.
        holdings.endMove(2);
        assertThat(holdings.toCome()).isEmpty();
    }

    @Test
    void shardsOfKafkasAreToComeUntilTheyAreHere() {
        holdings.assigned(Set.of(3, 4));
        take(3, 1);
        assertThat(holdings.toCome()).containsExactly(4);
        holdings.revoked(Set.of(4));
        assertThat(holdings.toCome()).isEmpty();
    }

    @Test
    void aShardThatIsGivenAwayIsNotToCome() {
        take(5, 1);
        assertThat(holdings.beginsMove(5)).isTrue();
        assertThat(holdings.letGo(5, 1)).isTrue();
        assertThat(holdings.toCome()).isEmpty();
    }

    /** Its lane may make calls before anybody brings it anything. */
    @Test
    void aShardIsHeldBeforeItIsTakenUpAndInNoOtherEpoch() {
        holdings.beginsTaking(5);
        holdings.hold(5, 1);
        assertThat(holdings.isHeld(5, 1)).isTrue();
        assertThat(holdings.epochs()).isEmpty();
        holdings.take(5, 1);
        holdings.endMove(5);
        assertThat(holdings.letGo(5, 1)).isTrue();
        assertThat(holdings.isHeld(5, 1)).isFalse();
        take(5, 2);
        assertThat(holdings.isHeld(5, 2)).isTrue();
        assertThat(holdings.isHeld(5, 1)).as("what was ordered before").isFalse();
        assertThat(holdings.letGo(5, 1)).as("by whoever is late").isFalse();
    }

    @Test
    void aShardThatIsLostBeforeItsLaneHasItIsNotTakenUp() {
        holdings.beginsTaking(5);
        holdings.hold(5, 1);
        assertThat(holdings.snapshot().held()).containsEntry(5, 1L);
        assertThat(holdings.lose(5, 1, Instant.EPOCH)).isTrue();
        assertThat(holdings.take(5, 1)).isFalse();
        assertThat(holdings.epochs()).isEmpty();
    }

    /** It stood still between its claim and the taking up, and nothing that it looks at says that others were quicker. */
    @Test
    void whatAWorkerWasClaimingWhenItWasTakenForDeadIsNotItsOwn() {
        holdings.beginsTaking(5);
        holdings.claimsAreVoid();
        assertThat(holdings.isWelcome(5)).isFalse();
        assertThat(holdings.hold(5, 1)).isFalse();
        assertThat(holdings.isHeld(5, 1)).isFalse();
        holdings.endMove(5);
        take(5, 2);
        assertThat(holdings.isHeld(5, 2)).isTrue();
    }

    @Test
    void whatKafkaGaveIsNotAskedForWhileKafkaIsSilent() {
        holdings.assigned(Set.of(3));
        holdings.kafkaIsSilent(true);
        assertThat(holdings.wants()).isEmpty();
        assertThat(holdings.isAssigned(3)).isFalse();
        assertThat(holdings.unsettled()).as("for people").containsExactly(3);
        holdings.kafkaIsSilent(false);
        assertThat(holdings.wants()).containsExactly(3);
        assertThat(holdings.isAssigned(3)).isTrue();
    }

    private void take(int shard, long epoch) {
        holdings.beginsTaking(shard);
        holdings.hold(shard, epoch);
        holdings.take(shard, epoch);
        holdings.endMove(shard);
    }
}
