package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GatheredLoadsTest {
    private final GatheredLoads loads = new GatheredLoads();

    private boolean add(String runId) {
        return loads.add(runId, found -> {});
    }

    @Test
    void aRunAloneIsReadAtOnce() {
        assertThat(add("a")).isTrue();
        assertThat(loads.next()).containsOnlyKeys("a");
        assertThat(loads.next()).isEmpty();
        assertThat(add("b")).isTrue();
    }

    @Test
    void whatGathersIsReadTogetherAndInOrder() {
        int all = GatheredLoads.MOST_TOGETHER + 50;
        List<Boolean> readers =
                IntStream.range(0, all).mapToObj(i -> add("run-" + i)).toList();
        assertThat(readers).filteredOn(reader -> reader).hasSize(GatheredLoads.MOST_AT_ONCE);
        assertThat(loads.next().keySet())
                .containsExactlyElementsOf(IntStream.range(0, GatheredLoads.MOST_TOGETHER)
                        .mapToObj(i -> "run-" + i)
                        .toList());
        assertThat(loads.next()).hasSize(50);
    }

    @Test
    void aRunThatIsWantedTwiceIsReadOnceAndHandedOverTwice() {
        List<String> told = new ArrayList<>();
        loads.add("a", found -> told.add("first"));
        loads.add("a", found -> told.add("second"));
        loads.next().values().forEach(all -> all.forEach(loaded -> loaded.accept(Optional.empty())));
        assertThat(told).containsExactly("first", "second");
        assertThat(loads.next()).isEqualTo(Map.of());
    }

    @Test
    void aRunThatIsWantedWhileItIsReadIsReadOnceMore() {
        add("a");
        loads.next();
        add("a");
        assertThat(loads.next()).containsOnlyKeys("a");
    }
}
