package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Likeness;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Finds variables that set nothing, before somebody wonders why. */
final class NameCheck {
    private static final int MOST_EDITS_OF_A_SLIP = 3;
    private static final List<String> NAMES =
            Arrays.stream(Setting.values()).map(Setting::variable).toList();
    private static final Set<String> CLIENT_PROPERTIES = clientProperties();
    private static final Map<String, Setting> OUR_OWN =
            Map.of("group.id", Setting.GROUP, "session.timeout.ms", Setting.SESSION_TIMEOUT);

    private NameCheck() {}

    static Optional<Fault> fault(String variable) {
        if (Setting.isKnown(variable)) {
            return Optional.empty();
        }
        return variable.startsWith(Setting.KAFKA_PREFIX) ? ofKafka(variable) : Optional.of(unknown(variable));
    }

    /** The property of Kafka's clients that a variable sets. */
    static String clientProperty(String variable) {
        return variable.substring(Setting.KAFKA_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '.');
    }

    private static Optional<Fault> ofKafka(String variable) {
        String property = clientProperty(variable);
        Setting instead = OUR_OWN.get(property);
        if (instead != null) {
            return Optional.of(new Fault(variable, "is not for Kafka's clients", "set " + instead.variable()));
        }
        if (CLIENT_PROPERTIES.contains(property)) {
            return Optional.empty();
        }
        // Plug-ins of Kafka's clients bring properties that we cannot know, so only what looks like a slip is one.
        return Likeness.nearest(property, CLIENT_PROPERTIES, MOST_EDITS_OF_A_SLIP)
                .map(near -> new Fault(
                        variable,
                        "is no property of Kafka's clients",
                        "did you mean " + Setting.KAFKA_PREFIX
                                + near.toUpperCase(Locale.ROOT).replace('.', '_') + "?"));
    }

    private static Fault unknown(String variable) {
        String remedy = Likeness.nearest(variable, NAMES, MOST_EDITS_OF_A_SLIP)
                .map(near -> "did you mean " + near + "?")
                .orElse("remove it; there are " + String.join(", ", NAMES) + " and " + Setting.KAFKA_PREFIX + "…");
        return new Fault(variable, "is no setting of Postroad", remedy);
    }

    private static Set<String> clientProperties() {
        Set<String> names = new HashSet<>(ProducerConfig.configNames());
        names.addAll(ConsumerConfig.configNames());
        names.addAll(AdminClientConfig.configNames());
        return names;
    }
}
