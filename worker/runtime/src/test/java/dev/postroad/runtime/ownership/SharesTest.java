package dev.postroad.runtime.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.ownership.ShardView.Held;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
final class SharesTest {
    private final Map<Long, Integer> loads = Map.of(1L, 4, 2L, 4, 3L, 1);

    @Test
    void theShardsOfADeadWorkerAreSpreadOverTheLiving() {
        List<ShardView> unheld =
                IntStream.range(0, 6).mapToObj(shard -> unheld(shard, null)).toList();
        assertThat(Shares.of(3, unheld, loads)).hasSize(4);
        assertThat(Shares.of(1, unheld, loads)).hasSize(1);
        assertThat(Shares.of(2, unheld, loads)).hasSize(1);
    }

    @Test
    void eachFallsToExactlyOne() {
        List<ShardView> unheld = IntStream.range(0, 50)
                .mapToObj(shard -> unheld(shard, shard % 3 == 0 ? 2L : null))
                .toList();
        assertThat(loads.keySet().stream().flatMap(worker -> Shares.of(worker, unheld, loads).stream()))
                .containsExactlyInAnyOrderElementsOf(unheld);
    }

    @Test
    void theWorkerThatKafkaGaveAPartitionGoesFirst() {
        assertThat(Shares.of(2, List.of(unheld(7, 2L), unheld(8, null)), loads)).containsExactly(unheld(7, 2L));
    }

    @Test
    void whoWantsOneAndTakesNothingAnyMoreDoesNotKeepItFromOthers() {
        assertThat(Shares.of(3, List.of(unheld(7, 9L)), loads)).hasSize(1);
    }

    private static ShardView unheld(int shard, @Nullable Long wantedBy) {
        return new ShardView(shard, 5, Held.NOWHERE, 8L, wantedBy);
    }
}
