package dev.postroad.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.RegistryKey.Kind;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What a worker remembers of names that come and go. */
@NullMarked
class LatestChangesTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final int NAMES = 30_000;

    private final Map<RegistryKey, Instant> stored = new HashMap<>();
    private int asked;
    private final LatestChanges changes = new LatestChanges(key -> {
        asked++;
        return Optional.ofNullable(stored.get(key));
    });

    private static RegistryKey key(int number) {
        return new RegistryKey(Kind.GRAPH, "graph-" + number);
    }

    @Test
    void whatIsThereIsKnownAndOfWhatIsGoneTheRestIsAsked() {
        changes.published(key(0), AT);
        for (int number = 1; number <= NAMES; number++) {
            changes.published(key(number), AT);
            changes.removed(key(number), AT.plusSeconds(1));
            stored.put(key(number), AT.plusSeconds(1));
        }
        assertThat(changes.held()).isEqualTo(10_001);
        assertThat(changes.include(key(0), AT)).isTrue();
        assertThat(changes.include(key(0), AT.plusNanos(1))).isFalse();
        assertThat(changes.include(key(NAMES), AT)).isTrue();
        assertThat(asked).isZero();
        assertThat(changes.include(key(1), AT)).isTrue();
        assertThat(changes.include(key(1), AT.plusSeconds(2))).isFalse();
        assertThat(changes.include(key(NAMES + 1), AT)).isFalse();
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void whatWasRemovedIsThereAgainAndTheLaterOfTwoCounts() {
        changes.removed(key(1), AT.plusSeconds(5));
        changes.published(key(1), AT.plusSeconds(3));
        assertThat(changes.include(key(1), AT.plusSeconds(5))).isTrue();
        changes.published(key(1), AT.plusSeconds(7));
        changes.removed(key(1), AT.plusSeconds(6));
        assertThat(changes.include(key(1), AT.plusSeconds(7))).isTrue();
        assertThat(changes.include(key(1), AT.plusSeconds(8))).isFalse();
        assertThat(asked).isZero();
    }
}
