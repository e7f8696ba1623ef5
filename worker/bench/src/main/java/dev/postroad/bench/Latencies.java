package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** How long some calls took. */
public record Latencies(List<Double> sortedMillis) {
    /** Sorts them. */
    public static Latencies of(Collection<Double> millis) {
        return new Latencies(millis.stream().sorted().toList());
    }

    /** The time that a share of the calls did not exceed. */
    public double quantile(double share) {
        int place = (int) Math.ceil(share * sortedMillis.size()) - 1;
        return Figures.round(sortedMillis.get(Math.max(0, place)), 2);
    }

    /** As it is shown. */
    public ObjectNode figures() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("calls", sortedMillis.size())
                .put("p50Millis", quantile(0.5))
                .put("p99Millis", quantile(0.99))
                .put("maxMillis", quantile(1));
    }
}
