package dev.postroad.runtime.agent.kafka;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an agent on Kafka said.
 *
 * @param heartbeat the longest that it may say nothing; null for the whole time of an attempt
 * @param reconciles whether it is asked what became of an attempt in doubt before it is to do the work again
 */
public record KafkaSettings(@Nullable Duration heartbeat, boolean reconciles) {
    private static final Set<String> KNOWN = CommonSettings.and("heartbeat", "reconcile");

    /** The settings; whatever is wrong is noted as a fault. */
    public static KafkaSettings read(Fields fields) {
        fields.onlyKnown(KNOWN);
        return new KafkaSettings(fields.duration("heartbeat"), Boolean.TRUE.equals(fields.truth("reconcile")));
    }
}
