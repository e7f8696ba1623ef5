package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.observe.PartHealth;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HealthPartsTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @Test
    void aRegistryThatIsFollowedIsWell() {
        assertThat(HealthParts.ofRegistry(NOW, NOW.minusSeconds(10), Instant.EPOCH))
                .isEqualTo(new PartHealth.Ok());
    }

    @Test
    void aWorkerThatDoesNotKnowTheWholeRegistryYetGetsNoTraffic() {
        assertThat(HealthParts.ofRegistry(NOW, Instant.EPOCH, NOW)).isInstanceOf(PartHealth.Bad.class);
    }

    @Test
    void aWorkerThatIsBehindWithManyDefinitionsGoesOnWithItsWork() {
        assertThat(HealthParts.ofRegistry(NOW, NOW.minusSeconds(40), NOW.minusSeconds(3)))
                .isEqualTo(new PartHealth.Degraded(
                        "what was published after 2026-11-29T11:59:20Z is still being taken up"));
    }

    @Test
    void aRegistryThatIsNotReadIsBad() {
        assertThat(HealthParts.ofRegistry(NOW, NOW.minusSeconds(40), NOW.minusSeconds(11)))
                .isEqualTo(new PartHealth.Bad("the registry has not been followed since 2026-11-29T11:59:20Z"));
    }
}
