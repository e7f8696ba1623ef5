package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;

/** How long some calls took. */
public record Latencies(List<Double> sortedMillis) {
    /** Sorts them. */
    public static Latencies of(Collection<Double> millis) {
        return new Latencies(millis.stream().sorted().toList());
    }

    /**
     * The time that a share of the calls did not exceed.
     *
     * @throws NoSuchElementException where there were none
     */
    public double quantile(double share) {
        if (sortedMillis.isEmpty()) {
            throw new NoSuchElementException("no call was measured");
        }
        int place = (int) Math.ceil(share * sortedMillis.size()) - 1;
        return Figures.round(sortedMillis.get(Math.max(0, place)), 2);
    }

    /** As it is shown; of no calls that there were none. */
    public ObjectNode figures() {
        ObjectNode calls = JsonNodeFactory.instance.objectNode().put("calls", sortedMillis.size());
        if (sortedMillis.isEmpty()) {
            return calls;
        }
        return calls.put("p50Millis", quantile(0.5))
                .put("p99Millis", quantile(0.99))
                .put("maxMillis", quantile(1));
    }
}
