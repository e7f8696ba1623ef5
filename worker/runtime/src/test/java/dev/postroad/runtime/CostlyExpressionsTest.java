package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Site;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What one user writes into an expression holds up nobody else. */
@NullMarked
class CostlyExpressionsTest {
    private static final String SLOW =
            """
        graph: slow
        state: { l: {}, n: {} }
        nodes:
          count: { set: "{'n': state.l.filter(i, i in state.l).size()}" }
          double: { set: "{'n': %s}" }
        edges:
          - { from: START, when: "size(state.l) > 0", to: count }
          - { from: START, otherwise: true, to: double }
          - { from: count, to: END }
          - { from: double, to: END }
        """.formatted("cel.bind(a, '0123456789', " + "cel.bind(a, a + a, ".repeat(40) + "size(a)" + ")".repeat(41));
    private static final String SMALL = """
        graph: small
        state: { n: { reducer: sum } }
        nodes: { add: { set: "{'n': 1}" } }
        edges: [{ from: START, to: add }, { from: add, to: END }]
        """;

    @Test
    void smallRunsCompleteWhileCostlyOnesFail() {
        try (Site site = Site.open(1)) {
            site.worker(Map.of());
            site.apply(SLOW);
            site.apply(SMALL);
            StringBuilder numbers = new StringBuilder("0");
            for (int i = 1; i < 60_000; i++) {
                numbers.append(',').append(i);
            }
            for (int i = 0; i < 10; i++) {
                site.trigger("slow", "count-" + i, "{\"l\": [" + numbers + "]}");
                site.trigger("slow", "double-" + i, "{\"l\": []}");
                for (int k = 0; k < 10; k++) {
                    site.trigger("small", "small-" + i + "-" + k, "{}");
                }
            }
            for (int i = 0; i < 10; i++) {
                for (int k = 0; k < 10; k++) {
                    assertThat(site.ended("small-" + i + "-" + k).getLast().type())
                            .isEqualTo(EventType.RUN_COMPLETED);
                }
                var count = site.ended("count-" + i).getLast();
                assertThat(count.type()).isEqualTo(EventType.RUN_FAILED);
                assertThat(count.data().toString()).contains("more than 2000000 steps");
                var twice = site.ended("double-" + i).getLast();
                assertThat(twice.type()).isEqualTo(EventType.RUN_FAILED);
                assertThat(twice.data().toString()).contains("builds more than 16000000 bytes");
            }
        }
    }
}
