package dev.postroad.runtime.config;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How Kafka is reached.
 *
 * @param properties of Kafka's clients, {@code bootstrap.servers} among them
 */
public record KafkaSettings(Map<String, String> properties, Topics topics) {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,80}");

    public KafkaSettings {
        properties = Map.copyOf(properties);
    }

    /**
     * Reads what a command needs that only talks to Kafka.
     *
     * @throws FaultsException with everything that is wrong with any variable
     */
    public static KafkaSettings read(Variables variables) throws FaultsException {
        SettingReader reader = new SettingReader(variables);
        KafkaSettings settings = read(variables, reader);
        reader.throwFaults();
        return settings;
    }

    static KafkaSettings read(Variables variables, SettingReader reader) {
        reader.required(Setting.KAFKA_BOOTSTRAP_SERVERS, "give addresses of Kafka such as localhost:9092");
        Map<String, String> properties = new HashMap<>();
        variables.own().forEach((name, value) -> {
            if (name.startsWith(Setting.KAFKA_PREFIX)) {
                properties.put(NameCheck.clientProperty(name), value);
            }
        });
        String prefix = reader.matching(Setting.TOPIC_PREFIX, PREFIX, "at most 80 of A-Z a-z 0-9 . _ -");
        return new KafkaSettings(properties, new Topics(prefix));
    }

    /** The addresses of Kafka, for messages. */
    public String servers() {
        return properties.getOrDefault("bootstrap.servers", "");
    }

    /** Leaves out the properties, which may hold secrets. */
    @Override
    public String toString() {
        return "KafkaSettings[" + servers() + ", " + topics + "]";
    }
}
