package dev.postroad.runtime.observe;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes what libraries count fit for Prometheus: times in seconds alone, names that say no other type than the figure has,
 * a description for each, and nothing twice. Thread-safe.
 */
public final class LibraryMeters implements MeterFilter {
    private static final String KAFKA = "kafka.";
    private static final Map<String, String> NAMES = Map.of("system.cpu.count", "system.cpus");

    private final String topicPrefix;

    /** @param topicPrefix what the names of all topics of the worker begin with */
    public LibraryMeters(String topicPrefix) {
        this.topicPrefix = topicPrefix;
    }

    @Override
    public MeterFilterReply accept(Meter.Id id) {
        String name = id.getName();
        // Worker counts the time of the processor in seconds.
        boolean isUnwanted = name.equals("process.cpu.time")
                || (name.startsWith(KAFKA) && (hasOddUnit(name) || isOfOldName(id.getTag("topic"))));
        return isUnwanted ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
    }

    private static boolean hasOddUnit(String name) {
        return name.contains(".ns.") || name.endsWith(".ns") || name.endsWith(".ms");
    }

    /** Kafka's consumers tell the same once more of each topic with a dot in its name, with underscores in place of dots. */
    private boolean isOfOldName(@Nullable String topic) {
        return topic != null && !topic.startsWith(topicPrefix);
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String name = id.getName();
        String better = name.startsWith(KAFKA) && name.endsWith(".connection.count")
                ? name.replaceFirst("\\.connection\\.count$", ".connections")
                : NAMES.getOrDefault(name, name);
        String description = id.getDescription();
        boolean isDescribed = description != null && !description.isBlank();
        if (better.equals(name) && isDescribed) {
            return id;
        }
        return new Meter.Id(
                better,
                Tags.of(id.getTagsAsIterable()),
                id.getBaseUnit(),
                isDescribed || name.startsWith("postroad.")
                        ? description
                        : "As " + name.replaceFirst("\\..*", "") + " tells it",
                id.getType());
    }
}
