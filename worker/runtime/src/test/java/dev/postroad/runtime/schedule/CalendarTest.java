package dev.postroad.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.ScheduledInput;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class CalendarTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    private final Calendar calendar = new Calendar();

    @Test
    void givesTheEarliestFirstAndEachOnce() throws FaultsException {
        calendar.put(schedule("a", "PT15M", 1, false));
        calendar.put(schedule("b", "PT5M", 1, false));
        assertThat(names(NOON.plusSeconds(299))).isEmpty();
        assertThat(names(NOON.plusSeconds(900))).containsExactly("b", "a");
        assertThat(names(NOON.plusSeconds(9_000))).isEmpty();
    }

    @Test
    void whatWasPutAnewIsDueByItsNewestState() throws FaultsException {
        calendar.put(schedule("a", "PT5M", 1, false));
        calendar.put(schedule("a", "PT15M", 2, false));
        assertThat(names(NOON.plusSeconds(600))).isEmpty();
        calendar.put(schedule("a", "PT5M", 3, true));
        assertThat(names(NOON.plusSeconds(9_000))).isEmpty();
    }

    @Test
    void knowsWhatIsOutdatedAndForgetsWhatIsGone() throws FaultsException {
        calendar.put(schedule("a", "PT5M", 1, false));
        assertThat(calendar.outdated(Map.of("a", 2L, "b", 1L), Set.of("a"))).containsExactly("a");
        assertThat(calendar.outdated(Map.of("a", 1L), Set.of("a"))).isEmpty();
        calendar.retain(Set.of());
        assertThat(calendar.names()).isEmpty();
        assertThat(names(NOON.plusSeconds(9_000))).isEmpty();
    }

    private java.util.List<String> names(Instant now) {
        return calendar.takeDue(now, 10).stream().map(StoredSchedule::name).toList();
    }

    private static StoredSchedule schedule(String name, String every, long revision, boolean paused)
            throws FaultsException {
        ScheduleDefinition definition =
                (ScheduleDefinition) Definitions.readAll("{ schedule: " + name + ", graph: g, every: " + every + " }")
                        .getFirst();
        return new StoredSchedule(definition, ScheduledInput.of(definition), revision, paused, NOON, null);
    }
}
