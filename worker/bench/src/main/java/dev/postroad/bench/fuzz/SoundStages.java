package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Latencies;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Where the time of sound runs went, for whoever wants to know why they take longer. Confined to its owner. */
final class SoundStages {
    private final Map<Stage, List<Double>> millis = new EnumMap<>(Stage.class);

    /** The way of a run. */
    enum Stage {
        /** Until the fuzzer's own reader of what is committed had the trigger: behind open transactions it waits. */
        READABLE("readable"),
        /** From the trigger to its {@code run.queued}. */
        ADMITTED("admitted"),
        /** From there to its {@code run.completed}. */
        STEPPED("stepped"),
        /** From there to the event in Kafka. */
        PUBLISHED("published");

        private final String publicName;

        Stage(String publicName) {
            this.publicName = publicName;
        }
    }

    void add(Stage stage, double took) {
        millis.computeIfAbsent(stage, first -> new ArrayList<>()).add(took);
    }

    /** The 50th and the 99th percentile of each. */
    ObjectNode figures() {
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        millis.forEach((stage, all) -> {
            Latencies latencies = Latencies.of(all);
            figures.putObject(stage.publicName)
                    .put("p50Millis", latencies.quantile(0.5))
                    .put("p99Millis", latencies.quantile(0.99));
        });
        return figures;
    }
}
