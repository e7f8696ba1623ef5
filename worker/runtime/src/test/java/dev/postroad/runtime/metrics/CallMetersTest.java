package dev.postroad.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.postroad.contracts.agent.Usage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class CallMetersTest {
    private record Bucket(double upTo, double calls) {}

    /** Told from buckets of 0.25 and 1 s, 0.34 s were 0.96 s. */
    @ParameterizedTest
    @ValueSource(doubles = {0.04, 0.09, 0.13, 0.34, 0.45, 0.68, 0.9, 1.2, 2.4, 3.5, 6, 12, 25, 40, 55})
    void aPercentileToldByPrometheusIsNearTheTrueOne(double seconds) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        CallMeters meters = new CallMeters(registry);
        int calls = 1_000;
        for (int i = 1; i <= calls; i++) {
            // The 95th of a hundred takes that long.
            meters.add("greeter", CallOutcome.SUCCESS, Math.round(seconds * 1_000 * i / (calls * 0.95)), Usage.NONE);
        }
        assertThat(quantile(0.95, buckets(registry.scrape()))).isCloseTo(seconds, within(seconds * 0.2));
    }

    private static List<Bucket> buckets(String page) {
        return page.lines()
                .filter(line -> line.startsWith("postroad_agent_call_seconds_bucket"))
                .map(line -> new Bucket(
                        bound(line.replaceAll(".*le=\"([^\"]*)\".*", "$1")),
                        Double.parseDouble(line.substring(line.lastIndexOf(' ')))))
                .toList();
    }

    private static double bound(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    /** As {@code histogram_quantile} does it: on a straight line within the bucket. */
    private static double quantile(double share, List<Bucket> buckets) {
        double rank = share * buckets.getLast().calls();
        Bucket before = new Bucket(0, 0);
        for (Bucket bucket : buckets) {
            if (bucket.calls() >= rank) {
                double part = (rank - before.calls()) / (bucket.calls() - before.calls());
                return before.upTo() + (bucket.upTo() - before.upTo()) * part;
            }
            before = bucket;
        }
        throw new AssertionError("no bucket holds all calls");
    }
}
